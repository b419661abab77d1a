"""`python3 run.py faults`: kill, crash and misbehave in full, and print one line for each result."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import NoServer, postgres
from tests.faults import crash_points, kills


@contextmanager
def databases(which: str) -> Iterator[dict[str, str]]:
    """Give the address of an empty database of each kind that was asked for."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": f"sqlite:///{folder}/desk.db"} if which in ("both", "sqlite") else {}
        if which in ("both", "postgres"):
            with postgres(durable=True) as server:
                yield {**found, "PostgreSQL": server.create()}
        else:
            yield found


def main(words: list[str]) -> int:
    """Run what was asked for; 1 when anything was lost, doubled or damaged."""
    parser = argparse.ArgumentParser(prog="run.py faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="kills on each database")
    parser.add_argument("--points", type=int, default=60, help="crash points on SQLite")
    parser.add_argument("--settle", type=float, default=1.0, help="seconds until a post must show in its conversation")
    parser.add_argument("--database", choices=["both", "sqlite", "postgres"], default="both")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another course of events")
    chosen = parser.parse_args(words)
    good = True
    try:
        with databases(chosen.database) as addresses:
            for name, address in addresses.items():
                with tempfile.TemporaryDirectory() as folder:
                    options = {"kills": chosen.kills, "settle": chosen.settle, "seed": chosen.seed}
                    outcome = kills.run(address, Path(folder), **options)
                print(f"{name}: {outcome}", flush=True)
                good = good and outcome.good
    except NoServer as absent:
        print(absent, file=sys.stderr)
        return 2
    if chosen.points and chosen.database != "postgres":
        crashes = crash_points.run(chosen.points)
        print(f"SQLite: {crashes}", *crashes.bad, sep="\n  ", flush=True)
        good = good and crashes.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
