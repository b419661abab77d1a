"""The inverted index of the knowledge base: which sections speak of a term, how much and where.

A page is read alone (`read_page`), what was read of all pages is put into columns (`merged`), and the columns are
weighed against one another (`compiled`). An edited page takes the first step alone; the columns of the others stay.
"""

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, compress, pairwise
from sys import intern
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from deskbot.answers.articles import Page, Section
from deskbot.answers.markdown import to_plain
from deskbot.answers.terms import STOP_STEMS, Thesaurus, stems
from deskbot.desk.folding import words

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Number = TypeVar("Number", bound=np.generic)
Forms = tuple[tuple[str, ...], ...]
"""A heading or alias as its words: of each its stem and the ideas that it expresses."""

K1 = 1.2  # how soon repeating a word stops to count
BODY_LENGTH = 60.0  # words of a usual section: in longer ones a word counts less, in shorter ones more
BODY_B = 0.6  # how much length matters, 0 to 1
_WEIGHED = 8192  # sections whose names are kept weighed, 2 MB of them
_ROUGH = np.array([0.0, 1.2, 0.6, 1.8], np.float32)  # what neither, either and both places add to a rough score
HEAD, CHAIN = 1, 2  # a term's places besides the text: the section's heading or aliases, the titles above it


@dataclass(frozen=True, slots=True)
class SectionTerms:
    """What is read of a section: its terms, of each the saturated weight in the text and the places besides it."""

    terms: tuple[str, ...]
    body: Sequence[float]
    places: bytes
    names: tuple[Forms, ...]
    length: int


@dataclass(frozen=True, slots=True)
class PageTerms:
    """What is read of a page: its sections, how often it says each idea, and its words for mending misspelt ones."""

    sections: tuple[SectionTerms, ...]
    said: Mapping[str, int]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Title:
    """A heading or alias, read once for all the sections under it."""

    words: tuple[str, ...]
    terms: tuple[str, ...]
    forms: Forms


def read_page(page: Page, thesaurus: Thesaurus) -> PageTerms:
    """Return the page's terms; the slow part of building, and the same for the same text."""
    language = page.article.language
    said: Counter[str] = Counter()
    found: Counter[str] = Counter()
    titles: dict[str, _Title] = {}

    def title(text: str) -> _Title:
        if text not in titles:
            titles[text] = _read_title(text, language, thesaurus)
        return titles[text]

    def section_terms(section: Section) -> SectionTerms:
        text = words(to_plain(section.text_md))
        counts = _counts(text, language, thesaurus)
        named = [title(name) for name in _names_of(section)]
        above = [title(name) for name in (*section.path[:-1], page.article.title)] if section.path else []
        places: dict[str, int] = {}
        for place, read in ((HEAD, named), (CHAIN, above)):
            for term in chain.from_iterable(name.terms for name in read):
                places[term] = places.get(term, 0) | place
        found.update(text)
        for name in (*section.path, *page.article.aliases):
            found.update(title(name).words)
        terms = tuple(map(intern, {**counts, **places}))
        ideas = (term for term in terms if term.startswith("@"))
        said.update({idea: min(counts[idea], 4) + 3 * (places.get(idea, 0) & HEAD) for idea in ideas})
        return SectionTerms(
            terms,
            array("f", _saturated([counts[term] for term in terms], len(text))),
            bytes([places.get(term, 0) for term in terms]),
            tuple(name.forms for name in named),
            len(text),
        )

    return PageTerms(tuple(section_terms(section) for section in page.sections), said, found)


def _names_of(section: Section) -> tuple[str, ...]:
    """Return what the section goes by: its heading, and its page's aliases where it opens the page."""
    return section.title, *(section.article.aliases if section.level <= 1 else ())


def _saturated(counts: Sequence[int], length: int) -> list[float]:
    """Return the weight of terms that occur so often among `length` words: each time counts less than the last."""
    norm = 1.0 - BODY_B + BODY_B * max(length, 8) / BODY_LENGTH
    return [(count / norm) * (K1 + 1) / (count / norm + K1) for count in counts]


