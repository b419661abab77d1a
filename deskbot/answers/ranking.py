"""Ranks sections for a question and says what the ranking rests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.index import Index, Scores
from deskbot.answers.query import Query

PAGE_SHARE = 0.5
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sections (rows of the index, best first) with their scores, and the highest score the question allows."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    possible: float
    covered: float


def rank(index: Index, query: Query, visible: Mask | None, top: int) -> Ranking:
    """Return the best `top` sections among the visible ones."""
    scores = np.zeros(index.sections.size, np.float32)
    pages = np.zeros(index.pages.size, np.float32)
    for term, weight in query.terms.items():
        if found := index.sections.of(term):
            rows, weights, idf = found
            scores[rows] += weights * np.float32(weight * idf)
        if found := index.pages.of(term):
            rows, weights, idf = found
            pages[rows] += weights * np.float32(weight * idf)
    scores += np.float32(PAGE_SHARE) * pages[index.page_of] * (scores > 0)
    if visible is not None:
        scores *= visible
    best = _best(scores, top)
    possible, covered = _coverage(index, query, int(best[0]) if len(best) else -1)
    return Ranking(tuple(int(row) for row in best), tuple(float(scores[row]) for row in best), possible, covered)


def _best(scores: Scores, top: int) -> npt.NDArray[np.int64]:
    if scores.size == 0:
        return np.zeros(0, np.int64)
    some = (
        np.argpartition(-scores, min(top, scores.size - 1))[: top + 1] if scores.size > top else np.arange(scores.size)
    )
    ordered = some[np.lexsort((some, -scores[some]))][:top]
    return ordered[scores[ordered] > 0]


def _coverage(index: Index, query: Query, row: int) -> tuple[float, float]:
    """Return the weight of the question's own words, and how much of it the best section holds."""
    possible = covered = 0.0
    highest = float(np.log1p(index.sections.size)) if index.sections.size else 0.0
    for stem in query.content:
        found = index.sections.of(stem)
        if found is None:
            possible += highest
            continue
        rows, _, idf = found
        possible += idf
        at = int(np.searchsorted(rows, row))
        if at < len(rows) and rows[at] == row:
            covered += idf
    return possible, covered
