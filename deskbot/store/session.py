"""The database: one writer at a time on SQLite, pooled connections on PostgreSQL, readers apart from both."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from deskbot.desk.errors import DeskError, Unavailable
from deskbot.desk.messages import RawDelivery
from deskbot.store import engines, inbox, migrations, sqlite
from deskbot.store.announce import announced
from deskbot.store.prepared import Transaction
from deskbot.store.sealing import Sealer

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7236417)"  # any number will do, as long as it stays the same


class Store:
    """Opens sessions on the database named by `url` (an SQLite file or a PostgreSQL server).

    `sealer` seals and opens people's words; `store.sealer` is the same object. Every failure to reach or write the
    database, a full disk included, comes out as `Unavailable`. `listeners` are told the topics that a transaction
    announced, after its commit and on the thread that made it; they must return at once.
    """

    def __init__(self, url: str, sealer: Sealer) -> None:
        self.url = engines.parse(url)
        self.sealer = sealer
        self.sqlite = engines.is_sqlite(self.url)
        self.listeners: list[Callable[[list[str]], None]] = []
        self._lock = sqlite.write_lock(self.url.database or "") if self.sqlite else None
        self._holder = 0
        self._writer = engines.writer(self.url)
        self._reader = engines.reader(self.url)
        self._kept: Connection | None = None  # SQLite's one writing connection, which keeps its page cache warm

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session in a transaction that holds the right to write; commit at the end, roll back on an error."""
        with self._turn():
            with Session(self._kept or self._writer, expire_on_commit=False) as session:
                session.info["writing"] = True
                _attach(session)
                yield session
                session.commit()
            self.sealer.committed(session)
        self._publish(session)

    @contextmanager
    def bare(self) -> Iterator["Bare"]:
        """Give a writing transaction for prepared statements alone, at a fifth of a session's cost."""
        with self._turn():
            bare = Bare(self._kept) if self._kept is not None else PooledBare(self._writer.connect())
            try:
                bare.begin()
                yield bare
                bare.commit()
            finally:
                bare.close()
            self.sealer.committed(bare)
        self._publish(bare)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and can change nothing."""
        with _spoken(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            _attach(session)
            yield session

    def accept(self, deliveries: Sequence[RawDelivery]) -> list[bool]:
        """Commit deliveries to the inbox together; for each, say whether it is new."""
        return inbox.accept(self, deliveries)

    def busy(self) -> bool:
        """Say whether somebody in this process is writing just now (never on PostgreSQL)."""
        return self._lock is not None and self._lock.locked()

    def upgrade(self) -> None:
        """Bring the tables to the present form, all of it or nothing; an absent SQLite file is made."""
        if self.sqlite:
            engines.make_file(self.url)
        try:
            with self._reader.connect() as connection:
                if migrations.version(connection) == migrations.HEAD:
                    return
            with self._turn(), _migrating(self.url) as connection:
                migrations.upgrade(connection)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise DeskError(f"{self.url.database} is damaged or not a database of deskbot: {_cause(error)}.") from error

    def scrub(self) -> bool:
        """Take what was deleted out of the files as well, after an erasure; False when readers held on to it.

        Deleted words otherwise stay in the index's old segments and in the write-ahead log (PostgreSQL: in dead rows).
        """
        if not self.sqlite:
            with _spoken(), self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")
            return True
        with self.bare() as session:
            session.info["driver"].execute("INSERT INTO ticket_words (ticket_words) VALUES ('optimize')")
        with self._turn():
            driver: Any = self._kept and self._kept.connection.driver_connection
            return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)

    def close(self) -> None:
        """Close every connection."""
        self._drop()
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the one write lock of the process, where there is one, and give failures their sentence."""
        if self._lock is None:
            with _spoken():
                yield
            return
        if self._holder == threading.get_ident():
            raise RuntimeError("A write transaction was opened inside another one.")
        if not self._lock.acquire(timeout=sqlite.BUSY_SECONDS):
            raise Unavailable("The database is busy; please try again in a moment.")
        self._holder = threading.get_ident()
        try:
            if self._kept is None:
                self._kept = self._writer.connect()
            yield
        except _UNREACHABLE as error:
            self._drop()
            raise Unavailable(_UNREACHED) from error
        finally:
            self._holder = 0
            self._lock.release()

    def _publish(self, session: Transaction) -> None:
        """Tell the listeners what a committed transaction announced."""
        topics = announced(session)
        if topics:
            for listener in self.listeners:
                listener(topics)

    def _drop(self) -> None:
        """Close SQLite's writing connection; the next writer opens another."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


class Bare:
    """A writing transaction without the ORM, on SQLite's one writing connection; for prepared statements."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection
        self._open = False
        self.info: dict[Any, Any] = {"driver": self._driver, "dialect": connection.dialect, "writing": True}

    def begin(self) -> None:
        """Take the right to write."""
        self._driver.execute("BEGIN IMMEDIATE")
        self._open = True

    def commit(self) -> None:
        """Make it durable."""
        self._driver.execute("COMMIT")
        self._open = False

    def close(self) -> None:
        """Take back what was not committed."""
        if self._open:
            self._open = False
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")

    def in_transaction(self) -> bool:
        """Say whether the transaction is still open."""
        return self._open

    def flush(self) -> None:
        """Do nothing, for nothing is held."""


class PooledBare(Bare):
    """The same on a connection of PostgreSQL's pool."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._connection = connection

    def begin(self) -> None:
        """Let the first statement begin."""
        self._open = True

    def commit(self) -> None:
        """Make it durable."""
        self._driver.commit()
        self._open = False

    def close(self) -> None:
        """Give the connection back, which takes back what was not committed."""
        if self._driver.closed:
            self._connection.invalidate()
        self._connection.close()


@contextmanager
def _migrating(url: URL) -> Iterator[Connection]:
    """Give a connection in a transaction in which tables may be rebuilt, while every other replica waits."""
    sqlite = engines.is_sqlite(url)
    engine = (
        engines.sqlite_engine(url, writes=True, foreign_keys=False)
        if sqlite
        else engines.postgres_engine(url, patient=True)
    )
    try:
        with engine.begin() as connection:
            if not sqlite:
                for line in ("SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0", _ONE_AT_A_TIME):
                    connection.exec_driver_sql(line)
            yield connection
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise DeskError("The upgrade would leave rows that point nowhere; the database was left as it was.")
    finally:
        engine.dispose()


_UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, sqlite3.OperationalError)
_UNREACHED = "The database cannot be reached or written; please try again in a moment."


@contextmanager
def _spoken() -> Iterator[None]:
    """Turn the drivers' failures to reach or write the database into one sentence."""
    try:
        yield
    except _UNREACHABLE as error:
        raise Unavailable(_UNREACHED) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(_UNREACHED) from error
        raise


def _attach(session: Session) -> None:
    """Open the transaction now, and keep the driver's connection at hand for prepared statements."""
    connection = session.connection()
    session.info["driver"] = connection.connection.driver_connection
    session.info["dialect"] = connection.dialect


@event.listens_for(Session, "after_soft_rollback")
def _forget_keys(session: Session, _previous: Any) -> None:
    """Drop the sealing keys a session holds, for they may have been rolled back with the rest."""
    session.info.pop("keys", None)


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