def _counts(said: list[str], language: str, thesaurus: Thesaurus) -> Counter[str]:
    """Return how often each term occurs among the words."""
    sequence = stems(said, language)
    found = Counter([stem for stem in sequence if stem not in STOP_STEMS])
    found.update([idea for _, _, idea in thesaurus.ideas(sequence)])
    return found


def _read_title(text: str, language: str, thesaurus: Thesaurus) -> _Title:
    said = words(text)
    sequence = stems(said, language)
    ideas: dict[int, list[str]] = {}
    for at, length, idea in thesaurus.ideas(sequence):
        for place in range(at, at + length):
            ideas.setdefault(place, []).append(idea)
    forms = tuple((stem, *ideas.get(at, ())) for at, stem in enumerate(sequence) if stem not in STOP_STEMS)
    return _Title(tuple(said), (*_counts(said, language, thesaurus), *_initials(text)), forms)


def _initials(heading: str) -> list[str]:
    """Return the abbreviation that a heading such as "Pregnancy Disability Leave" has in people's mouths."""
    names = [word for word in heading.split() if word[:1].isupper()]
    return ["".join(name[0] for name in names).lower()] if 3 <= len(names) <= 6 else []


@dataclass(frozen=True, slots=True)
class Columns:
    """What was read of all pages, nothing of it weighed against other pages; rows are sections in their order.

    Postings lie by term and then by row: those of term `n` from `starts[n]` to `starts[n + 1]`. `said` tells how often
    a page (`said_on`) says an idea (`said_of`, a term).
    """

    terms: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    rows: Rows
    body: Floats
    places: npt.NDArray[np.uint8]
    lengths: Rows
    sizes: Rows
    said_of: Rows
    said_on: Rows
    said: Rows
    names: tuple[tuple[Forms, ...], ...]


_NONE = np.zeros(0, np.int32)
NOTHING = Columns(
    terms=(),
    starts=np.zeros(1, np.int64),
    rows=_NONE,
    body=np.zeros(0, np.float32),
    places=np.zeros(0, np.uint8),
    lengths=_NONE,
    sizes=_NONE,
    said_of=_NONE,
    said_on=_NONE,
    said=_NONE,
    names=(),
)


def merged(old: Columns, origin: Sequence[int], fresh: Sequence[PageTerms]) -> Columns:
    """Return the columns of pages of which each is an old one (`origin` is its place there) or fresh (-1, in order).

    The old ones must stand in their old order.
    """
    sizes, move, pages = _moves(old, origin, fresh)
    numbers = {term: number for number, term in enumerate(old.terms)}
    new = _flat(origin, fresh, sizes, numbers)
    starts, rows, body, places = _postings(old, move, new, len(numbers))
    frequency = np.diff(starts)
    heard, number = frequency > 0, np.cumsum(frequency > 0, dtype=np.int32) - 1
    said_on = np.concatenate((pages[old.said_on], new.said_on))
    there = said_on >= 0
    return Columns(
        terms=tuple(compress(numbers, heard.tolist())),
        starts=np.concatenate((starts[:-1][heard], starts[-1:])),
        rows=rows,
        body=body,
        places=places,
        lengths=_placed(old.lengths, move, np.array([s.length for page in fresh for s in page.sections], np.int32)),
        sizes=sizes,
        said_of=number[np.concatenate((old.said_of, new.said_of))[there]],
        said_on=said_on[there],
        said=np.concatenate((old.said, new.said))[there],
        names=_names(old, origin, fresh),
    )


Postings = tuple[npt.NDArray[np.int64], Rows, Floats, npt.NDArray[np.uint8]]


