"""Deliveries that come in while the desk is still loading are the same rows as later ones."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbot.desk.errors import Unavailable
from deskbot.desk.messages import RawDelivery
from deskbot.store import inbox, sqlite
from deskbot.store.doorstep import Doorstep
from deskbot.store.keys import WrongSecret
from deskbot.store.session import Store
from tests.databases import SECRET, open_store

AT = datetime(2026, 11, 23, 9, 0, 0, 120, tzinfo=UTC)


def raw(key: str, held: bool = False) -> RawDelivery:
    """A delivery of Slack's."""
    return RawDelivery(key, "slack", "event", b'{"text": "hello"}', AT, held)


@pytest.fixture
def desk(sqlite_url: str) -> Store:
    """A store on SQLite that has taken a delivery before, so that the desk's own key is there."""
    store = open_store(sqlite_url)
    store.accept([raw("one"), raw("held", held=True)])
    return store


def path_of(store: Store) -> Path:
    """Return the database's file."""
    return Path(store.url.database or "")


def test_a_row_is_the_one_that_the_store_would_write(desk: Store) -> None:
    """Column for column, but for the sealed body, which opens to the same bytes."""
    step = Doorstep.open(path_of(desk), SECRET)
    assert step is not None
    assert step.accept([raw("two"), raw("held too", held=True)]) == [True, True]
    step.close()
    with sqlite3.connect(path_of(desk)) as connection:
        columns = [
            row[1] for row in connection.execute("PRAGMA table_info(inbox)") if row[1] not in ("id", "key", "body")
        ]
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM inbox ORDER BY id").fetchall()
    assert rows[2:] == rows[:2]
    with desk.read() as session:
        assert inbox.take(session, desk.sealer, "two").body == raw("two").body  # type: ignore[union-attr]
    desk.close()


def test_a_delivery_seen_before_is_not_new(desk: Store) -> None:
    """The unique key decides, whoever wrote it."""
    step = Doorstep.open(path_of(desk), SECRET)
    assert step is not None
    assert step.accept([raw("one"), raw("two"), raw("two")]) == [False, True, False]
    assert desk.accept([raw("two")]) == [False]
    step.close()
    desk.close()


def test_it_waits_for_the_store_and_gives_up_in_words(desk: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one writer at a time in the process."""
    step = Doorstep.open(path_of(desk), SECRET)
    assert step is not None
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    with desk.write(), pytest.raises(Unavailable, match="busy"):
        step.accept([raw("two")])
    assert step.accept([raw("two")]) == [True]
    step.close()
    desk.close()


def test_only_a_database_that_is_ready_is_opened(tmp_path: Path, sqlite_url: str) -> None:
    """No file, no key yet, another form, another secret: the store comes first, and says what is wrong."""
    assert Doorstep.open(tmp_path / "absent.db", SECRET) is None
    store = open_store(sqlite_url)
    assert Doorstep.open(path_of(store), SECRET) is None
    store.accept([raw("one")])
    with pytest.raises(WrongSecret):
        Doorstep.open(path_of(store), b"another master key of many bytes")
    store.close()
    with sqlite3.connect(path_of(store)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert Doorstep.open(path_of(store), SECRET) is None
    (tmp_path / "broken.db").write_bytes(b"not a database at all, but long enough to look at" * 100)
    assert Doorstep.open(tmp_path / "broken.db", SECRET) is None
