"""A learned opinion on how a text is to be taken: ordinary, a question about a sensitive topic, or a report."""

import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from deskbot.desk import sensitive_weights
from deskbot.desk.folding import fold

ROWS = 1 << 17
TOPIC_ROWS = 1 << 14
# A sum of weights grows with a text's length; this power of the number of features takes out some of that, so that a
# long message is judged by what it says and a short one is judged at all.
DAMPING = 0.3
_TOKEN = re.compile(r"[a-z0-9$€£]+|[?!]")
# Addresses and telephone numbers say nothing about what a text tells.
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|\+?[0-9][0-9 ().-]{6,}[0-9]")
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely each reading is, 0 to 1, together 1; and how likely each topic is, were the text about one."""

    none: float
    question: float
    report: float
    topics: tuple[float, ...]


def tokens(text: str) -> list[str]:
    """Return the folded words and numbers, question and exclamation marks of a text in order; every digit is a 0."""
    return _TOKEN.findall(_DIGIT.sub("0", _CONTACT.sub(" ", fold(text).replace("'", ""))))


def features(found: Sequence[str], marks: Iterable[str] = ()) -> npt.NDArray[np.int64]:
    """Return the rows of weights that a text meets, each once: what `marks` names, words, their neighbours, letters.

    Pairs with one or two words between them see through what is put in; three to five letters of a word see through
    slips of the keyboard.
    """
    rows = {_row(f"p{mark}") for mark in marks}
    framed = ["^", *found, "$"]
    for word in found:
        rows.update(_word_rows(word))
    for distance in (1, 2, 3):
        rows.update(_row(f"{distance}{a} {b}") for a, b in zip(framed, framed[distance:], strict=False))
    rows.update(_row(f"t{a} {b} {c}") for a, b, c in zip(framed, framed[1:], framed[2:], strict=False))
    return np.fromiter(sorted(rows), dtype=np.int64, count=len(rows))


def _row(name: str) -> int:
    return zlib.crc32(name.encode()) & (ROWS - 1)


@lru_cache(maxsize=20_000)
def _word_rows(word: str) -> frozenset[int]:
    framed = f"<{word[:40]}>"
    letters = (framed[at : at + size] for size in (3, 4, 5) for at in range(len(framed) - size + 1))
    return frozenset([_row(f"w{word}"), *(_row(f"c{run}") for run in letters)])


def opinion(rows: npt.NDArray[np.int64]) -> Opinion:
    """Judge a text by the rows of weights that it meets."""
    model = _model()
    damped = max(len(rows), 1) ** DAMPING
    readings = model.readings[rows].sum(axis=0, dtype=np.int64) * (model.scale / damped) + model.bias
    topics = model.topics[rows & (TOPIC_ROWS - 1)].sum(axis=0, dtype=np.int64) * (model.topic_scale / damped)
    none, question, report = _shares(np.array([0.0, *readings]))
    return Opinion(none, question, report, tuple(_shares(topics + model.topic_bias)))


def _shares(scores: npt.NDArray[np.float64]) -> list[float]:
    powers = np.exp(scores - scores.max())
    shares: list[float] = (powers / powers.sum()).tolist()
    return shares


@dataclass(frozen=True, slots=True)
class _Model:
    """Weights in whole numbers: `readings` (rows, question and report), `topics` (topic rows, topics)."""

    readings: npt.NDArray[np.int8]
    scale: float
    bias: npt.NDArray[np.float64]
    topics: npt.NDArray[np.int8]
    topic_scale: float
    topic_bias: npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _model() -> _Model:
    w = sensitive_weights
    return _Model(
        _unpacked(w.READINGS).reshape(ROWS, 2),
        w.SCALE,
        np.array(w.BIAS),
        _unpacked(w.TOPICS).reshape(TOPIC_ROWS, len(w.TOPIC_BIAS)),
        w.TOPIC_SCALE,
        np.array(w.TOPIC_BIAS),
    )


def _unpacked(text: str) -> npt.NDArray[np.int8]:
    return np.frombuffer(zlib.decompress(b64decode(text)), dtype=np.int8)
