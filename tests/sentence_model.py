"""The sentence model for tests: the installed one, and one of random numbers that is always there."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from deskbot.adapters.model import ModelMissing, load_model
from deskbot.answers.sentences import HEADS, LAYERS, MAX_TOKENS, WIDTH, SentenceModel

WORDS = 64


@cache
def installed() -> SentenceModel:
    """Return the installed model; skip the test where there is none."""
    try:
        return load_model()
    except ModelMissing as missing:
        pytest.skip(missing.message)


@cache
def random_weights() -> dict[str, npt.NDArray[np.float32]]:
    """Return weights of the right shapes and sizes, with a vocabulary of 64 words."""
    chance = np.random.default_rng(7)

    def some(*shape: int, around: float = 0.0) -> npt.NDArray[np.float32]:
        return (around + chance.standard_normal(shape, np.float32) * 0.05).astype(np.float32)

    shapes = {"attention.output.dense": (WIDTH, WIDTH), "intermediate.dense": (4 * WIDTH, WIDTH)}
    shapes |= {f"attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")}
    shapes |= {"output.dense": (WIDTH, 4 * WIDTH)}
    out = {
        "embeddings.word_embeddings.weight": some(WORDS, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        "embeddings.position_embeddings.weight": some(2 * MAX_TOKENS, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        norms += [f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
        for name, shape in shapes.items():
            out[f"{layer}{name}.weight"], out[f"{layer}{name}.bias"] = some(*shape), some(shape[0])
    for name in norms:
        out[f"{name}.weight"], out[f"{name}.bias"] = some(WIDTH, around=1.0), some(WIDTH)
    assert WIDTH % HEADS == 0
    return out


def by_length(texts: Sequence[str]) -> list[list[int]]:
    """Stand for a tokenizer: each word's length is its number, between marks for beginning and end."""
    return [[1, *(3 + len(word) % (WORDS - 3) for word in text.split()[: MAX_TOKENS - 2]), 2] for text in texts]


@cache
def random_model() -> SentenceModel:
    """Return a model that is wrong about everything and always the same."""
    return SentenceModel(random_weights(), by_length, "random")
