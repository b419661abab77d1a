"""Ranks sections for a question and says what the ranking rests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.index import CHAIN, HEAD, Index, Name, Posting, Rows
from deskbot.answers.query import Query, Slot

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Cosines = npt.NDArray[np.float32]

CANDIDATES = 48
NEAREST = 32  # sections that are looked at for their meaning alone
FAR_BELOW = 0.25  # of the best rough score: sections under it have not come first in any question seen
IDEA = 0.7  # an idea in other words counts this much of the very word
ALIAS = 0.5  # an alias speaks for a whole article, a heading for its section
ASKED = 12.0  # a section that is known to answer this very question comes before all that only speak of it
ASKED_FROM = 0.1  # a section whose learned questions are this near is looked at, whatever its text says
FEATURES = (
    "text",  # what the section's text holds of the question
    "heading",  # the same of its heading, or of its page's aliases for the introduction
    "above",  # the same of the titles above it
    "page",  # how much the page speaks of the question's ideas
    "name",  # the share of its heading (or of an alias) that the question says
    "covered",  # the share of the question that it speaks of
    "length",  # logarithm of its words
    "page_covered",  # the share of the question that its page speaks of
    "named",  # its heading's share in the question times the question's share in its heading: 1 is the very name
    "page_named",  # the greatest of these on its page, aliases included
    "intro",  # whether it introduces a page
    "own_language",  # whether it is written in the question's language
    "aliased",  # an alias's share in the question times the question's share in the alias
    "missing",  # the greatest share of the question, one word or phrase, that it does not speak of
    "meaning",  # the cosine of its passage that is nearest to the question; 0 where words alone are searched
)
# Fitted by listwise softmax on labelled questions about several handbooks; docs/answers.md has the figures.
BY_WORDS = np.array([0.30, 0.16, 0.20, 0.40, 0.46, 4.12, 0.01, 0.83, 2.40, 3.09, -0.54, 2.86, 1.18, -1.16, 0.0])
BY_MEANING = np.array([0.14, 0.01, 0.08, 0.24, 0.07, 3.41, 0.06, 0.36, 3.45, 2.15, -0.82, 0.64, 5.76, -1.16, 20.81])


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sections (rows of the index, best first), their scores, and the features that the scores rest on.

    `asked` tells how near each section's learned questions are to this one, 0 to 1. `background` is the mean cosine of
    all sections that the asker may see: how much of what is written here is about such things at all. None where words
    alone were searched.
    """

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    features: Numbers
    asked: tuple[float, ...] = ()
    background: float | None = None


def rank(
    index: Index,
    query: Query,
    visible: Mask | None,
    top: int,
    meaning: Cosines | None = None,
    asked: Numbers | None = None,
) -> Ranking:
    """Return the best `top` sections among the visible ones: rough candidates first, then all features of those.

    `meaning` has the cosine of every section to the question, None to search by words alone. `asked` is what
    `learned_match` says of every section; it is no feature, because questions to fit its weight on are a desk's own.
    """
    postings = {term: posting for term in sorted(query.terms()) if (posting := index.of(term))}
    rows = _candidates(index, postings, visible)
    if meaning is not None and visible is not None:
        meaning = np.where(visible, meaning, np.float32(0.0))
    if meaning is not None:
        rows = np.union1d(rows, _nearest(meaning)).astype(np.int32)
    if asked is not None:
        near = (asked > ASKED_FROM) if visible is None else (asked > ASKED_FROM) & visible
        rows = np.union1d(rows, np.flatnonzero(near)).astype(np.int32)
    if len(rows) == 0:
        return Ranking((), (), np.zeros((0, len(FEATURES))))
    features = _features(index, query, postings, rows)
    if meaning is not None:
        features[:, -1] = meaning[rows]
    learned = asked[rows] if asked is not None else np.zeros(len(rows))
    scores = features @ (BY_WORDS if meaning is None else BY_MEANING) + ASKED * learned
    order = np.lexsort((rows, -scores))[:top]
    return Ranking(
        tuple(rows[order].tolist()),
        tuple(scores[order].tolist()),
        features[order],
        tuple(learned[order].tolist()),
        None if meaning is None else float(meaning.sum() / max(1, np.count_nonzero(meaning))),
    )


