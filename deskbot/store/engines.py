"""How each database is connected to: what holds on every connection, and how long anything may take."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url

from deskbot.store import sqlite
from deskbot.store.sqlite import BUSY_SECONDS

_STATEMENT_SECONDS = 10


def parse(url: str) -> URL:
    """Read a database's address; PostgreSQL's is understood without the name of a driver."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def is_sqlite(url: URL) -> bool:
    """Say whether the address is an SQLite file's."""
    return url.get_backend_name() == "sqlite"


def make_file(url: URL) -> None:
    """Make the folder and an empty SQLite file that only this user can read."""
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def writer(url: URL) -> Engine:
    """Return the engine of the writers."""
    return sqlite_engine(url, writes=True) if is_sqlite(url) else postgres_engine(url)


def reader(url: URL) -> Engine:
    """Return the engine of the readers, on which nothing can be changed."""
    return sqlite_engine(url) if is_sqlite(url) else postgres_engine(url).execution_options(postgresql_readonly=True)


def for_migrations(url: URL) -> Engine:
    """Return an engine on which tables may be rebuilt, for as long as that takes."""
    if is_sqlite(url):
        return sqlite_engine(url, writes=True, foreign_keys=False)
    return postgres_engine(url, patient=True)


def sqlite_engine(url: URL, *, writes: bool = False, foreign_keys: bool = True) -> Engine:
    """Return an engine for an SQLite file; writing transactions take the write lock at their beginning."""
    pool: dict[str, Any] = {"poolclass": NullPool}
    if not writes:
        pool = {"pool_size": 8, "max_overflow": 24, "pool_timeout": BUSY_SECONDS}
    connect = {"check_same_thread": False, "isolation_level": None, "timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=connect, hide_parameters=True, **pool)
    pragmas = {**sqlite.PRAGMAS, "foreign_keys": "ON" if foreign_keys else "OFF"}

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        sqlite.set_up(connection, pragmas)
        if not writes:
            connection.execute("PRAGMA query_only = ON")

    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.connection.driver_connection.execute(begin)

    return engine


def postgres_engine(url: URL, *, patient: bool = False) -> Engine:
    """Return a pool whose every wait has an end: connecting, locks, statements, commits, a peer that went silent.

    `patient` lets statements take as long as they need.
    """
    from deskbot.store.impatient import Impatient  # PostgreSQL's driver is an extra

    limits = f"-c statement_timeout={_STATEMENT_SECONDS}s -c lock_timeout={BUSY_SECONDS:.0f}s -c timezone=UTC"
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
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, named: Any) -> Any:
        connection = Impatient.connect(*words, **named)
        connection.patient = patient
        return connection

    return engine
