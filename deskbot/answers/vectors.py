"""What the sentence model reads of a section, and the vectors of a whole knowledge base."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from deskbot.answers.articles import Section
from deskbot.answers.markdown import to_plain
from deskbot.answers.sentences import WIDTH, Floats, SentenceModel

WORDS = 120  # words of a passage: with the titles, what the model takes in at once
MOST = 40  # passages of one section; what follows is found by its words


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of all passages: `rows` gives each passage's section (ascending), `matrix` one vector a row."""

    rows: npt.NDArray[np.int32]
    matrix: Floats

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

    A section of which there is only the heading has one passage, the titles; each question that people ask for the
    section is one by itself.
    """
    titles = ". ".join(_titles(section))
    words = to_plain(section.text_md).split()[: MOST * WORDS]
    parts = max(1, round(len(words) / WORDS))
    cuts = [len(words) * part // parts for part in range(parts + 1)]
    texts = [f"{titles}. {' '.join(words[a:b])}".strip() for a, b in pairwise(cuts)]
    return [*texts, *section.questions]


def _titles(section: Section) -> Iterator[str]:
    """Yield the article's title and the headings down to the section; what repeats is said once."""
    for title, _ in groupby((section.article.title, *section.path)):
        if title:
            yield title


def key(text: str) -> str:
    """Return what a passage's vector is kept under: a hash of its text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def gathered(keys: Sequence[Sequence[str]], kept: dict[str, Floats]) -> Vectors:
    """Return the vectors of the sections whose passages' keys are given in order; what is not kept is left out."""
    found = [(row, kept[one]) for row, of_section in enumerate(keys) for one in of_section if one in kept]
    rows = np.array([row for row, _ in found], np.int32)
    return Vectors(rows, np.stack([vector for _, vector in found]) if found else np.zeros((0, WIDTH), np.float32))
