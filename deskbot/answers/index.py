"""The inverted index of the knowledge base: which sections speak of a term, how much and where."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.articles import Page, Section
from deskbot.answers.markdown import to_plain
from deskbot.answers.terms import STOP_STEMS, Thesaurus, stems
from deskbot.desk.folding import words

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

K1 = 1.2  # how soon repeating a word stops to count
BODY_LENGTH = 60.0  # words of a usual section: in longer ones a word counts less, in shorter ones more
BODY_B = 0.6  # how much length matters, 0 to 1
HEAD, CHAIN = 1, 2  # a term's places besides the text: the section's heading or aliases, the titles above it


@dataclass(frozen=True, slots=True)
class Name:
    """A heading or alias as its stems, each with the ideas that it expresses and its share of all, by rarity."""

    stems: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionTerms:
    """What the index keeps of a section: saturated weights of the text's terms, places of others, names, length."""

    body: Mapping[str, float]
    places: Mapping[str, int]
    names: tuple[Name, ...]
    counts: Mapping[str, int]
    length: int


def read_section(section: Section, thesaurus: Thesaurus) -> SectionTerms:
    """Return the section's terms; the slow part of building, and the same for the same text."""
    language = section.article.language
    counts, length = _counts(to_plain(section.text_md), language, thesaurus)
    norm = 1.0 - BODY_B + BODY_B * max(length, 8) / BODY_LENGTH
    body = {term: (count / norm) * (K1 + 1) / (count / norm + K1) for term, count in counts.items()}
    titles = [section.title, *(section.article.aliases if section.level <= 1 else ()), *section.questions]
    above = [*section.path[:-1], section.article.title] if section.path else []
    places: dict[str, int] = {}
    for place, texts in ((HEAD, titles), (CHAIN, above)):
        for text in texts:
            for term in (*_counts(text, language, thesaurus)[0], *_initials(text)):
                places[term] = places.get(term, 0) | place
    return SectionTerms(body, places, tuple(_name(text, language, thesaurus) for text in titles), counts, length)


def _counts(text: str, language: str, thesaurus: Thesaurus) -> tuple[Counter[str], int]:
    """Return how often each term occurs in the text, and how many words there are."""
    sequence = stems(words(text), language)
    found = Counter(stem for stem in sequence if stem not in STOP_STEMS)
    found.update(idea for _, _, idea in thesaurus.ideas(sequence))
    return found, len(sequence)


def _initials(heading: str) -> list[str]:
    """Return the abbreviation that a heading such as "Pregnancy Disability Leave" has in people's mouths."""
    names = [word for word in heading.split() if word[:1].isupper()]
    return ["".join(name[0] for name in names).lower()] if 3 <= len(names) <= 6 else []


def _name(text: str, language: str, thesaurus: Thesaurus) -> Name:
    sequence = stems(words(text), language)
    ideas: dict[int, list[str]] = {}
    for at, length, idea in thesaurus.ideas(sequence):
        for place in range(at, at + length):
            ideas.setdefault(place, []).append(idea)
    return Name(tuple((stem, *ideas.get(at, ())) for at, stem in enumerate(sequence) if stem not in STOP_STEMS))


@dataclass(frozen=True, slots=True)
class Posting:
    """The sections (rows, ascending) that hold a term, with its weight in their text and its places elsewhere."""

    rows: Rows
    body: Floats
    places: npt.NDArray[np.uint8]
    rough: Floats
    idf: float


