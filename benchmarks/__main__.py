"""Run the benchmarks and print each bar beside its reference: `python3 run.py bench [names]`."""

import json
import os
import platform
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bars import Row, measure

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def modules(names: Iterable[str]) -> list[str]:
    """Return the modules of these names ("s10" or "s10_clocks") by number; all of them without names."""
    wanted = [name.lower() for name in names]
    found = [path.stem for path in HERE.glob("s[0-9]*_*.py")]
    chosen = [stem for stem in found if not wanted or stem in wanted or stem.split("_")[0] in wanted]
    return sorted(chosen, key=lambda stem: int(stem[1:].split("_")[0]))


def table(rows: Iterable[Row]) -> Table:
    """Lay the rows out for a terminal."""
    out = Table("bar", "what", "measured", "scaled", "must", "stretch", "met", "reference", box=None, pad_edge=False)
    for row in rows:
        reference = f"{row['reference']}: {number(row['reference_value'])}" if row.get("reference") else ""
        cells = [number(row.get(name)) for name in ("scaled", "must", "stretch")]
        out.add_row(row["bar"], row["what"], f"{number(row['value'])} {row['unit']}", *cells, row["met"], reference)
    return out


def number(value: float | None) -> str:
    """Write a figure with three digits that matter; nothing for none."""
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def save(rows: list[Row]) -> Path:
    """Write the rows and what they were measured on as JSON, and return the file."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    about = {"at": at.isoformat(), "python": platform.python_version(), "system": platform.platform()}
    file = RESULTS / f"{at:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps({**about, "cores": os.cpu_count(), "rows": rows}, indent=1, ensure_ascii=False))
    return file


def main() -> int:
    """Run the benchmarks, each in a process of its own; 1 when a "must" is not met, 2 for an unknown name."""
    chosen, names = modules(sys.argv[1:]), sys.argv[1:]
    if len(chosen) < max(len(set(names)), 1):
        print("Benchmarks:", *modules([]), file=sys.stderr)
        return 2
    # Each bar is for words alone, unless it says otherwise; the semantic engine has a bar of its own.
    os.environ.setdefault("DESKBOT_SEMANTIC", "off")
    rows: list[Row] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for module in chosen:
            print(f"{module} ...", file=sys.stderr)
            rows += pool.submit(measure, module).result()
    Console(width=None if sys.stdout.isatty() else 180).print(table(rows))
    print(f"Written to {save(rows).relative_to(Path.cwd())}", file=sys.stderr)
    return 1 if any(row["met"] == "not met" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
