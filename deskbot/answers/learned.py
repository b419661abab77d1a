"""How near a question is to the questions that sections are known to answer: the nearest learned question tells.

A learned question is not text of its section: a few of its words say little, most of them say nearly all. So it is
compared as a whole, in both directions, and only likeness above a threshold counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.articles import Section
from deskbot.answers.index import Index, Rows
from deskbot.answers.query import Query, Slot
from deskbot.answers.ranking import slot_weight
from deskbot.answers.terms import STOP_STEMS, stems
from deskbot.desk.folding import words

Numbers = npt.NDArray[np.float64]

WORDS_FROM = 0.53  # likeness of words below this says nothing: the geometric mean of what each says of the other
MEANING_FROM = 0.55  # the same for the cosine of two questions' vectors
NEVER_SURER = 1.0 - 1e-6


@dataclass(frozen=True, slots=True)
class Taught:
    """The questions that sections are known to answer, of each the section's row and its words.

    `places` are the words of all questions that express a term, by term; a place belongs to the question
    `question_of` and has `share` of its weight. `vectors` has a row for each question where meaning is searched.
    """

    rows: Rows
    places: dict[str, Rows]
    question_of: Rows
    share: Numbers
    vectors: npt.NDArray[np.float32] | None = None

    def nearness(self, index: Index, query: Query, vector: npt.NDArray[np.float32] | None = None) -> Numbers:
        """Return for each question how near the query is: 0 far, 1 the same words or the same meaning."""
        alike = np.sqrt(self._said(index, query))
        near = np.maximum(0.0, alike - WORDS_FROM) / (1.0 - WORDS_FROM)
        if self.vectors is not None and vector is not None:
            near += np.maximum(0.0, self.vectors @ vector - MEANING_FROM) / (1.0 - MEANING_FROM)
        return np.minimum(near, 1.0)

    def _said(self, index: Index, query: Query) -> Numbers:
        """Return the share of each question that the query says, times the share of the query that it says."""
        weights = np.array([slot_weight(index, slot) for slot in query.slots])
        shares = weights / (float(weights.sum()) or 1.0)
        heard = np.zeros(len(self.share))
        said = np.zeros(len(self.rows))
        for slot, share in zip(query.slots, shares, strict=True):
            said += share * np.minimum(self._slot(slot, heard), 1.0)
        return said * np.bincount(self.question_of, self.share * heard, len(self.rows))

    def _slot(self, slot: Slot, heard: Numbers) -> Numbers:
        """Return how much of the slot each question says, and note in `heard` which places are said."""
        out = np.zeros(len(self.rows))
        for terms in (*slot.words, *((idea,) for idea in slot.ideas)):
            part = 1.0 if terms[0] in slot.ideas else 1.0 / len(slot.words)
            found = [self.places[term] for term in terms if term in self.places]
            if found:
                at = np.unique(np.concatenate(found))
                heard[at] = np.maximum(heard[at], part)
                out[np.unique(self.question_of[at])] += part
        return out


def teach(sections: Sequence[Section], index: Index) -> Taught | None:
    """Gather the questions of the sections, in the order of the index's rows; None where there are none."""
    asked = [(row, text, s.article.language) for row, s in enumerate(sections) for text in s.questions]
    if not asked:
        return None
    places: dict[str, list[int]] = {}
    question_of: list[int] = []
    shares: list[float] = []
    for number, (_, text, language) in enumerate(asked):
        forms = list(_forms(text, language, index))
        weights = [index.weight(form[0]) or index.unheard for form in forms]
        mass = sum(weights) or 1.0
        for form, weight in zip(forms, weights, strict=True):
            for term in form:
                places.setdefault(term, []).append(len(question_of))
            question_of.append(number)
            shares.append(weight / mass)
    return Taught(
        np.array([row for row, _, _ in asked], np.int32),
        {term: np.array(at, np.int32) for term, at in places.items()},
        np.array(question_of, np.int32),
        np.array(shares),
    )


def _forms(text: str, language: str, index: Index) -> Iterator[tuple[str, ...]]:
    """Yield the stem of each word that tells something, with the ideas that it takes part in."""
    sequence = stems(words(text), language)
    ideas: dict[int, list[str]] = {}
    for at, length, idea in index.thesaurus.ideas(sequence):
        for place in range(at, at + length):
            ideas.setdefault(place, []).append(idea)
    for at, stem in enumerate(sequence):
        if stem not in STOP_STEMS:
            yield (stem, *ideas.get(at, ()))


def learned_match(taught: Taught, index: Index, query: Query, vector: npt.NDArray[np.float32] | None = None) -> Numbers:
    """Return for each section how surely it was learned that it answers this query: 0 nothing known, 1 sure.

    Several learned questions of one section that are near strengthen one another, as independent witnesses do.
    """
    near = taught.nearness(index, query, vector)
    doubt = np.zeros(index.size)
    np.add.at(doubt, taught.rows, np.log1p(-np.minimum(near, NEVER_SURER)))
    found: Numbers = 1.0 - np.exp(doubt)
    return found
