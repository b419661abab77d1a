"""The inverted index of the knowledge base: which sections and pages speak of a term, and how much."""

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

Ids = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]

K1 = 1.2
K1_PAGE = 1.2
FIELD_WEIGHT = {"heading": 3.0, "alias": 4.0, "chain": 1.2, "file": 0.8, "body": 1.0}
BODY_LENGTH = 60.0  # words of a usual section: longer ones count less for each word, shorter ones more
BODY_B = 0.6
PAGE_LENGTH = 600.0
PAGE_B = 0.4


def _counts(text: str, language: str, thesaurus: Thesaurus) -> tuple[Counter[str], int]:
    """Return how often each term occurs in the text, and how many words there are."""
    sequence = stems(words(text), language)
    found = Counter(stem for stem in sequence if stem not in STOP_STEMS)
    found.update(idea for _, _, idea in thesaurus.ideas(sequence))
    return found, len(sequence)


def _pairs(text: str, language: str) -> list[str]:
    """Return neighbouring words as terms, small words included: "at will" is more than its parts."""
    sequence = stems(words(text), language)
    return [f"{a} {b}" for a, b in zip(sequence, sequence[1:], strict=False)]


def _initials(heading: str) -> list[str]:
    names = [word for word in heading.split() if word[:1].isupper()]
    return ["".join(name[0] for name in names).lower()] if 2 <= len(names) <= 6 else []


def section_terms(section: Section, thesaurus: Thesaurus) -> dict[str, float]:
    """Return the section's terms with their weighted counts over heading, aliases, titles above, file name and text."""
    language = section.article.language
    out: Counter[str] = Counter()
    body, length = _counts(to_plain(section.text_md), language, thesaurus)
    norm = 1.0 / (1.0 - BODY_B + BODY_B * max(length, 8) / BODY_LENGTH)
    for term, count in body.items():
        out[term] += count * norm  # type: ignore[assignment]
    parts: list[tuple[str, str]] = [("heading", section.title), ("chain", " . ".join(section.path[:-1]))]
    parts += [
        ("file", section.article.path.removesuffix(".md").replace("/", " . ").replace("-", " ").replace("_", " "))
    ]
    parts += [("alias", alias) for alias in section.article.aliases] if section.level <= 1 else []
    for field, text in parts:
        for term in _counts(text, language, thesaurus)[0]:
            out[term] += FIELD_WEIGHT[field]  # type: ignore[assignment]
        if field in ("heading", "alias"):
            for term in (*_pairs(text, language), *_initials(text)):
                out[term] += FIELD_WEIGHT[field]  # type: ignore[assignment]
    return dict(out)


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the rows that hold it and how much; compressed rows in two arrays."""

    number: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: Ids
    weights: Scores
    idf: Scores
    size: int

    def of(self, term: str) -> tuple[Ids, Scores, float] | None:
        """Return rows, saturated weights and inverse document frequency of the term; None if nobody says it."""
        number = self.number.get(term)
        if number is None:
            return None
        begin, end = self.starts[number], self.starts[number + 1]
        return self.rows[begin:end], self.weights[begin:end], float(self.idf[number])


def postings(documents: Sequence[Mapping[str, float]], k1: float) -> Postings:
    """Build postings over documents given as term → weighted count; weights are saturated as BM25 does."""
    number: dict[str, int] = {}
    terms: list[int] = []
    counts: list[float] = []
    lengths: list[int] = []
    for document in documents:
        lengths.append(len(document))
        for term, count in document.items():
            terms.append(number.setdefault(term, len(number)))
            counts.append(count)
    return _compressed(number, np.array(terms, np.int32), np.array(counts, np.float32), np.array(lengths, np.int64), k1)


def _compressed(
    number: dict[str, int], terms: Ids, counts: Scores, lengths: npt.NDArray[np.int64], k1: float
) -> Postings:
    size = len(lengths)
    rows = np.repeat(np.arange(size, dtype=np.int32), lengths)
    order = np.argsort(terms, kind="stable")
    frequency = np.bincount(terms, minlength=len(number))
    starts = np.concatenate(([0], np.cumsum(frequency))).astype(np.int64)
    idf = np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    weights = (counts * (k1 + 1) / (counts + k1)).astype(np.float32)
    return Postings(number, starts, rows[order], weights[order], idf, size)


@dataclass(frozen=True, slots=True)
class Index:
    """Postings of sections and of pages, and for each section the page it is on."""

    sections: Postings
    pages: Postings
    page_of: Ids
    thesaurus: Thesaurus
    languages: tuple[str, ...]


def build_index(pages: Iterable[Page], thesaurus: Thesaurus) -> Index:
    """Index every section of the pages, in order."""
    documents: list[dict[str, float]] = []
    page_documents: list[dict[str, float]] = []
    page_of: list[int] = []
    languages: set[str] = set()
    for number, page in enumerate(pages):
        own = [section_terms(section, thesaurus) for section in page.sections]
        documents += own
        page_of += [number] * len(own)
        page_documents.append(_page_terms(own))
        languages.add(page.article.language)
    return Index(
        postings(documents, K1),
        postings(page_documents, K1_PAGE),
        np.array(page_of, np.int32),
        thesaurus,
        tuple(sorted(languages)) or ("en",),
    )


def _page_terms(sections: list[dict[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for section in sections:
        for term, count in section.items():
            if " " not in term:
                total[term] = total.get(term, 0.0) + min(count, 4.0)
    norm = 1.0 / math.sqrt(max(len(sections), 1))
    return {term: count * norm for term, count in total.items()}
