"""What the sentence model reads of a section, and the vectors of a whole knowledge base."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from deskbot.answers.articles import Section
from deskbot.answers.markdown import to_plain
from deskbot.answers.sentences import WIDTH, Floats, SentenceModel

WORDS = 120  # words of a passage: with the titles, what the model takes in at once
MOST = 40  # passages of one section; what follows is found by its words


def _none() -> Floats:
    return np.zeros((0, WIDTH), np.float32)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of all passages: `rows` gives each passage's section (ascending), `matrix` one vector a row.

    `asked` has one row for each question that sections are known to answer, in the order of the sections; a row of
    zeros where its vector is not there yet.
    """

    rows: npt.NDArray[np.int32]
    matrix: Floats
    asked: Floats = field(default_factory=_none)

    def nearest(self, question: Floats, sections: int) -> Floats:
        """Return for each of so many sections the best cosine of its passages to the question; 0 where it has none."""
        out = np.zeros(sections, np.float32)
        if len(self.rows):
            starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
            out[self.rows[starts]] = np.maximum.reduceat(self.matrix @ question, starts)
        return out


@dataclass(frozen=True, slots=True)
class Meaning:
    """What searching by meaning needs: the model for questions, and the vectors of the sections."""

    model: SentenceModel
    vectors: Vectors

    def nearest(self, question: str, sections: int) -> Floats:
        """Return for each section the cosine of its best passage to the question."""
        return self.vectors.nearest(self.model.encode_question(question), sections)


def passages(section: Section) -> list[str]:
    """Return the section's text in parts of about 120 words, each below the titles that lead to it.

    A section of which there is only the heading has one passage, the titles.
    """
    titles = ". ".join(_titles(section))
    words = to_plain(section.text_md).split()[: MOST * WORDS]
    parts = max(1, round(len(words) / WORDS))
    cuts = [len(words) * part // parts for part in range(parts + 1)]
    return [f"{titles}. {' '.join(words[a:b])}".strip() for a, b in pairwise(cuts)]


def _titles(section: Section) -> Iterator[str]:
    """Yield the article's title and the headings down to the section; what repeats is said once."""
    for title, _ in groupby((section.article.title, *section.path)):
        if title:
            yield title


def key(text: str) -> str:
    """Return what a passage's vector is kept under: a hash of its text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one section's passages and of the questions that it is known to answer."""

    passages: tuple[str, ...]
    questions: tuple[str, ...]


def texts(section: Section) -> list[str]:
    """Return all that the model reads of a section: its passages, then its questions."""
    return [*passages(section), *section.questions]


def keys(section: Section) -> Keys:
    """Return what the vectors of a section are kept under."""
    return Keys(tuple(map(key, passages(section))), tuple(map(key, section.questions)))


def gathered(sections: Sequence[Keys], kept: Mapping[str, Floats]) -> Vectors:
    """Return the vectors of the sections, given their keys in order; a passage that is not kept is left out."""
    found = [(row, kept[one]) for row, section in enumerate(sections) for one in section.passages if one in kept]
    nothing = np.zeros(WIDTH, np.float32)
    return Vectors(
        np.array([row for row, _ in found], np.int32),
        _stacked(vector for _, vector in found),
        _stacked(kept.get(one, nothing) for section in sections for one in section.questions),
    )


def _stacked(vectors: Iterable[Floats]) -> Floats:
    rows = list(vectors)
    return np.stack(rows) if rows else _none()
