"""Delivery: takes what is to be said from the outbox to the channels, each thing once, in order, at a fair pace."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlmodel import Session, col, select

from deskbot.actions.outgoing import continue_below
from deskbot.desk.messages import Reply, reply_from_json
from deskbot.ports import Channel, Clock, Outgoing, Threaded, TransportError
from deskbot.store import outbox
from deskbot.store.outbox import Parcel
from deskbot.store.session import Store
from deskbot.store.tables import ChannelIdentity, Conversation, PersonRow

LEASE = timedelta(seconds=90)
ATTEMPTS = 12
LONGEST_WAIT = 3600.0
T = TypeVar("T")
log = structlog.get_logger()


class Deliverer:
    """Empties the outbox. `settle` is how long a message may take to show up in its conversation (Slack: 10 s)."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], settle: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._settle = settle
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._wake = asyncio.Event()
        self._stopping = False
        self._flying: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._wake.set()

    def stop(self) -> None:
        """Send what is in hand, then end."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop`."""
        await self._call(self._abandoned)
        while not self._stopping:
            if not await self.once():
                self._wake.clear()
                await self._sleep()
        await asyncio.gather(*self._flying, return_exceptions=True)

    async def once(self) -> int:
        """Start sending what is due; returns how many rows were taken up."""
        fresh, doubtful = await self._call(self._claim)
        for parcel, outgoing in fresh:
            self._start(self._send(parcel, outgoing))
        for parcel, outgoing in doubtful:
            self._start(self._reconcile(parcel, outgoing))
        return len(fresh) + len(doubtful)

    async def idle(self) -> None:
        """Wait until everything that was started has ended."""
        while self._flying:
            await asyncio.gather(*self._flying)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._flying.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The row stays in `sending`; after its lease it is looked for before it is sent again.
            log.error("an outcome could not be recorded", error=type(error).__name__, exc_info=error)

    async def _sleep(self) -> None:
        due = await self._call(self._next_due)
        seconds = 1.0 if due is None else min(1.0, max(0.01, (due - self._clock.now()).total_seconds()))
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    async def _reconcile(self, parcel: Parcel, outgoing: Outgoing | None) -> None:
        """A row whose sender could not tell whether it arrived: look for it first, send only when it is not there."""
        if outgoing is None:
            await self._record(lambda s: outbox.fail(s, parcel, "erased"))
            return
        try:
            found = await self._channels[parcel.channel].find(outgoing)
        except TransportError as error:
            await self._later(parcel, error, doubtful=True)
            return
        if found is not None:
            await self._sent(parcel, outgoing, found)
            return
        await self._send(parcel, outgoing)

    async def _send(self, parcel: Parcel, outgoing: Outgoing | None) -> None:
        if outgoing is None:
            await self._record(lambda s: outbox.fail(s, parcel, "erased"))
            return
        try:
            external = await self._channels[parcel.channel].deliver(outgoing)
        except TransportError as error:
            await self._trouble(parcel, error)
            return
        except Exception as error:
            # The edge: a fault of ours must not lose the message; it may have gone out, so it is looked for first.
            log.error("delivery broke", channel=parcel.channel, error=type(error).__name__, exc_info=error)
            await self._later(parcel, TransportError(type(error).__name__), doubtful=True)
            return
        await self._sent(parcel, outgoing, external)

    async def _sent(self, parcel: Parcel, outgoing: Outgoing, external: str) -> None:
        await self._record(lambda s: self._settled(s, parcel, outgoing, external))

    def _settled(self, session: Session, parcel: Parcel, outgoing: Outgoing, external: str) -> None:
        now, channel = self._clock.now(), self._channels[parcel.channel]
        outbox.sent(session, parcel, external, now)
        below = channel.below(outgoing, external) if isinstance(channel, Threaded) else None
        if below is not None and parcel.message_id is not None:
            continue_below(session, parcel.channel, *below, parcel.message_id, now)

    async def _trouble(self, parcel: Parcel, error: TransportError) -> None:
        if error.permanent:
            log.warning("not deliverable", channel=parcel.channel, error=error.message)
            await self._record(lambda s: outbox.fail(s, parcel, error.message))
        elif parcel.attempts >= ATTEMPTS:
            log.error("delivery given up", channel=parcel.channel, error=error.message)
            await self._record(lambda s: outbox.park(s, parcel, error.message))
        else:
            await self._later(parcel, error, doubtful=error.ambiguous)

    async def _later(self, parcel: Parcel, error: TransportError, *, doubtful: bool) -> None:
        wait = timedelta(seconds=backoff(parcel.attempts, error.retry_after))
        if doubtful:
            at = self._clock.now() + max(wait, self._settle)
            await self._record(lambda s: outbox.ambiguous(s, parcel, at, error.message))
        else:
            await self._record(lambda s: outbox.again(s, parcel, self._clock.now() + wait, error.message))

    def _claim(self) -> tuple[list[tuple[Parcel, Outgoing | None]], list[tuple[Parcel, Outgoing | None]]]:
        now = self._clock.now()
        with self._store.write() as session:
            fresh = outbox.claim(session, self._store.sealer, now, LEASE)
            doubtful = outbox.stale(session, self._store.sealer, now, LEASE)
            return (
                [(parcel, addressed(session, parcel)) for parcel in fresh],
                [(parcel, addressed(session, parcel)) for parcel in doubtful],
            )

    def _abandoned(self) -> None:
        """A lone process knows at its start that nobody is sending; what was in flight is looked for after a while."""
        if self._store.sqlite:
            with self._store.write() as session:
                outbox.abandoned(session, self._clock.now() + self._settle)

    def _next_due(self) -> datetime | None:
        with self._store.read() as session:
            return outbox.next_due(session)

    async def _record(self, work: Callable[[Session], object]) -> None:
        await self._call(lambda: self._in_transaction(work))

    def _in_transaction(self, work: Callable[[Session], object]) -> None:
        with self._store.write() as session:
            work(session)

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def backoff(attempts: int, retry_after: float | None) -> float:
    """Return the seconds to wait: what the platform asked for, else 0.5, 1, 2, 4 ... up to five minutes."""
    if retry_after is not None:
        return min(max(retry_after, 0.05), LONGEST_WAIT)
    return float(min(0.5 * 2 ** max(attempts - 1, 0), 300.0))


def addressed(session: Session, parcel: Parcel) -> Outgoing | None:
    """Return the parcel with where it goes; None when its words were erased while it waited."""
    if parcel.payload is None:
        return None
    conversation = session.get(Conversation, parcel.conversation_id) if parcel.conversation_id else None
    person = session.get(PersonRow, parcel.person_id) if parcel.person_id else None
    identity = _identity(session, parcel)
    reply: Reply = reply_from_json(parcel.payload)
    address = dict(identity.address) if identity else {}
    if identity is not None:
        address |= {"scope": identity.scope_id, "user": identity.external_id}
    if person is not None:
        address["email"] = person.email
    return Outgoing(
        key=parcel.key,
        channel=parcel.channel,
        kind=parcel.kind,
        place=conversation.place if conversation else "",
        conversation=conversation.external_key if conversation else "",
        reply=reply,
        address=address,
        external_id=parcel.external_id or "",
        recipient=identity.external_id if identity else (person.email if person else ""),
    )


def _identity(session: Session, parcel: Parcel) -> ChannelIdentity | None:
    if parcel.person_id is None:
        return None
    return session.exec(
        select(ChannelIdentity).where(
            ChannelIdentity.person_id == parcel.person_id,
            ChannelIdentity.provider == parcel.channel,
            col(ChannelIdentity.revoked_at).is_(None),
        )
    ).first()
