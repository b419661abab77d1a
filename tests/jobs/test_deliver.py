"""What leaves the outbox leaves it once, in order, and waits when the platform says so."""

from datetime import timedelta

from sqlmodel import col, select

from deskbot.desk.messages import Inbound, Reply, reply_to_json
from deskbot.jobs.deliver import Deliverer, backoff
from deskbot.ports import Outgoing, Profile, TransportError
from deskbot.store import outbox
from deskbot.store.session import Store
from deskbot.store.tables import Outbox
from tests.clocks import SteppedClock


class Recorder:
    """A channel that keeps what it was given, and fails as it is told to."""

    name = "slack"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.trouble: list[TransportError] = []
        self.arrives_all_the_same = False

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        return []

    async def fetch(self, kind: str, body: bytes, inbounds: object) -> list[Inbound]:
        return []

    async def deliver(self, outgoing: Outgoing) -> str:
        if self.trouble:
            error = self.trouble.pop(0)
            if self.arrives_all_the_same:
                self.said.append(outgoing.key)
            raise error
        self.said.append(outgoing.key)
        return f"ts-{outgoing.key}"

    async def find(self, outgoing: Outgoing) -> str | None:
        return f"ts-{outgoing.key}" if outgoing.key in self.said else None

    async def profile(self, scope: str, sender: str) -> Profile | None:
        return None


def _enqueue(store: Store, clock: SteppedClock, *keys: str, lane: str = "slack:C1") -> None:
    with store.write() as session:
        for key in keys:
            outbox.enqueue(
                session, store.sealer, key=key, channel="slack", lane=lane, subject=("desk", 0),
                payload=reply_to_json(Reply(key)), now=clock.now(),
            )  # fmt: skip


async def _deliver(store: Store, clock: SteppedClock, channel: Recorder, rounds: int = 1) -> None:
    deliverer = Deliverer(store, clock, {"slack": channel}, settle=timedelta(seconds=10))
    for _ in range(rounds):
        await deliverer.once()
        await deliverer.idle()


def _states(store: Store) -> list[str]:
    with store.read() as session:
        return [row.state for row in session.exec(select(Outbox).order_by(col(Outbox.id)))]


async def test_messages_of_one_place_arrive_in_the_order_they_were_said(store: Store, clock: SteppedClock) -> None:
    """The next one goes when the one before has arrived."""
    channel = Recorder()
    _enqueue(store, clock, "a", "b", "c")
    await _deliver(store, clock, channel, rounds=3)
    assert channel.said == ["a", "b", "c"]
    assert _states(store) == ["sent", "sent", "sent"]


async def test_a_rate_limit_is_waited_out_to_the_second(store: Store, clock: SteppedClock) -> None:
    """Not before the platform allows it, and then once."""
    channel = Recorder()
    channel.trouble = [TransportError("slow down", retry_after=30)]
    _enqueue(store, clock, "a")
    await _deliver(store, clock, channel, rounds=2)
    clock.advance(seconds=29)
    await _deliver(store, clock, channel)
    assert channel.said == []
    clock.advance(seconds=1)
    await _deliver(store, clock, channel)
    assert channel.said == ["a"]


async def test_a_message_that_may_have_arrived_is_looked_for_before_it_is_sent_again(
    store: Store, clock: SteppedClock
) -> None:
    """A broken connection after delivery doubles nothing."""
    channel = Recorder()
    channel.trouble, channel.arrives_all_the_same = [TransportError("reset", ambiguous=True)], True
    _enqueue(store, clock, "a")
    await _deliver(store, clock, channel)
    clock.advance(seconds=60)
    await _deliver(store, clock, channel)
    assert channel.said == ["a"]
    assert _states(store) == ["sent"]


async def test_a_message_that_did_not_arrive_is_sent_again(store: Store, clock: SteppedClock) -> None:
    """The look found nothing, so it goes once more."""
    channel = Recorder()
    channel.trouble = [TransportError("reset", ambiguous=True)]
    _enqueue(store, clock, "a")
    await _deliver(store, clock, channel)
    clock.advance(seconds=60)
    await _deliver(store, clock, channel)
    assert channel.said == ["a"]


async def test_a_dead_end_does_not_hold_up_what_follows(store: Store, clock: SteppedClock) -> None:
    """A channel that is gone fails its message; the next one in the lane goes."""
    channel = Recorder()
    channel.trouble = [TransportError("channel_not_found", permanent=True)]
    _enqueue(store, clock, "a", "b")
    await _deliver(store, clock, channel, rounds=2)
    assert _states(store) == ["failed", "sent"]


def test_waiting_grows_and_obeys_the_platform() -> None:
    """Half a second first, five minutes at most, or what the platform says."""
    assert [backoff(n, None) for n in (1, 2, 3, 20)] == [0.5, 1.0, 2.0, 300.0]
    assert backoff(1, 30) == 30
    assert backoff(1, 10**9) == 3600
