"""The inbox of an embedded database before anything else is loaded: the same rows, by sqlite3 alone.

A platform that finds the desk just started waits three seconds, and SQLAlchemy with our tables takes the better part
of one to load. Until then the doors commit here. Only a database in its present form, with its key, is opened; every
other case (a first start, an upgrade, PostgreSQL) waits for `deskbot.store.session.Store`.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deskbot.desk.errors import Unavailable
from deskbot.desk.messages import RawDelivery
from deskbot.desk.text import clean
from deskbot.store import sqlite
from deskbot.store.keys import DESK, MasterKey, sealed_bytes

HELD = timedelta(seconds=10)  # A held delivery is its door's for this long, then any worker's.
STEPS = Path(__file__).parent / "migrations" / "versions"
HEAD = max(path.name[:4] for path in STEPS.glob("[0-9]*.py"))
_KEY = "SELECT id, wrapped FROM seal_key WHERE subject_kind = ? AND subject_id = ? AND erased_at IS NULL"
_INSERT = (
    "INSERT INTO inbox (key, channel, kind, body, received_at, lease_until, pending, attempts)"
    " VALUES (?, ?, ?, ?, ?, ?, 1, 0) ON CONFLICT DO NOTHING"
)


class Doorstep:
    """Takes deliveries into the inbox of an SQLite file; `open` gives one where that can be done already."""

    sqlite = True

    def __init__(self, connection: sqlite3.Connection, path: Path, key_id: int, cipher: AESGCM) -> None:
        self._connection = connection
        self._lock = sqlite.write_lock(path)
        self._key_id = key_id
        self._cipher = cipher

    @classmethod
    def open(cls, path: Path, secret: bytes) -> "Doorstep | None":
        """Open the file; None when it is not there, not in its present form or has no key yet."""
        if not path.exists():
            return None
        connection = sqlite3.connect(path, timeout=sqlite.BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            sqlite.set_up(connection)
            found = _key_of(connection)
        except sqlite3.DatabaseError:
            found = None
        if found is None:
            connection.close()
            return None
        key_id, wrapped = found
        return cls(connection, path, key_id, AESGCM(MasterKey(secret).unwrap(DESK, wrapped)))

    def busy(self) -> bool:
        """Say whether somebody in this process is writing just now."""
        return self._lock.locked()

    def accept(self, deliveries: Sequence[RawDelivery]) -> list[bool]:
        """Commit the deliveries together; for each, say whether it is new. Raise `Unavailable` when that fails."""
        if not self._lock.acquire(timeout=sqlite.BUSY_SECONDS):
            raise Unavailable("The database is busy; please try again in a moment.")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            new = [self._keep(delivery) for delivery in deliveries]
            self._connection.execute("COMMIT")
            return new
        except sqlite3.OperationalError as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise Unavailable("The database cannot be reached or written; please try again in a moment.") from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _keep(self, delivery: RawDelivery) -> bool:
        lease = _written(delivery.received_at + HELD) if delivery.held else None
        body = sealed_bytes(self._key_id, self._cipher, delivery.body)
        row = (clean(delivery.key), delivery.channel, delivery.kind, body, _written(delivery.received_at), lease)
        return self._connection.execute(_INSERT, row).rowcount == 1


def _key_of(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
    """Return the desk's own key as it is stored, when the database is in its present form."""
    (form,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    return connection.execute(_KEY, DESK).fetchone() if form == HEAD else None


def _written(at: datetime) -> str:
    """Return an instant as the tables' own column writes it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
