"""Sentences as vectors of their meaning: all-MiniLM-L6-v2, computed by numpy alone."""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Tokens = npt.NDArray[np.int64]
Tokenize = Callable[[Sequence[str]], list[list[int]]]

LAYERS, HEADS, WIDTH = 6, 12, 384
MODEL_LANGUAGE = "en"  # what it was trained on
MAX_TOKENS = 256  # what the model was made for; the tokenizer cuts there
MAX_CHARACTERS = 2000  # of a question: hardly ever do so many make fewer than 256 tokens
BATCH_TOKENS = 1024  # tokens computed at once: more is no faster and takes more memory
REMEMBERED = 512  # questions whose vectors are kept
EPSILON = np.float32(1e-12)
# Abramowitz and Stegun 7.1.26: erfc by a polynomial times a Gaussian, wrong by at most 1.5e-7. Half of it is needed.
_HALF_ERFC = [np.float32(c / 2) for c in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]
_ERFC_T = np.float32(0.3275911 / math.sqrt(2))
_GELU_PART = 2**15  # numbers that stay in the processor's cache from one step to the next


class SentenceModel:
    """The sentence model: texts in, vectors of unit length out, so that a dot product is the cosine.

    `weights` are the arrays of the model's safetensors file by name. `tokenize` turns texts into the numbers of their
    word pieces, with the marks for beginning and end, at most 256. `name` identifies the weights: vectors of models
    with different names must not be compared. Safe to use from several threads.
    """

    def __init__(self, weights: Mapping[str, npt.NDArray[np.float32]], tokenize: Tokenize, name: str) -> None:
        self.name = name
        self._tokenize = tokenize
        embeddings = "embeddings."
        self._words = weights[f"{embeddings}word_embeddings.weight"]
        kind = weights[f"{embeddings}token_type_embeddings.weight"][0]
        self._positions = (weights[f"{embeddings}position_embeddings.weight"][:MAX_TOKENS] + kind).T
        self._norm = _pair(weights, f"{embeddings}LayerNorm")
        self._layers = [_Layer(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]
        self._asked: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of 384 numbers for each text, in the order of the texts."""
        out = np.empty((len(texts), WIDTH), np.float32)
        for rows, tokens in self.batches(texts):
            out[rows] = self.forward(tokens)
        return out

    def encode_question(self, text: str) -> Floats:
        """Return the vector of one text, remembered for the next time that it is asked."""
        text = text[:MAX_CHARACTERS]
        asked = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()  # People's words are not kept.
        with self._lock:
            if asked in self._asked:
                self._asked.move_to_end(asked)
                return self._asked[asked]
        vector: Floats = self.encode([text])[0]
        vector.flags.writeable = False
        with self._lock:
            self._asked[asked] = vector
            if len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
        return vector

    def batches(self, texts: Sequence[str]) -> list[tuple[list[int], Tokens]]:
        """Return all texts as pieces of work for `forward`: places and tokens of texts of one length, longest first."""
        tokens = self._tokenize(texts)
        groups = same_length([len(one) for one in tokens])
        return [(rows, np.array([tokens[row] for row in rows], np.int64)) for rows in groups]

    def forward(self, tokens: Tokens) -> Floats:
        """Return the vectors of texts with the same number of tokens, one text a row.

        As nothing is filled up to a common length, there is nothing to be masked. Inside, each token is a column:
        weights can then be used as they lie in the file, which is faster and needs no copy of them.
        """
        texts, length = tokens.shape
        state = np.ascontiguousarray(self._words[tokens.ravel()].T)
        state.reshape(WIDTH, texts, length)[:] += self._positions[:, None, :length]
        _normalise(state, *self._norm)
        for layer in self._layers:
            state = layer(state, texts, length)
        pooled = state.reshape(WIDTH, texts, length).mean(axis=2)
        pooled /= np.maximum(np.linalg.norm(pooled, axis=0), EPSILON)
        return np.ascontiguousarray(pooled.T)


class _Layer:
    """One of the six layers: attention between the words of a text, then a network over each word."""

    def __init__(self, weights: Mapping[str, npt.NDArray[np.float32]], prefix: str) -> None:
        parts = [_pair(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
        self._mix = np.concatenate([weight for weight, _ in parts]), np.concatenate([bias for _, bias in parts])
        # The scores' division by the root of a head's width is done once, in the weights of the queries.
        for part in self._mix:
            part[:WIDTH] /= np.float32(math.sqrt(WIDTH / HEADS))
        self._out = _pair(weights, f"{prefix}attention.output.dense")
        self._norm_out = _pair(weights, f"{prefix}attention.output.LayerNorm")
        self._wide = _pair(weights, f"{prefix}intermediate.dense")
        self._narrow = _pair(weights, f"{prefix}output.dense")
        self._norm = _pair(weights, f"{prefix}output.LayerNorm")

    def __call__(self, state: Floats, texts: int, length: int) -> Floats:
        seen = _linear(self._attend(state, texts, length), *self._out)
        seen += state
        _normalise(seen, *self._norm_out)
        wide = _linear(seen, *self._wide)
        gelu(wide)
        out = _linear(wide, *self._narrow)
        out += seen
        _normalise(out, *self._norm)
        return out

    def _attend(self, state: Floats, texts: int, length: int) -> Floats:
        mixed = _linear(state, *self._mix).reshape(3, HEADS, WIDTH // HEADS, texts, length)
        queries, keys, values = mixed.transpose(0, 3, 1, 2, 4)
        scores = keys.swapaxes(-1, -2) @ queries
        scores -= scores.max(axis=-2, keepdims=True)
        np.exp(scores, out=scores)
        seen = values @ scores
        seen /= scores.sum(axis=-2, keepdims=True)
        joined: Floats = seen.transpose(1, 2, 0, 3).reshape(WIDTH, texts * length)
        return joined


def same_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of equal lengths together, the longest first, and not more than `BATCH_TOKENS` at once."""
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    for length, places in sorted(by_length.items(), reverse=True):
        step = max(1, BATCH_TOKENS // length)
        for at in range(0, len(places), step):
            yield places[at : at + step]


def gelu(values: Floats) -> None:
    """Replace each number by x·Φ(x), Φ being the normal distribution's share below x; wrong by at most 2e-7·|x|."""
    flat = values.reshape(-1)
    for at in range(0, len(flat), _GELU_PART):
        part = flat[at : at + _GELU_PART]
        size = np.abs(part)
        t = size * _ERFC_T
        t += 1
        np.reciprocal(t, out=t)
        tail = t * _HALF_ERFC[0]
        for coefficient in _HALF_ERFC[1:]:
            tail += coefficient
            tail *= t
        np.multiply(part, part, out=t)
        t *= np.float32(-0.5)
        np.exp(t, out=t)
        tail *= t
        tail *= size
        np.maximum(part, 0, out=part)
        part -= tail


def _pair(weights: Mapping[str, npt.NDArray[np.float32]], name: str) -> tuple[Floats, Floats]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _linear(values: Floats, weight: Floats, bias: Floats) -> Floats:
    out: Floats = weight @ values
    out += bias[:, None]
    return out


def _normalise(values: Floats, scale: Floats, shift: Floats) -> None:
    """Give each column mean 0 and variance 1, then its learned scale and shift."""
    values -= values.mean(axis=0)
    variance = np.einsum("ij,ij->j", values, values) / np.float32(WIDTH)
    values *= 1 / np.sqrt(variance + EPSILON)
    values *= scale[:, None]
    values += shift[:, None]
