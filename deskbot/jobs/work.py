"""The worker: takes verified deliveries from the inbox and does what they ask, each in one transaction."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from deskbot.actions import identify
from deskbot.actions.desk import Desk
from deskbot.actions.receive import Received, prepare, receive
from deskbot.actions.rephrasing import material_for
from deskbot.answers.rephrasing import Material
from deskbot.desk.conversation import Rephrased, Turn
from deskbot.desk.messages import Inbound
from deskbot.jobs.rephrase import Rephraser
from deskbot.ports import Channel, FetchesFiles, TransportError
from deskbot.store import inbox
from deskbot.store.inbox import Delivery
from deskbot.store.session import Store

LEASE = timedelta(seconds=60)
ATTEMPTS = 6
BESIDE = 16  # deliveries in hand at once, where some of them wait for a language model
REMEMBERED = 10_000
_OWN_PEOPLE = frozenset({"webchat", "terminal"})
T = TypeVar("T")
log = structlog.get_logger()


class Worker:
    """Works the inbox in order. `wake` makes it look at once; otherwise it looks every second.

    With a `rephraser` somebody may have to wait for a language model; others do not wait with them. Then only what
    belongs to one conversation is worked in order.
    """

    def __init__(
        self, store: Store, desk: Desk, channels: Mapping[str, Channel], rephraser: Rephraser | None = None
    ) -> None:
        self._store = store
        self._desk = desk
        self._channels = channels
        self._rephraser = rephraser
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._in_hand: set[asyncio.Task[Turn | None]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._wake = asyncio.Event()
        self._stopping = False
        self._linked: set[tuple[str, str, str]] = set()  # users of platforms who were found to be linked

    def wake(self) -> None:
        """Look into the inbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; what is claimed and not finished is taken up again after its lease."""
        await self._call(self._abandoned)
        while not self._stopping:
            if not await self.once():
                self._wake.clear()
                await _wait(self._wake, 1.0)
        await self.idle()

    async def idle(self) -> None:
        """Wait until everything that was taken up is done."""
        while self._in_hand:
            await asyncio.wait(self._in_hand)

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        self._stopping = True
        self._wake.set()

    async def once(self) -> int:
        """Work what waits now; returns how many deliveries were taken up."""
        deliveries = await self._call(self._claim)
        for delivery in deliveries:
            if self._rephraser is None:
                await self._work(delivery)
            else:
                await self._begin(delivery)
        return len(deliveries)

    async def _begin(self, delivery: Delivery) -> None:
        """Work a delivery beside others, as long as not too many are in hand."""
        task = asyncio.create_task(self._in_turn(delivery))
        self._in_hand.add(task)
        task.add_done_callback(self._landed)
        if len(self._in_hand) >= BESIDE:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)

    def _landed(self, task: "asyncio.Task[Turn | None]") -> None:
        self._in_hand.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # After its lease the delivery is taken up again.
            log.error("a delivery could not be put back", error=type(error).__name__, exc_info=error)

    async def _in_turn(self, delivery: Delivery) -> Turn | None:
        """Work a delivery after those of the same conversation that were taken up before it."""
        lock = self._turns.setdefault(self._conversation(delivery), asyncio.Lock())
        async with lock:
            return await self._work(delivery)

    def _conversation(self, delivery: Delivery) -> tuple[str, str]:
        try:
            inbounds = self._channels[delivery.channel].parse(delivery.kind, delivery.body)
        except Exception:  # noqa: BLE001 - the edge: what cannot be read fails when it is worked, and is told there
            return delivery.channel, ""
        return delivery.channel, inbounds[0].conversation if inbounds else ""

    async def answer(self, key: str) -> Turn | None:
        """Work one delivery now and return its turn; None when it was done before or asks for nothing."""
        delivery = await self._call(lambda: self._take(key))
        if delivery is None:
            return None
        return await (self._work(delivery) if self._rephraser is None else self._in_turn(delivery))

    def _abandoned(self) -> None:
        """A lone process knows at its start that nobody is at work; what was in hand is taken up at once."""
        if self._store.sqlite:
            with self._store.bare() as session:
                inbox.abandoned(session)

    def _claim(self) -> list[Delivery]:
        with self._store.bare() as session:
            return inbox.claim(session, self._store.sealer, self._desk.now(), LEASE)

    def _take(self, key: str) -> Delivery | None:
        with self._store.bare() as session:
            return inbox.take(session, self._store.sealer, key)

    async def _work(self, delivery: Delivery) -> Turn | None:
        try:
            inbounds = await self._read(delivery)
            for inbound in inbounds:
                await self._identify(inbound, delivery.attempts)
            rephrased = await self._rephrase(inbounds)
            received = await self._call(lambda: self._receive(delivery, inbounds, rephrased))
        except Exception as error:
            # The edge: whatever went wrong, the delivery is kept and tried again.
            failed = error
            log.error(
                "delivery failed",
                channel=delivery.channel,
                attempt=delivery.attempts,
                error=type(error).__name__,
                exc_info=error,
            )
            await self._call(lambda: self._put_back(delivery, failed))
            return None
        return received[-1].turn if received else None

    async def _read(self, delivery: Delivery) -> list[Inbound]:
        channel = self._channels[delivery.channel]
        inbounds = channel.parse(delivery.kind, delivery.body)
        if isinstance(channel, FetchesFiles) and any(inbound.files for inbound in inbounds):
            return await channel.fetch(delivery.kind, delivery.body, inbounds)
        return inbounds

    async def _identify(self, inbound: Inbound, attempts: int) -> None:
        """Link a platform's user on first contact, by what the platform itself says of them.

        Raises `TransportError` when it cannot be asked: nothing is done in a stranger's name that may be somebody's.
        The last attempt goes on without.
        """
        if inbound.channel in _OWN_PEOPLE or not inbound.sender:
            return
        who = (inbound.channel, inbound.scope, inbound.sender)
        if who in self._linked:
            return
        if await self._call(lambda: self._known(inbound)):
            if len(self._linked) >= REMEMBERED:
                self._linked.clear()
            self._linked.add(who)
            return
        profile = await self._channels[inbound.channel].profile(inbound.scope, inbound.sender)
        if profile is not None:
            await self._call(lambda: self._link(inbound, profile))
        elif attempts < ATTEMPTS:
            raise TransportError(f"{inbound.channel} could not say who wrote.")

    def _known(self, inbound: Inbound) -> bool:
        with self._store.read() as session:
            return identify.known(session, inbound)

    def _link(self, inbound: Inbound, profile: object) -> None:
        with self._store.write() as session:
            identify.link(session, self._desk, inbound, profile)  # type: ignore[arg-type]

    async def _rephrase(self, inbounds: list[Inbound]) -> Rephrased | None:
        """Have the passage that is about to be cited put into plain words, while nothing is locked."""
        if self._rephraser is None or len(inbounds) != 1:
            return None
        given = await self._call(lambda: self._material(inbounds[0]))
        text = await self._rephraser.rephrase(given) if given is not None else ""
        return Rephrased(given.passage_md, text) if given is not None and text else None

    def _material(self, inbound: Inbound) -> Material | None:
        prepare(self._desk, inbound)
        with self._store.read() as session:
            return material_for(session, self._desk, inbound)

    def _receive(
        self, delivery: Delivery, inbounds: list[Inbound], rephrased: Rephrased | None = None
    ) -> list[Received]:
        """Do the work and mark the delivery done in the same transaction; somebody else's work is not done again."""
        for inbound in inbounds:
            prepare(self._desk, inbound)
        with self._store.write() as session:
            if not inbox.done(session, delivery.id, self._desk.now()):
                return []
            return [receive(session, self._desk, inbound, rephrased) for inbound in inbounds]

    def _put_back(self, delivery: Delivery, error: Exception) -> None:
        with self._store.bare() as session:
            inbox.failed(session, delivery.id, type(error).__name__, later(delivery.attempts, self._desk.now()))

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def later(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again: after 1, 4, 16, 64 and 256 seconds, then never by itself."""
    return None if attempts >= ATTEMPTS else now + timedelta(seconds=4 ** max(attempts - 1, 0))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
