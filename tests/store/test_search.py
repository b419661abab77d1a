"""Finding tickets by words: the same on both databases, whatever is typed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbot.store import search
from deskbot.store.session import Store
from tests.databases import Postgres, open_store


@pytest.fixture
def indexed(store: Store) -> Store:
    """A store in which three tickets are indexed."""
    with store.write() as session:
        search.index(session, 1, "Payslip for março is “wrong”, says O'Brien: 100 % off")
        search.index(session, 2, "PAYSLIPS of march")
        search.index(session, 3, "Straße, naïve, 有給休暇")
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("payslip", [2, 1]),
        ("pays", [2, 1]),
        ("marco", [1]),
        ("MARÇO payslip", [1]),
        ("strasse", [3]),
        ("naive", [3]),
        ("有給休暇", [3]),
        ("o'brien", [1]),
        ("payslip zebra", []),
        ("", []),
        ('"', []),
        ("payslip OR naive", []),
        ("-payslip", [2, 1]),
        ("words:payslip", []),
    ],
)
def test_all_words_must_be_there_and_accents_do_not_matter(indexed: Store, asked: str, found: list[int]) -> None:
    with indexed.read() as session:
        assert search.matching(session, asked) == found


def test_a_ticket_is_found_by_its_present_words_only(indexed: Store) -> None:
    with indexed.write() as session:
        search.index(session, 1, "commuter")
        search.add(session, 2, "commuter")
        search.drop(session, 3)
    with indexed.read() as session:
        assert search.matching(session, "commuter") == [2, 1]
        assert search.matching(session, "payslips") == [2]
        assert search.matching(session, "naive") == []


def test_the_newest_come_first_and_are_bounded(indexed: Store) -> None:
    with indexed.read() as session:
        assert search.matching(session, "pays", limit=1) == [2]


def test_tickets_are_found_whether_the_index_has_taken_them_in_or_not(store: Store) -> None:
    """Three hundred pass the point at which the newest are taken in; some are changed or dropped on either side."""
    with store.write() as session:
        for ticket in range(1, 301):
            search.index(session, ticket, f"payslip number{ticket}")
        for ticket in (10, 299):
            search.index(session, ticket, "commuter benefits")
            search.add(session, ticket + 1, "commuter")
        search.drop(session, 20)
        search.drop(session, 298)
    with store.read() as session:
        assert search.matching(session, "payslip") == [n for n in range(300, 0, -1) if n not in (10, 20, 298, 299)]
        assert search.matching(session, "commut") == [300, 299, 11, 10]
        assert search.matching(session, "commuter number11") == [11]
        assert search.matching(session, "number299") == []


@given(st.text(st.characters() | st.sampled_from("\"'*():&|!-^{}\x00\ud800 "), max_size=80))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_typed_is_an_error(indexed: Store, asked: str) -> None:
    with indexed.write() as session:
        search.index(session, 4, asked)
        search.matching(session, asked)


def test_a_very_long_question_is_cut_short(indexed: Store) -> None:
    with indexed.read() as session:
        assert search.matching(session, "payslip " * 100_000) == [2, 1]


def test_no_byte_of_a_dropped_ticket_is_left_in_the_files(sqlite_url: str) -> None:
    """Neither in the index nor in the write-ahead log."""
    store = open_store(sqlite_url)
    with store.write() as session:
        for ticket in range(300):
            search.index(session, ticket, f"canaryword{ticket} and other words")
    with store.write() as session:
        for ticket in range(300):
            search.drop(session, ticket)
    assert store.scrub()
    path = Path(store.url.database or "")
    assert all(b"canaryword" not in file.read_bytes() for file in path.parent.glob("desk.db*"))
    store.close()


@pytest.mark.postgres
def test_scrubbing_works_on_a_server_too(postgres_server: Postgres) -> None:
    store = open_store(postgres_server.create("desk_template"))
    assert store.scrub()
    store.close()
