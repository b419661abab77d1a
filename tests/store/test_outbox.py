"""The outbox: one at a time in a lane, in order, each said once whoever dies in between."""

import threading
from datetime import timedelta
from typing import Any

from sqlmodel import select

from deskbot.store import outbox
from deskbot.store.outbox import Parcel
from deskbot.store.session import Store
from deskbot.store.tables import Outbox
from tests.clocks import MONDAY, SteppedClock

LEASE = timedelta(seconds=30)
ANA = ("person", 7)


def put(store: Store, key: str, lane: str = "slack:C1", **more: Any) -> bool:
    """Put a reply under this key into a lane."""
    with store.write() as session:
        return outbox.enqueue(
            session,
            store.sealer,
            key=key,
            channel="slack",
            lane=lane,
            subject=ANA,
            payload={"text_md": f"Olá {key}"},
            now=MONDAY,
            **more,
        )


def claim(store: Store, clock: SteppedClock) -> list[Parcel]:
    """Claim what is due now."""
    with store.write() as session:
        return outbox.claim(session, store.sealer, clock.now(), LEASE)


def stale(store: Store, clock: SteppedClock, settle: float = 0) -> list[Parcel]:
    """Claim what was left in the middle of being sent."""
    with store.write() as session:
        return outbox.stale(session, store.sealer, clock.now(), LEASE, settle=timedelta(seconds=settle))


def test_the_same_key_is_enqueued_once(store: Store) -> None:
    assert [put(store, "a"), put(store, "a"), put(store, "b")] == [True, False, True]


def test_a_lane_goes_in_order_and_one_at_a_time(store: Store, clock: SteppedClock) -> None:
    for key, lane in (("a1", "A"), ("a2", "A"), ("b1", "B"), ("a3", "A")):
        put(store, key, lane)
    order = []
    while parcels := claim(store, clock):
        order.append([each.key for each in parcels])
        with store.write() as session:
            for each in parcels:
                assert outbox.sent(session, each, "ts", clock.now())
    assert order == [["a1", "b1"], ["a2"], ["a3"]]


def test_the_payload_comes_back_and_is_emptied_when_sent(store: Store, clock: SteppedClock) -> None:
    put(store, "a")
    (parcel,) = claim(store, clock)
    assert parcel.payload == {"text_md": "Olá a"}
    with store.write() as session:
        outbox.sent(session, parcel, "1700.1", clock.now())
    with store.read() as session:
        row = session.exec(select(Outbox)).one()
        assert (row.payload, row.state, row.external_id, row.live) == (b"", "sent", "1700.1", False)


def test_a_reply_whose_words_were_erased_has_no_payload(store: Store, clock: SteppedClock) -> None:
    put(store, "a")
    with store.write() as session:
        store.sealer.erase(session, ANA, clock.now())
    assert [each.payload for each in claim(store, clock)] == [None]


def test_a_retry_waits_and_its_lane_waits_with_it(store: Store, clock: SteppedClock) -> None:
    put(store, "a1", "A")
    put(store, "a2", "A")
    (parcel,) = claim(store, clock)
    with store.write() as session:
        assert outbox.again(session, parcel, clock.now() + timedelta(seconds=9), "429")
    assert claim(store, clock) == []
    with store.read() as session:
        assert outbox.next_due(session) == clock.now()  # the second in the lane is due but must wait
    clock.advance(seconds=9)
    assert [(each.key, each.attempts) for each in claim(store, clock)] == [("a1", 2)]


def test_a_lane_goes_on_without_what_failed_or_is_parked(store: Store, clock: SteppedClock) -> None:
    for key in ("a1", "a2", "a3"):
        put(store, key, "A")
    for end in (outbox.fail, outbox.park):
        (parcel,) = claim(store, clock)
        with store.write() as session:
            assert end(session, parcel, "channel_not_found")
    assert [each.key for each in claim(store, clock)] == ["a3"]


def test_what_a_dead_sender_held_is_handed_out_to_be_looked_for(store: Store, clock: SteppedClock) -> None:
    put(store, "a")
    claim(store, clock)
    clock.advance(LEASE)
    assert claim(store, clock) == []
    assert stale(store, clock, settle=10) == []
    clock.advance(seconds=10)
    assert [each.attempts for each in stale(store, clock, settle=10)] == [2]
    assert stale(store, clock) == []


def test_an_ambiguous_send_is_looked_for_at_its_time(store: Store, clock: SteppedClock) -> None:
    put(store, "a")
    (parcel,) = claim(store, clock)
    with store.write() as session:
        assert outbox.ambiguous(session, parcel, clock.now() + timedelta(seconds=10), "reset")
    assert stale(store, clock) == []
    clock.advance(seconds=10)
    assert [each.key for each in stale(store, clock)] == ["a"]


def test_a_sender_that_lost_its_lease_changes_nothing_any_more(store: Store, clock: SteppedClock) -> None:
    """It was held up so long that another has taken over; its late word must not cause a second post."""
    put(store, "a")
    (late,) = claim(store, clock)
    clock.advance(LEASE)
    (owner,) = stale(store, clock)
    with store.write() as session:
        assert outbox.again(session, late, clock.now(), "timeout") is False
        assert outbox.sent(session, late, "ts1", clock.now()) is False
        assert outbox.sent(session, owner, "ts2", clock.now()) is True


def test_a_lone_process_knows_at_its_start_that_nobody_is_sending(store: Store, clock: SteppedClock) -> None:
    put(store, "a")
    claim(store, clock)
    with store.write() as session:
        assert outbox.abandoned(session, clock.now()) == 1
    assert [each.key for each in stale(store, clock)] == ["a"]


def test_no_two_senders_claim_the_same_or_break_a_lane(store: Store, clock: SteppedClock) -> None:
    """Four threads empty twenty lanes of three; everything goes once and every lane in order."""
    for number in range(60):
        put(store, f"k{number:02}", f"L{number % 20}")
    gone: list[tuple[str, str]] = []

    def send() -> None:
        idle = 0
        while idle < 200:
            with store.write() as session:
                parcels = outbox.claim(session, store.sealer, clock.now(), LEASE, limit=2)
            idle = 0 if parcels else idle + 1
            for each in parcels:
                gone.append((each.lane, each.key))
                with store.write() as session:
                    assert outbox.sent(session, each, "ts", clock.now())

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gone) == len(set(gone)) == 60
    for lane in range(20):
        keys = [key for where, key in gone if where == f"L{lane}"]
        assert keys == sorted(keys)