def _postings(old: Columns, move: Rows, new: "_Fresh", terms: int) -> Postings:
    """Return where each term's postings start, and the old ones that stay with the fresh ones put in between."""
    moved = move[old.rows]
    stays = moved >= 0
    rows, body, places = moved[stays], old.body[stays], old.places[stays]
    starts = old.starts - np.searchsorted(np.flatnonzero(~stays), old.starts)
    starts = np.concatenate((starts, np.full(terms + 1 - len(starts), starts[-1])))
    order = np.lexsort((new.rows, new.term))
    term, fresh_rows = new.term[order], new.rows[order]
    at = np.empty(len(term), np.int64)
    frequency = np.bincount(term, minlength=terms)
    ends = np.cumsum(frequency)
    for number in np.flatnonzero(frequency).tolist():
        mine = slice(ends[number] - frequency[number], ends[number])
        first = starts[number]
        at[mine] = first + np.searchsorted(rows[first : starts[number + 1]], fresh_rows[mine])
    together = (starts + np.concatenate((np.zeros(1, np.int64), ends))).astype(np.int64)
    taken = np.zeros(len(rows) + len(at), np.bool_)
    taken[at + np.arange(len(at))] = True
    left = ~taken

    def put_in(kept: npt.NDArray[Number], fresh: npt.NDArray[Number]) -> npt.NDArray[Number]:
        out = np.empty(len(taken), kept.dtype)
        out[taken], out[left] = fresh, kept
        return out

    return together, put_in(rows, fresh_rows), put_in(body, new.body[order]), put_in(places, new.places[order])


def _moves(old: Columns, origin: Sequence[int], fresh: Sequence[PageTerms]) -> tuple[Rows, Rows, Rows]:
    """Return the sizes of the new pages, and for old rows and old pages where they are now, -1 for gone."""
    unread = iter(fresh)
    sizes = np.array([old.sizes[at] if at >= 0 else len(next(unread).sections) for at in origin], np.int32)
    at = np.array(origin, np.int32)
    kept = np.flatnonzero(at >= 0).astype(np.int32)
    pages = np.full(len(old.sizes), -1, np.int32)
    pages[at[kept]] = kept
    shift = np.append(_firsts(sizes), 0)[pages] - _firsts(old.sizes)  # where -1, for gone, means the last
    moved = np.arange(len(old.lengths), dtype=np.int32) + np.repeat(shift, old.sizes)
    return sizes, np.where(np.repeat(pages, old.sizes) >= 0, moved, -1).astype(np.int32), pages


def _firsts(sizes: Rows) -> Rows:
    """Return the first row of each page; one more number at the end would be the number of rows."""
    return (np.cumsum(sizes) - sizes).astype(np.int32)


def _placed(old: Rows, move: Rows, fresh: Rows) -> Rows:
    """Return a column with its old values where they are now, and the fresh ones in the rows between."""
    kept = move >= 0
    out = np.empty(int(kept.sum()) + len(fresh), np.int32)
    taken = np.zeros(len(out), np.bool_)
    taken[move[kept]] = True
    out[taken], out[~taken] = old[kept], fresh
    return out


