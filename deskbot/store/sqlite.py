"""How an SQLite file is opened, whoever opens it: what holds on every connection, and the one write lock."""

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BUSY_SECONDS = 5.0
_LOCKS: dict[str, threading.Lock] = {}

# FULL, because NORMAL loses acknowledged commits when the power goes. secure_delete, because deleted words must be
# gone from the file. recursive_triggers, because REPLACE would otherwise pass by the triggers that guard the events.
PRAGMAS: Mapping[str, Any] = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": int(BUSY_SECONDS * 1000),
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "recursive_triggers": "ON",
    "temp_store": "MEMORY",
    "cache_size": -16_000,
}


def set_up(connection: sqlite3.Connection, pragmas: Mapping[str, Any] = PRAGMAS) -> None:
    """Set what holds on every connection."""
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name} = {value}")


def write_lock(path: str | Path) -> threading.Lock:
    """Return the one lock of this process for writing to an SQLite file, however often it is opened."""
    return _LOCKS.setdefault(str(Path(path).resolve()), threading.Lock())
