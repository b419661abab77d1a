"""Sessions: what holds on every connection, what a transaction promises, what comes back as it went in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select

from deskbot.desk.errors import Unavailable
from deskbot.desk.text import clean
from deskbot.store import prepared
from deskbot.store.announce import announce
from deskbot.store.session import Store
from deskbot.store.tables import Counter, PersonRow, Ticket
from tests.clocks import MONDAY
from tests.databases import open_store
from tests.store import rows


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Store]:
    """A store on SQLite alone."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def test_the_pragmas_hold_on_every_connection(sqlite: Store) -> None:
    """Several connections are held open at once, so that each is a new one."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "secure_delete": 1}
    with sqlite.write() as writer, sqlite.read() as one, sqlite.read() as two, sqlite.read() as three:
        for session in (writer, one, two, three):
            found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
            assert found == wanted


def test_a_reading_session_cannot_write(store: Store) -> None:
    with pytest.raises((Unavailable, DBAPIError)), store.read() as session:
        prepared.insert(session, Counter, {"name": "x"})


def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    with pytest.raises(KeyError), store.write() as session:  # noqa: PT012 - the transaction is the statement
        prepared.insert(session, Counter, {"name": "x"})
        raise KeyError
    with store.read() as session:
        assert session.get(Counter, "x") is None


def test_a_write_inside_a_write_is_a_mistake_and_not_a_deadlock(sqlite: Store) -> None:
    with pytest.raises(RuntimeError, match="inside another"), sqlite.write(), sqlite.write():
        pass


def test_a_statement_after_the_transaction_ended_is_refused(store: Store) -> None:
    """The driver would commit it by itself."""
    with store.write() as session:
        session.rollback()
        with pytest.raises(RuntimeError, match="transaction"):
            prepared.insert(session, Counter, {"name": "x"})


def test_listeners_hear_what_was_announced_once_it_is_committed(store: Store) -> None:
    heard: list[list[str]] = []
    store.listeners.append(heard.append)
    with store.write() as session:
        announce(session, "ticket:1", "queue:payroll")
        assert heard == []
    with pytest.raises(KeyError), store.write() as session:  # noqa: PT012 - the transaction is the statement
        announce(session, "ticket:2")
        raise KeyError
    assert heard == [["ticket:1", "queue:payroll"]]


def test_an_aware_time_from_another_zone_comes_back_as_the_same_instant(store: Store) -> None:
    at = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=ZoneInfo("Europe/Lisbon"), fold=1)
    with store.write() as session:
        number = rows.ticket(session, at=at)
        session.add(PersonRow(email="b@example.com", name="B", created_at=at, start_date=date(2024, 2, 29)))
    with store.read() as session:
        found = session.get_one(Ticket, number).opened_at
        other = session.exec(select(PersonRow).where(PersonRow.created_at == at, PersonRow.name == "B")).one()
    assert found == at.astimezone(UTC)
    assert found.utcoffset() == timedelta(0)
    assert other.created_at == found
    assert other.start_date == date(2024, 2, 29)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises((ValueError, StatementError), match="without a zone"), store.write() as session:
        rows.ticket(session, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_plain_text_in_a_sealed_column_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="sealed text only"), store.write() as session:
        rows.ticket(session, title=b"plain words")
    with pytest.raises(StatementError, match="sealed text only"), store.write() as session:  # noqa: PT012
        number = rows.ticket(session)
        ticket = session.get_one(Ticket, number)
        ticket.title = b"plain words"  # type: ignore[assignment]


def test_the_later_of_two_edits_of_one_ticket_is_told_so(store: Store) -> None:
    """Both have read version 1; the second to write must not undo the first."""
    with store.write() as session:
        number = rows.ticket(session)
    with store.read() as session:
        shown = session.get_one(Ticket, number)
    with store.write() as session:
        session.get_one(Ticket, number).state = "open"
    shown.state = "closed"
    with pytest.raises(StaleDataError), store.write() as session:
        session.add(shown)
    with store.read() as session:
        assert session.get_one(Ticket, number).state == "open"


def test_no_update_is_lost_when_many_count_at_once(store: Store) -> None:
    """Four threads add 25 each; on PostgreSQL the row lock makes them take turns, on SQLite the write lock."""
    with store.write() as session:
        prepared.insert(session, Counter, {"name": "n"})

    def count() -> None:
        for _ in range(25):
            with store.write() as session:
                row = session.exec(select(Counter).where(Counter.name == "n").with_for_update()).one()
                row.value += 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert session.get_one(Counter, "n").value == 100


def test_a_reader_sees_one_state_while_others_write(sqlite: Store) -> None:
    with sqlite.read() as reader:
        before = reader.exec(select(Counter)).all()
        with sqlite.write() as session:
            prepared.insert(session, Counter, {"name": "x"})
        reader.expire_all()
        assert reader.exec(select(Counter)).all() == before == []


def test_a_prepared_row_and_an_orm_row_are_the_same(store: Store) -> None:
    with store.write() as session:
        by_hand = rows.person(session, "a@example.com")
        session.add(PersonRow(email="b@example.com", name="Ana", created_at=MONDAY))
    with store.read() as session:
        first = session.get_one(PersonRow, by_hand).model_dump(exclude={"id", "email"})
        second = session.exec(select(PersonRow).where(PersonRow.email == "b@example.com")).one()
        assert first == second.model_dump(exclude={"id", "email"})


def test_a_prepared_insert_names_the_column_that_is_missing(store: Store) -> None:
    with pytest.raises(TypeError, match="created_at, shoe_size"), store.write() as session:
        prepared.insert(session, PersonRow, {"email": "a", "name": "A", "shoe_size": 3})


@contextmanager
def _rolled_back(store: Store) -> Iterator[Session]:
    with store.write() as session:
        yield session
        session.rollback()


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cleaned_text_comes_back_from_either_store_as_it_went_in(store: Store, said: str) -> None:
    """NUL and lone surrogates included, which the two databases would otherwise treat each in its own way."""
    with _rolled_back(store) as session:
        number = rows.person(session, name=clean(said + "\x00\ud800e\u0301"))
        found = session.get_one(PersonRow, number).name
    assert found == clean(said + "\x00\ud800e\u0301")
    assert "\x00" not in found
    assert found.endswith("\ufffdé")


def test_cleaning_twice_changes_nothing() -> None:
    said = "a\x00b\ud83d c\ud83d\ude00 e\u0301"
    assert clean(clean(said)) == clean(said) == "ab\ufffd c\U0001f600 é"
