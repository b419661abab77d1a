"""How fast is this machine just now? A fixed loop of plain Python, timed beside every benchmark."""

import os
import re
import time
from pathlib import Path
from statistics import median

REFERENCE_MILLISECONDS = 11.6
"""What the loop takes on the reference machine, the one on which the bars were set.

The bars were set where slack-bolt's acknowledgement with one commit (`benchmarks/bolt_bot.py`) took 0.26 ms of CPU.
Where that took 0.323 ms the loop took 14.4 ms: 14.4 x 0.26 / 0.323 = 11.6.
"""


def loop_milliseconds(rounds: int = 7) -> float:
    """Return the median CPU milliseconds of the loop on this machine."""
    return median(_timed() for _ in range(rounds))


def factor() -> float:
    """Return how many times as long as on the reference machine plain Python takes here."""
    return loop_milliseconds() / REFERENCE_MILLISECONDS


def resident(pid: int | None = None) -> float:
    """Return the resident memory of a process, of this one by default, in megabytes (10^6 bytes)."""
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def _timed() -> float:
    began = time.process_time()
    _work()
    return (time.process_time() - began) * 1000


def _work() -> int:
    """Do what Python programs do all day: calls, dictionaries, strings, numbers."""
    counts: dict[str, int] = {}
    total = 0
    for number in range(60_000):
        word = f"w{number % 997}"
        counts[word] = counts.get(word, 0) + len(word)
        total += _step(number, total)
    return total + sum(counts.values())


def _step(number: int, total: int) -> int:
    return (number * 31 + total) % 1_009
