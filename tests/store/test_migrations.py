"""The migrations and the models say the same, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from deskbot.desk.errors import DeskError
from deskbot.store import migrations
from deskbot.store.migrations import make
from deskbot.store.migrations.agreement import OPTIONS
from deskbot.store.session import Store
from tests.databases import open_store
from tests.store import rows


def test_models_and_migrations_agree(store: Store) -> None:
    """A column added to a model without a migration is found here; `make` writes what is missing."""
    with store.read() as session:
        context = MigrationContext.configure(session.connection(), opts=OPTIONS)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_first_step_is_what_make_writes() -> None:
    """Index conditions and the like, which the comparison above cannot see, are compared as text."""
    written = (migrations.HERE / "versions" / "0001_first.py").read_text()
    assert _bare(make.first()) == _bare(written)


def _bare(code: str) -> str:
    """Take away what a formatter may add."""
    return "".join(code.split()).replace("'", '"').replace(",)", ")").replace(",]", "]")


def test_an_upgraded_database_is_left_alone(store: Store) -> None:
    """A second upgrade does nothing."""
    store.upgrade()
    with store.read() as session:
        assert migrations.version(session.connection()) == migrations.HEAD


def test_a_newer_database_is_refused_in_one_sentence(store: Store) -> None:
    """An old program never touches a database it does not know."""
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DeskError, match="newer deskbot"):
        store.upgrade()


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """A wrong or damaged file is named, and nothing is written into it."""
    path = tmp_path / "desk.db"
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(DeskError, match=r"desk\.db is damaged or not a database"):
        open_store(f"sqlite:///{path}").upgrade()
    assert path.read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_events_can_only_be_added(store: Store, statement: str) -> None:
    """The database itself refuses to change or delete the history."""
    with store.write() as session:
        rows.event(session)
    with pytest.raises(DBAPIError, match="append-only"), store.write() as session:
        session.execute(text(statement))


def test_replacing_an_event_is_refused_too(sqlite_url: str) -> None:
    """SQLite's REPLACE deletes in silence unless told to fire triggers."""
    store = open_store(sqlite_url)
    with store.write() as session:
        rows.event(session)
    with pytest.raises(DBAPIError, match="append-only"), store.write() as session:
        session.execute(text("REPLACE INTO event SELECT * FROM event"))
    store.close()