def _names(old: Columns, origin: Sequence[int], fresh: Sequence[PageTerms]) -> tuple[tuple[Forms, ...], ...]:
    unread = iter(fresh)
    firsts, sizes = _firsts(old.sizes).tolist(), old.sizes.tolist()
    parts: list[Sequence[tuple[Forms, ...]]] = []
    for at in origin:
        if at >= 0:
            parts.append(old.names[firsts[at] : firsts[at] + sizes[at]])
        else:
            parts.append([section.names for section in next(unread).sections])
    return tuple(chain.from_iterable(parts))


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Postings and ideas of fresh pages in the order in which they were read."""

    term: Rows
    rows: Rows
    body: Floats
    places: npt.NDArray[np.uint8]
    said_of: Rows
    said_on: Rows
    said: Rows


def _flat(origin: Sequence[int], fresh: Sequence[PageTerms], sizes: Rows, numbers: dict[str, int]) -> _Fresh:
    """Lay the fresh pages out flat, giving their new terms the next numbers."""
    term, rows, body, places = array("i"), array("i"), array("f"), array("B")
    said_of, said_on, said = array("i"), array("i"), array("i")
    firsts = _firsts(sizes).tolist()
    for page, read in zip((n for n, at in enumerate(origin) if at < 0), fresh, strict=True):
        for row, section in enumerate(read.sections, firsts[page]):
            term.extend([numbers.setdefault(text, len(numbers)) for text in section.terms])
            rows.extend([row] * len(section.terms))
            body.extend(section.body)
            places.frombytes(section.places)
        said_of.extend([numbers[idea] for idea in read.said])
        said_on.extend([page] * len(read.said))
        said.extend(read.said.values())
    return _Fresh(
        np.array(term, np.int32),
        np.array(rows, np.int32),
        np.array(body, np.float32),
        np.array(places, np.uint8),
        np.array(said_of, np.int32),
        np.array(said_on, np.int32),
        np.array(said, np.int32),
    )


class Name(NamedTuple):
    """A heading or alias as its stems, each with the ideas that it expresses and its share of all, by rarity."""

    stems: Forms
    shares: tuple[float, ...]


class Names:
    """The headings, aliases and questions of each section, by row, weighed when they are looked at."""

    __slots__ = ("_forms", "_number", "_seen", "_weights")

    def __init__(self, forms: tuple[tuple[Forms, ...], ...], number: Mapping[str, int], idf: Floats) -> None:
        self._forms = forms
        self._number = number
        self._weights = idf.tolist()
        self._seen: dict[int, tuple[Name, ...]] = {}

    def __len__(self) -> int:
        return len(self._forms)

    def __getitem__(self, row: int) -> tuple[Name, ...]:
        found = self._seen.get(row)
        if found is None:
            if len(self._seen) >= _WEIGHED:
                self._seen.clear()
            found = self._seen[row] = tuple([self._weighed(forms) for forms in self._forms[row]])
        return found

    def _weighed(self, forms: Forms) -> Name:
        number, weights = self._number, self._weights
        each = [weights[number[word[0]]] for word in forms]
        mass = sum(each) or 1.0
        return Name(forms, tuple([weight / mass for weight in each]))


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
    names: Names
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


def compiled(columns: Columns, pages: Sequence[Page], thesaurus: Thesaurus) -> Index:
    """Weigh the columns of these pages against one another: rare terms tell more than common ones."""
    languages = tuple(dict.fromkeys(page.article.language for page in pages)) or ("en",)
    size = len(columns.lengths)
    frequency = np.diff(columns.starts)
    idf = np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    number = {term: at for at, term in enumerate(columns.terms)}
    spoken = np.array([languages.index(page.article.language) for page in pages], np.int32)
    return Index(
        number=number,
        starts=columns.starts,
        rows=columns.rows,
        body=columns.body,
        places=columns.places,
        rough=columns.body + _ROUGH[columns.places],
        idf=idf,
        names=Names(columns.names, number, idf),
        length=np.log(np.maximum(columns.lengths.astype(np.float32), 1.0) / BODY_LENGTH),
        page_of=np.repeat(np.arange(len(pages), dtype=np.int32), columns.sizes),
        intro=np.array([section.level <= 1 for page in pages for section in page.sections], np.bool_),
        language=np.repeat(spoken, columns.sizes),
        page_ideas=_page_ideas(columns),
        pages=len(pages),
        thesaurus=thesaurus,
        languages=languages,
    )


def _page_ideas(columns: Columns) -> dict[str, tuple[Rows, Floats]]:
    """Return for every idea the pages that express it and its saturated, weighted share of each."""
    pages = len(columns.sizes)
    sections = np.sqrt(np.maximum(columns.sizes, 1))
    frequency = np.bincount(columns.said_of, minlength=len(columns.terms))
    idf = np.log1p((pages - frequency + 0.5) / (frequency + 0.5))
    rank = np.cumsum(frequency > 0)[columns.said_of]
    order = np.argsort(rank.astype(np.uint16), kind="stable")  # in linear time; there are hundreds of ideas
    on, of = columns.said_on[order], columns.said_of[order]
    share = columns.said[order] / sections[on]
    weights = (idf[of] * share * (K1 + 1) / (share + K1)).astype(np.float32)
    ideas = np.flatnonzero(frequency).tolist()
    ends = list(accumulate(frequency[ideas].tolist(), initial=0))
    parts = [slice(first, last) for first, last in pairwise(ends)]
    return {columns.terms[idea]: (on[part], weights[part]) for idea, part in zip(ideas, parts, strict=True)}
