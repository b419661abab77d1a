"""The database: one writer at a time on SQLite, pooled connections on PostgreSQL, readers apart from both."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from deskbot.desk.errors import DeskError, Unavailable
from deskbot.store import migrations
from deskbot.store.announce import announced
from deskbot.store.sealing import Sealer

_BUSY_SECONDS = 5.0
_STATEMENT_SECONDS = 10
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7236417)"  # any number will do, as long as it stays the same
_LOCKS: dict[str, threading.Lock] = {}

# FULL, because NORMAL loses acknowledged commits when the power goes. secure_delete, because deleted words must be
# gone from the file. recursive_triggers, because REPLACE would otherwise pass by the triggers that guard the events.
_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": int(_BUSY_SECONDS * 1000),
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "recursive_triggers": "ON",
    "temp_store": "MEMORY",
    "cache_size": -16_000,
}


class Store:
    """Opens sessions on the database named by `url` (an SQLite file or a PostgreSQL server).

    `sealer` seals and opens people's words; `store.sealer` is the same object. Every failure to reach or write the
    database, a full disk included, comes out as `Unavailable`. `listeners` are told the topics that a transaction
    announced, after its commit and on the thread that made it; they must return at once.
    """

    def __init__(self, url: str, sealer: Sealer) -> None:
        self.url = _url(url)
        self.sealer = sealer
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = _lock_of(self.url) if self.sqlite else None
        self.listeners: list[Callable[[list[str]], None]] = []
        self._holder = 0
        self._writer = _sqlite_engine(self.url, writes=True) if self.sqlite else _postgres_engine(self.url, writes=True)
        self._reader = _sqlite_engine(self.url) if self.sqlite else _postgres_engine(self.url)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session in a transaction that holds the right to write; commit at the end, roll back on an error."""
        with self._turn(), _spoken(), Session(self._writer, expire_on_commit=False) as session:
            session.info["writing"] = True
            _attach(session)
            yield session
            session.commit()
            self.sealer.committed(session)
            topics = announced(session)
        if topics:
            for listener in self.listeners:
                listener(topics)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and can change nothing."""
        with _spoken(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            _attach(session)
            yield session

    def busy(self) -> bool:
        """Say whether somebody in this process is writing just now (never on PostgreSQL)."""
        return self._lock is not None and self._lock.locked()

    def upgrade(self) -> None:
        """Bring the tables to the present form, all of it or nothing; an absent SQLite file is made."""
        if self.sqlite:
            _make_file(Path(self.url.database or ""))
        try:
            with self._reader.connect() as connection:
                if migrations.version(connection) == migrations.HEAD:
                    return
            with self._turn(), _spoken(), _migrating(self.url) as connection:
                migrations.upgrade(connection)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise DeskError(f"{self.url.database} is damaged or not a database of deskbot: {_cause(error)}.") from error

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the one write lock of the process, where there is one."""
        if self._lock is None:
            yield
            return
        if self._holder == threading.get_ident():
            raise RuntimeError("A write transaction was opened inside another one.")
        if not self._lock.acquire(timeout=_BUSY_SECONDS):
            raise Unavailable("The database is busy; please try again in a moment.")
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = 0
            self._lock.release()


@contextmanager
def _migrating(url: URL) -> Iterator[Connection]:
    """Give a connection in a transaction in which tables may be rebuilt, while every other replica waits."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, writes=True, foreign_keys=False)
    else:
        engine = _postgres_engine(url, writes=True)
    try:
        with engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                for line in ("SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0", _ONE_AT_A_TIME):
                    connection.exec_driver_sql(line)
            yield connection
            broken = (
                connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            )
            if broken:
                raise DeskError("The upgrade would leave rows that point nowhere; the database was left as it was.")
    finally:
        engine.dispose()


@contextmanager
def _spoken() -> Iterator[None]:
    """Turn the drivers' failures to reach or write the database into one sentence."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, sqlite3.OperationalError) as error:
        raise Unavailable("The database cannot be reached or written; please try again in a moment.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("The connection to the database was lost; please try again in a moment.") from error
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


def _url(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _lock_of(url: URL) -> threading.Lock:
    path = str(Path(url.database or "").resolve())
    return _LOCKS.setdefault(path, threading.Lock())


def _make_file(path: Path) -> None:
    """Make the folder and an empty file that only this user can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")


def _sqlite_engine(url: URL, *, writes: bool = False, foreign_keys: bool = True) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": _BUSY_SECONDS},
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 24,
        pool_timeout=_BUSY_SECONDS,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
        if not foreign_keys:
            connection.execute("PRAGMA foreign_keys = OFF")

    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.connection.driver_connection.execute(begin)

    return engine


def _postgres_engine(url: URL, *, writes: bool = False) -> Engine:
    """Make a pool whose every wait has an end: connecting, locks, statements, and a peer that went silent."""
    limits = f"-c statement_timeout={_STATEMENT_SECONDS}s -c lock_timeout={_BUSY_SECONDS:.0f}s -c timezone=UTC"
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": 5,
            "options": f"{limits} -c idle_in_transaction_session_timeout=60s",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
            "application_name": "deskbot",
        },
        pool_size=10,
        max_overflow=10,
        pool_timeout=_BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    return engine if writes else engine.execution_options(postgresql_readonly=True)
