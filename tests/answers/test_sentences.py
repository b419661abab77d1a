"""The sentence model computed by NumPy is the original, and what it says does not depend on the company of a text."""

import base64
import json
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from deskbot.answers import sentences
from deskbot.answers.sentences import HEADS, LAYERS, MAX_TOKENS, WIDTH, gelu, same_length
from tests.sentence_model import by_length, installed, random_model, random_weights

REFERENCE = json.loads((Path(__file__).parent.parent / "data" / "sentence_vectors.json").read_text())["vectors"]
Doubles = npt.NDArray[np.float64]


@pytest.mark.parametrize("kept", REFERENCE, ids=[kept["text"][:24] or "(empty)" for kept in REFERENCE])
def test_vectors_are_those_of_the_original(kept: dict[str, str]) -> None:
    """PyTorch with the same weights gives the same vector."""
    original = np.frombuffer(base64.b64decode(kept["float32"]), "<f4").astype(np.float64)
    ours = installed().encode([kept["text"]])[0].astype(np.float64)
    assert ours @ original / np.linalg.norm(original) / np.linalg.norm(ours) >= 0.999998


def test_the_arithmetic_is_that_of_the_paper() -> None:
    """A plain computation with double numbers, a word at a time, comes to the same."""
    text = "one three fifteen seventy-seven a hundred"
    ours = random_model().encode([text])[0]
    assert ours @ _plainly(by_length([text])[0]) >= 0.9999999


def test_a_text_means_the_same_alone_and_among_others() -> None:
    """Vectors do not depend on what is computed together."""
    texts = ["a", "bb cc", "a bb ccc dddd", "x yy", "", "zz zz zz zz zz"] * 3
    together = random_model().encode(texts)
    alone = np.stack([random_model().encode([text])[0] for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


def test_no_text_gives_no_rows() -> None:
    assert random_model().encode([]).shape == (0, WIDTH)


def test_a_text_beyond_all_bounds_is_cut() -> None:
    assert random_model().encode(["word " * 5000]).shape == (1, WIDTH)


def test_a_question_asked_again_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = random_model().encode_question("How long is my leave?")
    monkeypatch.setattr(random_model(), "forward", lambda tokens: pytest.fail("computed again"))
    assert random_model().encode_question("How long is my leave?") is first


def test_questions_that_are_not_asked_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sentences.SentenceModel(random_weights(), by_length, "fresh")
    monkeypatch.setattr(sentences, "REMEMBERED", 2)
    monkeypatch.setattr(model, "forward", lambda tokens: np.zeros((1, WIDTH), np.float32))
    first = model.encode_question("one")
    for other in ("two two", "three"):
        model.encode_question(other)
    assert model.encode_question("one") is not first


def test_equal_lengths_come_together_and_not_too_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "BATCH_TOKENS", 10)
    assert list(same_length([5, 3, 5, 5, 20])) == [[4], [0, 2], [3], [1]]


def test_gelu_is_exact_enough() -> None:
    values = np.linspace(-9, 9, 20001, dtype=np.float32)
    exact = np.array([x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in values.astype(np.float64)])
    gelu(values)
    assert np.abs(values - exact).max() < 2e-6


def _plainly(tokens: list[int]) -> Doubles:
    """Compute a text's vector as the paper writes it down, without thought for speed."""
    w = {name: array.astype(np.float64) for name, array in random_weights().items()}
    assert len(tokens) <= MAX_TOKENS
    parts = [w[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")]
    state = _normal(parts[0][tokens] + parts[1][: len(tokens)] + parts[2][0], w, "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        q, k, v = (_dense(state, w, f"{layer}attention.self.{name}") for name in ("query", "key", "value"))
        size = WIDTH // HEADS
        heads = []
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            scores = np.exp(q[:, part] @ k[:, part].T / math.sqrt(size))
            heads.append(scores / scores.sum(axis=1, keepdims=True) @ v[:, part])
        seen = _dense(np.concatenate(heads, axis=1), w, f"{layer}attention.output.dense")
        state = _normal(seen + state, w, f"{layer}attention.output.LayerNorm")
        wide = _dense(state, w, f"{layer}intermediate.dense")
        wide = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        state = _normal(_dense(wide, w, f"{layer}output.dense") + state, w, f"{layer}output.LayerNorm")
    mean: Doubles = state.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _dense(values: Doubles, w: dict[str, Doubles], name: str) -> Doubles:
    return values @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def _normal(values: Doubles, w: dict[str, Doubles], name: str) -> Doubles:
    centred = values - values.mean(axis=1, keepdims=True)
    scaled: Doubles = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
    return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]