def _nearest(meaning: Cosines) -> Rows:
    """Return the sections that are nearest to the question in meaning."""
    at = max(0, len(meaning) - NEAREST)
    best = np.argpartition(meaning, at)[at:] if at else np.arange(len(meaning))
    return best[meaning[best] > 0.0].astype(np.int32)


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
    weights = np.array([slot_weight(index, slot) for slot in query.slots])
    there = np.zeros((len(query.slots), len(rows)))
    for number, slot in enumerate(query.slots):
        parts, there[number] = _slot(slot, held, len(rows))
        out[:, :3] += parts.T
    share = weights / (float(weights.sum()) or 1.0)
    out[:, 3] = _page_scores(index, query, rows)
    out[:, 5] = share @ there
    out[:, 6] = index.length[rows]
    _names(index, query, rows, share.tolist(), out)
    pages = index.page_of[rows]
    new = np.ones(len(rows), np.bool_)
    np.not_equal(pages[1:], pages[:-1], out=new[1:])
    starts, page = np.flatnonzero(new), np.cumsum(new) - 1
    out[:, 7] = (share @ np.maximum.reduceat(there, starts, axis=1))[page]
    out[:, 9] = np.maximum.reduceat(np.maximum(out[:, 8], out[:, 12]), starts)[page]
    out[:, 10] = index.intro[rows]
    out[:, 11] = index.written_in(query.language, rows)
    out[:, 13] = (share[:, None] * (1.0 - there)).max(axis=0, initial=0.0)
    return out


SlotsOf = dict[str, list[tuple[int, float]]]


def _names(index: Index, query: Query, rows: Rows, share: list[float], out: Numbers) -> None:
    """Fill in what the headings and aliases say, where one of their words is in the question."""
    slots_of: SlotsOf = {}
    for number, slot in enumerate(query.slots):
        for term in slot.terms():
            part = 1.0 if term in slot.ideas else 1.0 / len(slot.words)
            slots_of.setdefault(term, []).append((number, part))
    for at in np.flatnonzero(out[:, 1]).tolist():
        heading, *aliases = [_said(name, slots_of, share) for name in index.names[rows[at]]]
        out[at, 4] = max(heading[0], ALIAS * max([said for said, _ in aliases], default=0.0))
        out[at, 8] = heading[0] * heading[1]
        out[at, 12] = max([said * named for said, named in aliases], default=0.0)


Held = tuple[Numbers, Numbers, Numbers]


def _held(posting: Posting, rows: Rows) -> Held:
    """Return for each candidate the term's weight in text, heading and titles above, by its document frequency."""
    at = np.searchsorted(posting.rows, rows)
    at[at == len(posting.rows)] = 0
    here = posting.rows[at] == rows
    places = posting.places[at]
    idf = posting.idf * here
    return idf * posting.body[at], idf * ((places & HEAD) > 0), idf * ((places & CHAIN) > 0)


def _slot(slot: Slot, held: dict[str, Held], size: int) -> tuple[Numbers, Numbers]:
    """Return what each candidate holds of a slot: the very words, or an idea they express, whichever is more."""
    parts = np.zeros((3, size))
    there = np.zeros(size)
    for word in slot.words:
        best = np.zeros((3, size))
        for stem in word:
            if stem in held:
                np.maximum(best, held[stem], out=best)
        parts += best / len(slot.words)
        there += (best.max(axis=0) > 0) / len(slot.words)
    for idea in slot.ideas:
        if idea in held:
            ideas = np.array(held[idea])
            np.maximum(parts, IDEA * ideas, out=parts)
            np.maximum(there, 0.8 * (ideas.max(axis=0) > 0), out=there)
    return parts * slot.part, there


def slot_weight(index: Index, slot: Slot) -> float:
    """Return how much the slot tells: the rarity of its ideas, else of its words; unheard words tell most."""
    if known := [index.weight(idea) for idea in slot.ideas if idea in index.number]:
        return max(known) * slot.part
    each = [max(index.weight(stem) for stem in word) or index.unheard for word in slot.words]
    return max(each, default=0.0) * slot.part


def _page_scores(index: Index, query: Query, rows: Rows) -> Numbers:
    scores = np.zeros(index.pages, np.float32)
    for idea in {idea for slot in query.slots for idea in slot.ideas}:
        if idea in index.page_ideas:
            pages, weights = index.page_ideas[idea]
            scores[pages] += weights
    return scores[index.page_of[rows]].astype(np.float64)


def _said(name: Name, slots_of: SlotsOf, share: list[float]) -> tuple[float, float]:
    """Return the share of a heading that the question says, by the rarity of its words, and the other way round.

    One word of a phrase is a part of it: "sick days" says little of "How many days".
    """
    said = 0.0
    named: dict[int, float] = {}
    for forms, weight in zip(name.stems, name.shares, strict=True):
        best = 0.0
        for form in forms:
            for slot, part in slots_of.get(form, ()):
                best = max(best, part)
                named[slot] = part if slot not in named else min(1.0, named[slot] + part)
        said += weight * best
    return said, sum([share[slot] * part for slot, part in named.items()])
