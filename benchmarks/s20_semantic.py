"""S20: the semantic engine: a question's vector and whole answer, the memory and start it costs, a handbook's vectors.

The questions are those of the three test handbooks, each asked once, with nothing remembered. Memory is what the
process has more after loading the model and encoding them all. The handbook is the one with the most words; its
passages are computed on one thread, as beside a desk that serves. The whole answer is timed at 10^4 sections, whose
passages have vectors of the right number and length that mean nothing: the time is the same.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.machine import resident

DATA = Path(__file__).parent.parent / "tests" / "data" / "kb"
PASSAGES = 200


def run() -> list[dict[str, Any]]:
    """Measure in this process, which has loaded nothing of it before."""
    from deskbot.adapters.model import load_model
    from deskbot.answers.vectors import passages

    before, began = resident(), time.perf_counter()
    model = load_model()
    loaded = time.perf_counter() - began
    times = []
    for question in _questions():
        asked = time.thread_time()
        model.encode_question(question)
        times.append((time.thread_time() - asked) * 1000)
    added = resident() - before
    texts = [text for section in _sections() for text in passages(section)]
    began = time.perf_counter()
    model.encode(texts[:PASSAGES])
    rate = len(texts[:PASSAGES]) / (time.perf_counter() - began)
    cuts = quantiles(times, n=100, method="inclusive")
    return [
        _row(f"question to vector, p50 of {len(times)}", cuts[49], "ms CPU", 15, 12),
        _row("question to vector, p99", cuts[98], "ms CPU", 40, 25),
        *_answers(load_model()),
        _row("resident memory added by model and questions", added, "MB", 145, 100),
        _row("model loaded and named by its hash", loaded, "s", 1, 0.3),
        _row(f"the largest handbook, {len(texts)} passages, once", len(texts) / rate, "s", 360, 60),
        _row("passages on one thread", rate, "passages/s", None, None),
    ]


def _answers(model: Any) -> Iterator[dict[str, Any]]:
    """Time whole answers by words and meaning at 10^4 sections."""
    import numpy as np

    from benchmarks.handbooks import pages, questions
    from benchmarks.s6_answers import times
    from deskbot.answers.knowledge import EVERYTHING, build
    from deskbot.answers.vectors import Vectors, passages

    knowledge = build(pages(10_000))
    rows = np.array([row for row, section in enumerate(knowledge.sections) for _ in passages(section)], np.int32)
    matrix = np.random.default_rng(20).standard_normal((len(rows), 384)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    knowledge = knowledge.with_meaning(model, Vectors(rows, matrix))
    took = times(lambda text: knowledge.find(text, EVERYTHING), list(dict.fromkeys(questions(600))))
    cuts = quantiles(took, n=100, method="inclusive")
    what = f"question to ranked answer by words and meaning, {len(knowledge.sections):,} sections"
    yield _row(f"{what}, p50", cuts[49], "ms CPU", 15, 12)
    yield _row("the same, p99", cuts[98], "ms CPU", 40, 25)


def _row(what: str, value: float, unit: str, must: float | None, stretch: float | None) -> dict[str, Any]:
    return {"bar": "S20", "what": what, "value": value, "unit": unit, "must": must, "stretch": stretch}


def _questions() -> Iterator[str]:
    for line in (DATA / "questions.jsonl").read_text().splitlines():
        yield json.loads(line)["question"]


def _sections() -> list[Any]:
    """Return the sections of the handbook with the most words."""
    from deskbot.answers.articles import parse_page

    books = [path for path in DATA.iterdir() if any(path.rglob("*.md")) and path.name != "licences"]
    texts = {book: {p: p.read_text(errors="replace") for p in sorted(book.rglob("*.md"))} for book in books}
    largest = max(books, key=lambda book: sum(len(text.split()) for text in texts[book].values()))
    pages = [parse_page(text, path.relative_to(largest).as_posix()) for path, text in texts[largest].items()]
    return [section for page in pages for section in page.sections]
