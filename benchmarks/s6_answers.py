"""S6: from a question to ranked answers at 10^4 sections, beside FTS5, tantivy and rapidfuzz in the same run.

A third of the questions have a slip of the keyboard. Every question is asked once: nothing is remembered from before.
Ours decides, weighs its confidence and cuts the passage; the others return ten rows. Quality is compared elsewhere, by
`deskbot kb eval --beside`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, quantiles
from typing import Any

from benchmarks import peers
from benchmarks.handbooks import pages, questions
from benchmarks.machine import resident
from deskbot.answers.knowledge import EVERYTHING, build
from deskbot.wiring import memory

Row = dict[str, Any]
WARMING = 20


def run() -> list[Row]:
    """Measure at 10^4 sections."""
    return answers("S6", 10_000, must=1.0, stretch=0.4)


def answers(bar: str, sections: int, must: float, stretch: float) -> list[Row]:
    """Measure a bar and return its rows; times are CPU milliseconds a question."""
    before, began = resident(), time.process_time()
    knowledge = build(pages(sections))
    built = time.process_time() - began
    memory.settle()
    held = resident() - before
    asked = list(dict.fromkeys(questions(600)))
    ours = times(lambda text: knowledge.find(text, EVERYTHING), asked)
    others = [
        ("SQLite FTS5", times(peers.fts5(knowledge.sections), asked[: WARMING + 100])),
        ("tantivy", times(peers.by_tantivy(knowledge.sections), asked)),
        ("rapidfuzz over all titles", times(peers.by_rapidfuzz(knowledge.sections), asked[: WARMING + 40])),
    ]
    fts5 = others[0][1]
    what = f"question to ranked answer, {len(knowledge.sections):,} sections"
    return [
        _row(bar, what, fmean(ours), must, stretch, fmean(fts5)),
        _row(bar, "the same, p99", p99(ours), 3.0 * must, None, p99(fts5)),
        *({"bar": bar, "what": f"the same by {name}", "value": fmean(t), "unit": "ms CPU"} for name, t in others),
        {"bar": bar, "what": "read and indexed from nothing", "value": built, "unit": "s CPU"},
        {"bar": bar, "what": "resident memory that it takes", "value": held, "unit": "MB"},
    ]


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


def times(ask: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Return the CPU milliseconds of each question after the first twenty, which warm up."""
    for text in asked[:WARMING]:
        ask(text)
    return list(_timed(ask, asked[WARMING:]))


def _timed(ask: Callable[[str], object], asked: Iterable[str]) -> Iterable[float]:
    for text in asked:
        began = time.process_time()
        ask(text)
        yield (time.process_time() - began) * 1000


def p99(found: Sequence[float]) -> float:
    """Return the time that one question of a hundred takes longer than."""
    return quantiles(found, n=100)[98]
