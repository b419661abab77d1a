"""Ranks sections for a question and says what the ranking rests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.index import CHAIN, HEAD, Index, Name, Posting, Rows
from deskbot.answers.query import Query, Slot

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

CANDIDATES = 64
FAR_BELOW = 0.25  # of the best rough score: sections under it have not come first in any question seen
IDEA = 0.7  # an idea in other words counts this much of the very word
ALIAS = 0.5  # an alias speaks for a whole article, a heading for its section
FEATURES = ("text", "heading", "above", "page", "name", "covered", "length")
# Fitted by listwise softmax on the development questions of three handbooks; docs/answers.md has the figures.
WEIGHTS = np.array([0.34, 0.22, 0.20, 0.50, 2.4, 4.2, -0.12])


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sections (rows of the index, best first), their scores, and the features that the scores rest on."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    features: Numbers


def rank(index: Index, query: Query, visible: Mask | None, top: int, weights: Numbers = WEIGHTS) -> Ranking:
    """Return the best `top` sections among the visible ones: rough candidates first, then all features of those."""
    postings = {term: posting for term in query.terms() if (posting := index.of(term))}
    rows = _candidates(index, postings, visible)
    if len(rows) == 0:
        return Ranking((), (), np.zeros((0, len(FEATURES))))
    features = _features(index, query, postings, rows)
    scores = features @ weights
    order = np.lexsort((rows, -scores))[:top]
    return Ranking(tuple(rows[order].tolist()), tuple(scores[order].tolist()), features[order])


def _candidates(index: Index, postings: dict[str, Posting], visible: Mask | None) -> Rows:
    """Return the rows, ascending, that may be among the best by a plain sum over terms."""
    scores = np.zeros(index.size, np.float32)
    for term, posting in postings.items():
        scores[posting.rows] += posting.rough * np.float32(posting.idf * (IDEA if term[0] == "@" else 1.0))
    if visible is not None:
        scores *= visible
    rows = np.flatnonzero(scores > FAR_BELOW * scores.max(initial=0.0))
    if len(rows) > CANDIDATES:
        best = np.argpartition(scores[rows], len(rows) - CANDIDATES)[len(rows) - CANDIDATES :]
        rows = np.sort(rows[best])
    return rows.astype(np.int32)


def _features(index: Index, query: Query, postings: dict[str, Posting], rows: Rows) -> Numbers:
    held = {term: _held(posting, rows) for term, posting in postings.items()}
    out = np.zeros((len(rows), len(FEATURES)))
    mass = 0.0
    for slot in query.slots:
        text, heading, above, there, weight = _slot(index, slot, held, len(rows))
        out[:, 0] += text
        out[:, 1] += heading
        out[:, 2] += above
        out[:, 5] += weight * there
        mass += weight
    out[:, 5] /= mass or 1.0
    out[:, 3] = _page_scores(index, query, rows)
    terms = query.terms()
    for at in np.flatnonzero(out[:, 1]).tolist():
        heading, *aliases = index.names[rows[at]]
        said = max((_said(index, name, terms) for name in aliases), default=0.0)
        out[at, 4] = max(_said(index, heading, terms), ALIAS * said)
    out[:, 6] = index.length[rows]
    return out


Held = tuple[Numbers, Numbers, Numbers]


def _held(posting: Posting, rows: Rows) -> Held:
    """Return for each candidate the term's weight in text, heading and titles above, by its document frequency."""
    at = np.searchsorted(posting.rows, rows)
    at[at == len(posting.rows)] = 0
    here = posting.rows[at] == rows
    places = posting.places[at]
    idf = posting.idf * here
    return idf * posting.body[at], idf * ((places & HEAD) > 0), idf * ((places & CHAIN) > 0)


def _slot(
    index: Index, slot: Slot, held: dict[str, Held], size: int
) -> tuple[Numbers, Numbers, Numbers, Numbers, float]:
    """Return what each candidate holds of a slot: the very words, or an idea they express, whichever is more."""
    parts = np.zeros((3, size))
    for word in slot.words:
        best = np.zeros((3, size))
        for stem in word:
            if stem in held:
                np.maximum(best, held[stem], out=best)
        parts += best / len(slot.words)
    there = (parts.max(axis=0) > 0).astype(np.float64)
    for idea in slot.ideas:
        if idea in held:
            ideas = np.array(held[idea])
            np.maximum(parts, IDEA * ideas, out=parts)
            np.maximum(there, 0.8 * (ideas.max(axis=0) > 0), out=there)
    return parts[0], parts[1], parts[2], there, slot_weight(index, slot)


def slot_weight(index: Index, slot: Slot) -> float:
    """Return how much the slot tells: the rarity of its ideas, else of its words; unheard words tell most."""
    if known := [index.weight(idea) for idea in slot.ideas if idea in index.number]:
        return max(known)
    each = [max(index.weight(stem) for stem in word) or index.unheard for word in slot.words]
    return max(each, default=0.0)


def _page_scores(index: Index, query: Query, rows: Rows) -> Numbers:
    scores = np.zeros(index.pages, np.float32)
    for idea in {idea for slot in query.slots for idea in slot.ideas}:
        if idea in index.page_ideas:
            pages, weights = index.page_ideas[idea]
            scores[pages] += weights
    return scores[index.page_of[rows]].astype(np.float64)


def _said(index: Index, name: Name, terms: set[str]) -> float:
    """Return the share of a heading that the question says, by the rarity of its words."""
    mass = said = 0.0
    for forms in name.stems:
        weight = index.weight(forms[0])
        mass += weight
        if not terms.isdisjoint(forms):
            said += weight
    return said / mass if mass else 0.0
