"""The inbox: the unique key decides what is new, nothing accepted is lost, each delivery is worked once."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import TextClause, text
from sqlmodel import select

from deskbot.desk.errors import Unavailable
from deskbot.ports import RawDelivery
from deskbot.store import inbox
from deskbot.store.group_commit import GroupCommit
from deskbot.store.session import Store
from deskbot.store.tables import Inbox
from tests.clocks import MONDAY, SteppedClock
from tests.databases import open_store

LEASE = timedelta(seconds=30)


def delivery(key: str, body: bytes = b"{}") -> RawDelivery:
    """Return a delivery under this key."""
    return RawDelivery(key, "slack", "event", body, MONDAY)


def test_the_second_delivery_of_a_key_is_not_new(store: Store) -> None:
    assert inbox.accept(store, [delivery("a"), delivery("b"), delivery("a")]) == [True, True, False]
    assert inbox.accept(store, [delivery("b"), delivery("c")]) == [False, True]


def test_the_key_decides_when_many_bring_the_same_at_once(store: Store) -> None:
    """Eight threads bring the same 40 deliveries; each is new exactly once."""
    outcomes: list[bool] = []
    start = threading.Barrier(8)

    def bring(thread: int) -> None:
        start.wait()
        for number in range(40):
            outcomes.extend(inbox.accept(store, [delivery(f"k{(number + thread * 5) % 40}")]))

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 320
    assert sum(outcomes) == 40


def test_deliveries_are_claimed_in_order_and_once(store: Store, clock: SteppedClock) -> None:
    inbox.accept(store, [delivery(f"k{number}", b"body %d" % number) for number in range(5)])
    with store.write() as session:
        first = inbox.claim(session, store.sealer, clock.now(), LEASE, limit=3)
    with store.write() as session:
        second = inbox.claim(session, store.sealer, clock.now(), LEASE)
    assert [each.key for each in first + second] == ["k0", "k1", "k2", "k3", "k4"]
    assert first[2].body == b"body 2"
    assert first[0].attempts == 1


def test_what_a_dead_worker_held_comes_back_when_its_lease_ends(store: Store, clock: SteppedClock) -> None:
    inbox.accept(store, [delivery("a")])
    with store.write() as session:
        inbox.claim(session, store.sealer, clock.now(), LEASE)
    clock.advance(LEASE - timedelta(seconds=1))
    with store.write() as session:
        assert inbox.claim(session, store.sealer, clock.now(), LEASE) == []
    clock.advance(seconds=1)
    with store.write() as session:
        assert [each.attempts for each in inbox.claim(session, store.sealer, clock.now(), LEASE)] == [2]


def test_work_is_done_once_and_its_body_is_gone(store: Store, clock: SteppedClock) -> None:
    inbox.accept(store, [delivery("a", b"secret")])
    with store.write() as session:
        taken = inbox.take(session, store.sealer, "a")
        assert taken is not None
        assert taken.body == b"secret"
        assert inbox.done(session, taken.id, clock.now()) is True
    with store.write() as session:
        assert inbox.done(session, taken.id, clock.now()) is False
        assert inbox.take(session, store.sealer, "a") is None
    with store.read() as session:
        row = session.exec(select(Inbox)).one()
        assert (row.body, row.pending, row.done_at) == (None, False, clock.now())


def test_a_failure_comes_back_later_or_is_put_aside_with_its_body(store: Store, clock: SteppedClock) -> None:
    inbox.accept(store, [delivery("a"), delivery("b")])
    with store.write() as session:
        first, second = inbox.claim(session, store.sealer, clock.now(), LEASE)
        inbox.failed(session, first.id, "Broken", clock.now() + timedelta(minutes=1))
        inbox.failed(session, second.id, "Broken", None)
    with store.write() as session:
        assert inbox.claim(session, store.sealer, clock.now(), LEASE) == []
    with store.write() as session:
        assert [each.key for each in inbox.claim(session, store.sealer, clock.advance(minutes=1), LEASE)] == ["a"]
    with store.read() as session:
        assert session.get_one(Inbox, second.id).body is not None


async def test_what_group_commit_answers_is_on_the_disk(store: Store) -> None:
    """A second store, with connections of its own, finds every delivery that was answered."""
    group = GroupCommit(store)
    news = await asyncio.gather(*(group.accept(delivery(f"k{number % 150}")) for number in range(200)))
    group.close()
    assert sum(news) == 150
    other = open_store(store.url.render_as_string(hide_password=False))
    with other.read() as session:
        assert len(session.exec(select(Inbox.id)).all()) == 150
    other.close()


async def test_group_commit_wakes_the_worker_only_for_something_new(store: Store) -> None:
    woken: list[int] = []
    group = GroupCommit(store, lambda: woken.append(1))
    assert await group.accept(delivery("a")) is True
    assert await group.accept(delivery("a")) is False
    group.close()
    assert woken == [1]


async def test_a_delivery_that_could_not_be_stored_is_not_acknowledged(store: Store) -> None:
    """The door hears it, answers 503, and the platform delivers again."""
    group = GroupCommit(store)
    with store.write() as session:
        session.execute(_rename("inbox", "gone"))
    outcomes = await asyncio.gather(*(group.accept(delivery(f"k{n}")) for n in range(3)), return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    with store.write() as session:
        session.execute(_rename("gone", "inbox"))
    assert await group.accept(delivery("k1")) is True
    group.close()


async def test_more_than_can_wait_is_refused_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskbot.store.group_commit._WAITING", 2)
    group = GroupCommit(store)
    waiting = [group.accept(delivery("a")), group.accept(delivery("b"))]
    with pytest.raises(Unavailable):
        group.accept(delivery("c"))
    assert await asyncio.gather(*waiting) == [True, True]
    group.close()


def _rename(old: str, new: str) -> TextClause:
    return text(f"ALTER TABLE {old} RENAME TO {new}")
