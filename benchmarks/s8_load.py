"""S8: the knowledge base at start from its cache, and one edited file taken over while the desk serves; 10^4 sections.

The start is all that is done of the knowledge folder: listing, reading the files, the cache, the index. An edit is the
whole of `LiveContent.poll`, from looking at the folders to the new snapshot; the process in which a changed file is
tried first is beside it, as seconds on the clock. Memory is what the process holds more after a start from the cache.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.handbooks import pages
from benchmarks.machine import resident
from deskbot.adapters.content.files import gather
from deskbot.adapters.content.knowledge_folder import KnowledgeReader
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.adapters.content.trial import survive
from deskbot.adapters.content.watch import LiveContent
from deskbot.wiring import memory

Row = dict[str, Any]
RULES = Path(__file__).resolve().parent.parent / "routing_rules"
SECTIONS = 10_000
STARTS, EDITS = 5, 9


def run() -> list[Row]:
    """Start with and without the cache, then edit pages one by one."""
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "knowledge", Path(name) / "cache" / "knowledge.npz"
        for file, text in pages(SECTIONS).items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        cold = cpu(lambda: start(folder, cache))
        held, size = held_by_a_start(folder, cache), cache.stat().st_size / 1e6
        warm = median(cpu(lambda: start(folder, cache)) for _ in range(STARTS))
        live = LiveContent(folder, RULES, settle=0, cache=cache)
        memory.settle()  # as `serve` does when everything is loaded
        edits = [edited(live, folder, number) for number in range(EDITS)]
        held_up, idle = asyncio.run(waits(live, folder))
    reference = {"reference": "without the cache, s", "reference_value": round(cold, 2)}
    return [
        row("start from the cache, 10,000 sections", warm, "s CPU", 0.4, 0.15) | reference,
        row("one edited file, from look to swap", median(c for c, _ in edits), "ms CPU", 50, 10),
        row("the trial of the file in its own process", median(w for _, w in edits), "ms on the clock"),
        row("a loop beside edits waits for its turn, at most", held_up, "ms on the clock")
        | {"reference": "beside none, ms", "reference_value": round(idle, 1)},
        row("resident memory after a start", held, "MB"),
        row("size of the cache file", size, "MB"),
    ]


def row(what: str, value: float, unit: str, must: float | None = None, stretch: float | None = None) -> Row:
    """Return a row of S8."""
    return {"bar": "S8", "what": what, "value": value, "unit": unit, "must": must, "stretch": stretch}


def start(folder: Path, cache: Path) -> KnowledgeReader:
    """Do what a start does of the knowledge folder."""
    reader = KnowledgeReader(cache)
    reader.read(gather(folder, PAGE_SUFFIXES))
    reader.save()
    return reader


def held_by_a_start(folder: Path, cache: Path) -> float:
    """Return the megabytes that a process of its own holds more after a start from the cache."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_held, folder, cache).result()


def _held(folder: Path, cache: Path) -> float:
    start(folder / "none", cache.with_suffix(".none"))  # loads what any start loads
    memory.settle()
    before = resident()
    reader = start(folder, cache)
    memory.settle()
    held = resident() - before
    del reader
    return held


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a piece of work in this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def edited(live: LiveContent, folder: Path, number: int) -> tuple[float, float]:
    """Edit a page; return the CPU milliseconds of taking it over, and those on the clock of trying it first."""
    page = change(folder, number)
    began = time.perf_counter()
    survive({str(page): page.read_text(encoding="utf-8")})
    tried = time.perf_counter() - began
    taken = cpu(lambda: _polled(live))
    return taken * 1000, tried * 1000


def change(folder: Path, number: int) -> Path:
    """Write another section at the end of a page."""
    page = sorted((folder / "made").rglob("*.md"))[number * 37 % 500]
    more = f"\n\n## Parking of zebras {number}\n\nZebra number {number} may be parked on Fridays.\n"
    page.write_text(page.read_text(encoding="utf-8") + more, encoding="utf-8")
    return page


def _polled(live: LiveContent) -> None:
    if not live.poll():
        raise RuntimeError("The edited page was not taken over.")


async def waits(live: LiveContent, folder: Path) -> tuple[float, float]:
    """Return the longest that a loop waits for its turn, in milliseconds: beside edits, and beside none."""
    beside_edits = beside_none = 0.0
    for number in range(EDITS):
        change(folder, 100 + number)
        beside_edits = max(beside_edits, await _longest_wait(asyncio.to_thread(_polled, live)))
        beside_none = max(beside_none, await _longest_wait(asyncio.to_thread(time.sleep, 0.1)))
    return beside_edits * 1000, beside_none * 1000


async def _longest_wait(work: Coroutine[object, object, None]) -> float:
    longest, task = 0.0, asyncio.create_task(work)
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began - 0.001)
    await task
    return longest
