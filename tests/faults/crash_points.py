"""A crash at the n-th write or sync of the database: what was acknowledged is there and the file is whole."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deskbot.ports import RawDelivery
from deskbot.store.inbox import accept
from deskbot.store.session import Store
from tests.databases import open_store, upgraded

ROOT = Path(__file__).parents[2]
_CALLS = (("pwrite64", 13), ("fdatasync", 3))  # and the step from one crash point to the next
_BODY = 40_000  # bytes: large deliveries bring the run past checkpoints too


@dataclass
class Outcome:
    """What a run found: crashes that happened, and those after which something was wrong."""

    points: int
    crashed: int = 0
    acknowledged: int = 0
    bad: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every crash left a whole database with every acknowledged row."""
        return self.crashed == self.points and not self.bad

    def __str__(self) -> str:
        return (
            f"{self.crashed} of {self.points} crash points hit, {self.acknowledged} deliveries acknowledged before:"
            f" {len(self.bad)} bad"
        )


def run(points: int) -> Outcome:
    """Crash the store at `points` writes and syncs, half of each kind, and look at what is left every time."""
    if shutil.which("strace") is None:
        raise RuntimeError("strace is not installed (Debian: apt install strace); crash points cannot be made.")
    outcome = Outcome(points)
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        upgraded(f"sqlite:///{template}").close()
        for number in range(points):
            path = Path(folder) / f"desk{number}.db"
            shutil.copy(template, path)
            call, stride = _CALLS[number % len(_CALLS)]
            _crash(path, call, number // len(_CALLS) * stride + 1, outcome)
    return outcome


def _crash(path: Path, call: str, when: int, outcome: Outcome) -> None:
    """Let a process accept deliveries until the `when`-th call kills it, then judge the file."""
    said = path.with_suffix(".said")
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
    command += ["-e", f"inject={call}:signal=KILL:when={when}"]
    command += [os.path.realpath(sys.executable), "-m", "tests.faults.crash_points", str(path), str(said)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    killed = done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    outcome.crashed += killed
    if not killed:
        outcome.bad.append(f"{call} {when}: not killed, status {done.returncode} {done.stderr[-300:]}")
        return
    acknowledged = said.read_text().count("\n") if said.exists() else 0
    outcome.acknowledged += acknowledged
    found = _judge(path, acknowledged)
    if found:
        outcome.bad.append(f"{call} {when}: {found}")


def _judge(path: Path, acknowledged: int) -> str:
    with sqlite3.connect(path) as connection:
        integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
        rows = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
    connection.close()
    store: Store = open_store(f"sqlite:///{path}")
    try:
        again = accept(store, [_delivery(10_000)])
    finally:
        store.close()
    if integrity != "ok":
        return f"integrity {integrity}"
    if rows < acknowledged:
        return f"{rows} rows of {acknowledged} acknowledged"
    return "" if again == [True] else "cannot be written any more"


def _delivery(number: int) -> RawDelivery:
    return RawDelivery(f"k{number}", "slack", "event", os.urandom(_BODY), datetime.now(UTC))


def _accept_for_ever(database: str, said: str) -> None:
    """Accept deliveries one by one and write a line for each once it is acknowledged."""
    store = open_store(f"sqlite:///{database}")
    told = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for number in range(2_000):
        accept(store, [_delivery(number)])
        os.write(told, b"acknowledged\n")


if __name__ == "__main__":
    _accept_for_ever(sys.argv[1], sys.argv[2])
