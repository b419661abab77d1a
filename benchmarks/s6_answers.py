"""S6 and S7: from a question to ranked answers at 10^4 and 10^5 sections, beside SQLite's FTS5 in the same run."""

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from statistics import fmean, quantiles

from benchmarks.handbooks import pages, questions
from deskbot.answers.knowledge import EVERYTHING, Knowledge, build

Row = dict[str, object]
SIZES = {"S6": (10_000, 1.0, 0.4), "S7": (100_000, 5.0, 2.0)}


def run(bars: Sequence[str] = ("S6", "S7")) -> list[Row]:
    """Measure the bars and return their rows; times are CPU milliseconds a question."""
    return [row for bar in bars for row in _bar(bar, *SIZES[bar])]


def _bar(bar: str, sections: int, must: float, stretch: float) -> list[Row]:
    began = time.perf_counter()
    knowledge = build(pages(sections))
    built = time.perf_counter() - began
    asked = list(questions(400))
    ours = _times(lambda text: knowledge.find(text, EVERYTHING), asked)
    peer = _times(_fts5(knowledge), asked)
    rows = [
        _row(bar, "question to ranked answer", fmean(ours), must, stretch, fmean(peer)),
        _row(bar, "the same, p99", _p99(ours), 3.0 * must, None, _p99(peer)),
    ]
    return [*rows, {"bar": bar, "what": f"build of {len(knowledge.sections):,} sections", "value": built, "unit": "s"}]


def _row(bar: str, what: str, value: float, must: float, stretch: float | None, reference: float) -> Row:
    return {
        "bar": bar,
        "what": what,
        "value": round(value, 3),
        "unit": "ms CPU",
        "must": must,
        "stretch": stretch,
        "reference": "SQLite FTS5",
        "reference_value": round(reference, 3),
    }


def _times(ask: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    for text in asked[:20]:
        ask(text)
    out = []
    for text in asked:
        began = time.process_time()
        ask(text)
        out.append((time.process_time() - began) * 1000)
    return out


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98]


def _fts5(knowledge: Knowledge) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE kb USING fts5(heading, body, tokenize='porter unicode61')")
    rows = [(" ".join(section.path), section.text_md) for section in knowledge.sections]
    database.executemany("INSERT INTO kb VALUES (?, ?)", rows)
    query = "SELECT rowid FROM kb WHERE kb MATCH ? ORDER BY bm25(kb, 4.0, 1.0) LIMIT 10"

    def ask(text: str) -> object:
        words = re.findall(r"\w+", text)
        return database.execute(query, (" OR ".join(f'"{word}"' for word in words),)).fetchall()

    return ask


if __name__ == "__main__":
    for result in run(sys.argv[1:] or ("S6",)):
        print(result)
