"""Runs one benchmark and holds its rows against their bars, scaled to the reference machine."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from benchmarks import machine

Row = dict[str, Any]


def measure(module: str) -> list[Row]:
    """Run one benchmark with the machine's speed taken before and after it, and return its rows, judged."""
    before = machine.factor()
    rows = import_module(f"benchmarks.{module}").run()
    factor = (before + machine.factor()) / 2
    return [judged(row, factor) for row in rows]


def judged(row: Mapping[str, Any], factor: float) -> Row:
    """Add to a row what it would be on the reference machine, and whether it meets its bar there."""
    scale = factor if is_time(str(row.get("unit", ""))) else 1.0
    scaled = row["value"] / scale
    return {**row, "machine": round(factor, 3), "scaled": scaled, "met": verdict(row, scaled)}


def is_time(unit: str) -> bool:
    """Whether a unit is one of time, which a slower machine makes longer."""
    return unit.split(" ")[0] in {"s", "ms", "µs", "us"}


def verdict(row: Mapping[str, Any], scaled: float) -> str:
    """Return "stretch", "must" or "not met"; empty for a row without a bar."""
    for name in ("stretch", "must"):
        bar = row.get(name)
        if bar is not None and (scaled >= bar if row.get("higher") else scaled <= bar):
            return name
    return "not met" if row.get("must") is not None else ""