@dataclass(frozen=True, slots=True)
class Index:
    """Postings of all terms in compressed rows, what is known of each section, and ideas by page."""

    number: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: Rows
    body: Floats
    places: npt.NDArray[np.uint8]
    rough: Floats
    idf: Floats
    names: tuple[tuple[Name, ...], ...]
    length: Floats
    page_of: Rows
    intro: npt.NDArray[np.bool_]
    language: Rows
    page_ideas: Mapping[str, tuple[Rows, Floats]]
    pages: int
    thesaurus: Thesaurus
    languages: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of sections."""
        return len(self.names)

    @property
    def unheard(self) -> float:
        """The weight of a word that no section holds."""
        return math.log1p(self.size)

    def of(self, term: str) -> Posting | None:
        """Return the postings of a term, None if no section holds it."""
        number = self.number.get(term)
        if number is None:
            return None
        part = slice(self.starts[number], self.starts[number + 1])
        return Posting(self.rows[part], self.body[part], self.places[part], self.rough[part], float(self.idf[number]))

    def written_in(self, language: str, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return which of the sections are written in the language."""
        here: npt.NDArray[np.bool_] = self.language[rows] == (
            self.languages.index(language) if language in self.languages else -1
        )
        return here

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a term, 0 for one that no section holds."""
        number = self.number.get(term)
        return 0.0 if number is None else float(self.idf[number])


def build_index(pages: Sequence[Page], terms: Sequence[SectionTerms], thesaurus: Thesaurus) -> Index:
    """Index the sections of the pages, whose `terms` are given in the same order."""
    languages = tuple(Counter(page.article.language for page in pages)) or ("en",)
    number: dict[str, int] = {}
    flat: list[int] = []
    body: list[float] = []
    places: list[int] = []
    lengths: list[int] = []
    for section in terms:
        before = len(flat)
        for term in {**section.body, **section.places}:
            flat.append(number.setdefault(term, len(number)))
            body.append(section.body.get(term, 0.0))
            places.append(section.places.get(term, 0))
        lengths.append(len(flat) - before)
    size = len(terms)
    of_term = np.array(flat, np.int32)
    order = np.argsort(of_term, kind="stable")
    frequency = np.bincount(of_term, minlength=len(number)).astype(np.int64)
    in_body = np.array(body, np.float32)[order]
    in_places = np.array(places, np.uint8)[order]
    page_of = np.array([n for n, page in enumerate(pages) for _ in page.sections], np.int32)
    idf = np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    return Index(
        number=number,
        starts=np.concatenate((np.zeros(1, np.int64), np.cumsum(frequency))),
        rows=np.repeat(np.arange(size, dtype=np.int32), np.array(lengths, np.int64))[order],
        body=in_body,
        places=in_places,
        rough=(in_body + 1.2 * (in_places & HEAD) + 0.3 * (in_places & CHAIN)).astype(np.float32),
        idf=idf,
        names=tuple(tuple(_shared(name, number, idf) for name in section.names) for section in terms),
        length=np.log(np.maximum(np.array([s.length for s in terms], np.float32), 1.0) / BODY_LENGTH),
        page_of=page_of,
        intro=np.array([section.level <= 1 for page in pages for section in page.sections], np.bool_),
        language=np.array([languages.index(page.article.language) for page in pages for _ in page.sections], np.int32),
        page_ideas=_page_ideas(terms, page_of, len(pages)),
        pages=len(pages),
        thesaurus=thesaurus,
        languages=languages,
    )


def _shared(name: Name, number: Mapping[str, int], idf: Floats) -> Name:
    """Return the name with the share that each of its stems has of it."""
    weights = [float(idf[number[forms[0]]]) for forms in name.stems]
    mass = sum(weights) or 1.0
    return Name(name.stems, tuple(weight / mass for weight in weights))


def _page_ideas(terms: Sequence[SectionTerms], page_of: Rows, pages: int) -> dict[str, tuple[Rows, Floats]]:
    """Return for every idea the pages that express it and its saturated, weighted share of each."""
    found: dict[str, Counter[int]] = {}
    for section, page in zip(terms, page_of.tolist(), strict=True):
        for term in {**section.body, **section.places}:
            if term.startswith("@"):
                said = min(section.counts.get(term, 0), 4) + 3 * (section.places.get(term, 0) & HEAD)
                found.setdefault(term, Counter())[page] += said
    sections = np.sqrt(np.maximum(np.bincount(page_of, minlength=pages), 1))
    out = {}
    for idea, by_page in found.items():
        rows = np.array(list(by_page), np.int32)
        share = np.array(list(by_page.values()), np.float32) / sections[rows]
        idf = math.log1p((pages - len(rows) + 0.5) / (len(rows) + 0.5))
        out[idea] = (rows, (idf * share * (K1 + 1) / (share + K1)).astype(np.float32))
    return out


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """Return how often each folded word occurs, for mending the spelling of questions."""
    return Counter(word for text in texts for word in words(text))
