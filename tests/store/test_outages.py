"""A database that is away, frozen or unsure: one sentence in bounded time, and nothing twice."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from deskbot.desk.errors import Unavailable
from deskbot.store import inbox
from deskbot.store.session import Bare, Store
from tests.databases import Postgres, open_store
from tests.store.test_inbox import delivery


class Unsure(Store):
    """A store whose first commit is made, but is told of as lost."""

    told = False

    @contextmanager
    def bare(self) -> Iterator[Bare]:
        """Commit, and the first time say that the connection was lost."""
        with super().bare() as session:
            yield session
        if not self.told:
            self.told = True
            raise Unavailable("The connection was lost.")


@pytest.mark.postgres
def test_a_commit_of_which_nobody_knows_is_made_again_and_still_new(postgres_server: Postgres) -> None:
    """The delivery must be worked, so the door must hear that it is new."""
    plain = open_store(postgres_server.create("desk_template"))
    unsure = Unsure(plain.url.render_as_string(hide_password=False), plain.sealer)
    assert inbox.accept(unsure, [delivery("a"), delivery("a")]) == [True, True]
    assert inbox.accept(unsure, [delivery("a")]) == [False]
    unsure.close()
    plain.close()


@pytest.mark.postgres
def test_a_frozen_server_is_given_up_after_the_deadline(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own timeouts cannot fire, for it does not run."""
    monkeypatch.setattr("deskbot.store.impatient.SECONDS", 0.3)
    store = open_store(postgres_server.create("desk_template"))
    frozen = 0
    begun = time.monotonic()
    try:
        with pytest.raises(Unavailable), store.write() as session:  # noqa: PT012 - the transaction is the statement
            frozen = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            os.kill(frozen, signal.SIGSTOP)
            session.execute(text("SELECT 1"))
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert time.monotonic() - begun < 5
    assert inbox.accept(store, [delivery("a")]) == [True]
    store.close()


@pytest.mark.postgres
def test_a_connection_that_died_while_idle_is_replaced_unnoticed(postgres_server: Postgres) -> None:
    store = open_store(postgres_server.create("desk_template"))
    assert inbox.accept(store, [delivery("a")]) == [True]
    postgres_server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{store.url.database}'"
    )
    assert inbox.accept(store, [delivery("b")]) == [True]
    store.close()


def test_a_database_that_is_not_there_is_one_sentence() -> None:
    store = open_store("postgresql://desk@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="cannot be reached"), store.write():
        pass
    store.close()


def test_a_writer_that_holds_on_too_long_makes_others_say_so(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskbot.store.sqlite.BUSY_SECONDS", 0.05)
    store = open_store(sqlite_url)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write():
            entered.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait()
    assert store.busy()
    with pytest.raises(Unavailable, match="busy"), store.write():
        pass
    leave.set()
    holder.join()
    assert inbox.accept(store, [delivery("a")]) == [True]
    store.close()


def test_a_full_disk_is_one_sentence_and_heals_by_itself(sqlite_url: str) -> None:
    """SQLite's page limit stands for the disk; nothing is left half done."""
    store = open_store(sqlite_url)
    with store.write() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises(Unavailable):
        inbox.accept(store, [delivery(f"k{number}", b"x" * 5_000) for number in range(50)])
    assert inbox.accept(store, [delivery("k1")]) == [True]
    store.close()
