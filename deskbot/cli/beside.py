"""What bm25s and SQLite's FTS5 reach with the same questions on the same sections, measured in the same run."""

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from deskbot.answers.articles import Section
from deskbot.answers.evaluation import Figures, Outcome, measure
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.terms import STOP_WORDS

Search = Callable[[str], Sequence[tuple[int, float]]]
"""From a question to the best rows of the sections with their scores, best first."""
_FIGURES = ("recall_at_1", "recall_at_3", "mrr_at_10", "page_at_1", "auroc", "p50_ms", "p99_ms")
_BEST = 10


def beside(knowledge: Knowledge, asked: Sequence[Mapping[str, Any]]) -> dict[str, Figures]:
    """Return by name what each of the others reaches; one that is not installed is left out."""
    return {name: _measured(search, knowledge, asked) for name, search in _searches(knowledge.sections)}


def _searches(sections: Sequence[Section]) -> Iterator[tuple[str, Search]]:
    if search := _bm25s(sections):
        yield "bm25s", search
    yield "fts5", _fts5(sections)


def _measured(search: Search, knowledge: Knowledge, asked: Iterable[Mapping[str, Any]]) -> Figures:
    outcomes = []
    for question in asked:
        began = time.perf_counter()
        found = search(str(question["question"]))
        ms = (time.perf_counter() - began) * 1000
        ranked = tuple(knowledge.sections[row].id for row, _ in found)
        gold = frozenset(question.get("gold") or ())
        best = float(found[0][1]) if found else 0.0
        outcomes.append(Outcome(str(question.get("kind", "")), gold, "answer", best, ranked, ms))
    figures = measure(outcomes)
    return {key: figures[key] for key in _FIGURES}


def _bm25s(sections: Sequence[Section]) -> Search | None:
    """Return bm25s with stems and a list of small words; None where it is not installed."""
    try:
        import bm25s  # type: ignore[import-untyped]
        import Stemmer
    except ImportError:
        print("bm25s is not installed; install it to measure it beside.", file=sys.stderr)
        return None
    given = {"stopwords": sorted(STOP_WORDS["en"]), "stemmer": Stemmer.Stemmer("english"), "show_progress": False}
    index = bm25s.BM25()
    texts = [" ".join((*section.path, section.text_md)) for section in sections]
    index.index(bm25s.tokenize(texts, **given), show_progress=False)

    def search(question: str) -> Sequence[tuple[int, float]]:
        words = bm25s.tokenize([question], **given)
        rows, scores = index.retrieve(words, k=min(_BEST, len(texts)), show_progress=False)
        return list(zip(rows[0].tolist(), scores[0].tolist(), strict=True))

    return search


def _fts5(sections: Sequence[Section]) -> Search:
    """Return SQLite's FTS5 with Porter's stems, a word of the headings counting four times one of the text."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE kb USING fts5(heading, body, tokenize='porter unicode61')")
    rows = [(row, " ".join(section.path), section.text_md) for row, section in enumerate(sections)]
    database.executemany("INSERT INTO kb (rowid, heading, body) VALUES (?, ?, ?)", rows)
    query = f"SELECT rowid, -bm25(kb, 4.0, 1.0) FROM kb WHERE kb MATCH ? ORDER BY 2 DESC LIMIT {_BEST}"  # noqa: S608

    def search(question: str) -> Sequence[tuple[int, float]]:
        small = STOP_WORDS["en"]
        words = [word for word in re.findall(r"\w+", question) if word.lower() not in small]
        return database.execute(query, (" OR ".join(f'"{word}"' for word in words),)).fetchall() if words else []

    return search
