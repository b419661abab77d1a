"""S7: from a question to ranked answers at 10^5 sections; the work of S6 on ten times as many."""

from typing import Any

from benchmarks.s6_answers import answers


def run() -> list[dict[str, Any]]:
    """Measure at 10^5 sections; reading them takes the better part of a minute."""
    return answers("S7", 100_000, must=5.0, stretch=2.0)
