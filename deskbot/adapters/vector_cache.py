"""Vectors of passages kept on disk, by what the passage says and by the model: for all handbooks and processes."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from deskbot.answers.sentences import WIDTH, Floats

FILE = Path("cache", "vectors.db")  # in the data folder
MOST = 200_000  # vectors kept, 0.8 kB each; those not asked for longest go first
PATIENCE = 30  # seconds that another process may write
_TABLE = """CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL, used TEXT NOT NULL DEFAULT CURRENT_DATE,
    PRIMARY KEY (model, key)
) WITHOUT ROWID"""
_READ = "SELECT key, vector FROM vectors WHERE model = :model AND key IN (SELECT value FROM json_each(:keys))"
_USED = """UPDATE vectors SET used = CURRENT_DATE
    WHERE model = :model AND key IN (SELECT value FROM json_each(:keys)) AND used < CURRENT_DATE"""
_WRITE = "INSERT OR REPLACE INTO vectors (model, key, vector) VALUES (?, ?, ?)"
_UNUSED = "DELETE FROM vectors WHERE used < date('now', '-90 days')"
_OLDEST = """DELETE FROM vectors WHERE (model, key) IN (
    SELECT model, key FROM vectors ORDER BY used LIMIT max(0, (SELECT count(*) FROM vectors) - ?))"""
T = TypeVar("T")


class VectorCache:
    """What was computed once is not computed again.

    A file that is damaged is thrown away and begun anew; where there can be none, nothing is kept. Numbers are kept as
    half floats: cosines change by less than 0.0005. Several processes may read and write at once.
    """

    def __init__(self, file: Path, model: str) -> None:
        self._file = file
        self._model = model

    def read(self, keys: Iterable[str]) -> dict[str, Floats]:
        """Return the vectors that are kept of these keys."""
        asked = {"model": self._model, "keys": json.dumps(list(keys))}

        def work(database: sqlite3.Connection) -> list[tuple[str, bytes]]:
            found = database.execute(_READ, asked).fetchall()
            with suppress(sqlite3.OperationalError):  # Where nothing can be written, what is there can still be read.
                database.execute(_USED, asked)
            return found

        found: list[tuple[str, bytes]] = self._within(work, [])
        halves = {key: np.frombuffer(kept, np.float16) for key, kept in found if len(kept) == 2 * WIDTH}
        return {key: rounded(half) for key, half in halves.items() if np.isfinite(half).all() and half.any()}

    def write(self, vectors: Mapping[str, Floats]) -> bool:
        """Keep these vectors, all or none of them; False where they could not be kept."""
        rows = [(self._model, key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()]
        return self._within(lambda database: database.executemany(_WRITE, rows), None) is not None

    def trim(self) -> None:
        """Let go of what nobody asked for in 90 days, and of the oldest beyond 200,000."""
        self._within(lambda database: (database.execute(_UNUSED), database.execute(_OLDEST, (MOST,))), None)

    def _within(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do the work in one transaction; where that cannot be, return `otherwise`: it costs only time."""
        for _ in ("as it is", "begun anew"):
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self._file, timeout=PATIENCE)) as database:
                    database.execute("PRAGMA synchronous = NORMAL")
                    with database:
                        database.execute(_TABLE)
                        return work(database)
            except (OSError, sqlite3.OperationalError):
                break  # Locked, full or read-only: what is kept is good.
            except sqlite3.DatabaseError:
                with suppress(OSError):
                    self._file.unlink(missing_ok=True)
        return otherwise


def rounded(vector: npt.NDArray[np.float16] | Floats) -> Floats:
    """Return the vector as it comes back from the cache, of unit length."""
    full = vector.astype(np.float16).astype(np.float32)
    unit: Floats = full / np.linalg.norm(full)
    return unit
