"""The inbox: verified deliveries, committed before they are acknowledged, worked once.

A door calls `accept` (or `GroupCommit`, which gathers what comes in at the same time) and acknowledges. A worker
claims rows, and in the transaction of the work calls `done` first: when it says False, somebody else has done it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from deskbot.desk.errors import Unavailable
from deskbot.desk.messages import RawDelivery
from deskbot.desk.text import clean
from deskbot.store import prepared
from deskbot.store.columns import Instant
from deskbot.store.doorstep import HELD
from deskbot.store.prepared import Transaction
from deskbot.store.sealing import DESK, Sealer
from deskbot.store.tables import Inbox


class Takes(Protocol):
    """What the inbox needs of a store."""

    sealer: Sealer
    sqlite: bool

    def bare(self) -> AbstractContextManager[Transaction]:
        """Give a writing transaction for prepared statements alone."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery to be worked; `attempts` counts this one too."""

    id: int
    key: str
    channel: str
    kind: str
    body: bytes
    received_at: datetime
    attempts: int


_COLUMNS = (
    col(Inbox.id),
    col(Inbox.key),
    col(Inbox.channel),
    col(Inbox.kind),
    col(Inbox.body),
    col(Inbox.received_at),
    col(Inbox.attempts),
)
_NOW: Any = bindparam("now", type_=Instant)
_WAITING = (
    select(col(Inbox.id))
    .where(
        col(Inbox.pending),
        or_(col(Inbox.lease_until).is_(None), col(Inbox.lease_until) <= _NOW),
        or_(col(Inbox.retry_at).is_(None), col(Inbox.retry_at) <= _NOW),
    )
    .order_by(col(Inbox.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(Inbox)
    .where(col(Inbox.id).in_(_WAITING.scalar_subquery()))
    .values(lease_until=bindparam("lease", type_=Instant), attempts=col(Inbox.attempts) + 1)
    .returning(*_COLUMNS)
)
_TAKE = (
    select(*_COLUMNS).where(col(Inbox.key) == bindparam("wanted"), col(Inbox.pending)).with_for_update(skip_locked=True)
)
_DONE = (
    update(Inbox)
    .where(col(Inbox.id) == bindparam("row"), col(Inbox.pending))
    .values(pending=False, body=None, lease_until=None, error=None, done_at=_NOW)
)
_FAILED = (
    update(Inbox)
    .where(col(Inbox.id) == bindparam("row"), col(Inbox.pending))
    .values(
        pending=bindparam("again"),
        lease_until=None,
        error=bindparam("reason"),
        retry_at=bindparam("later", type_=Instant),
    )
)
_ABANDONED = update(Inbox).where(col(Inbox.pending)).values(lease_until=None)
_TOLD = ("key", "channel", "kind", "body", "received_at", "lease_until")
_PENDING = select(col(Inbox.pending)).where(col(Inbox.key) == bindparam("wanted"))


def accept(store: Takes, deliveries: Sequence[RawDelivery]) -> list[bool]:
    """Commit the deliveries together; for each, say whether it is new (False: its key was seen before).

    On a server a lost connection leaves open whether the commit was made; then it is made again, and what is found
    there but not yet worked counts as new.
    """
    try:
        with store.bare() as session:
            return _keep(store, session, deliveries)
    except Unavailable:
        if store.sqlite:
            raise
    with store.bare() as session:
        new = _keep(store, session, deliveries)
        return [is_new or _is_pending(session, each) for is_new, each in zip(new, deliveries, strict=True)]


def _is_pending(session: Transaction, delivery: RawDelivery) -> bool:
    rows = prepared.run(session, _PENDING, {"wanted": clean(delivery.key)})
    return bool(rows and rows[0][0])


def _keep(store: Takes, session: Transaction, deliveries: Sequence[RawDelivery]) -> list[bool]:
    """Insert deliveries; the unique key decides, so that two of the same can never both be new."""
    rows = [
        (
            clean(delivery.key),
            delivery.channel,
            delivery.kind,
            store.sealer.seal(session, DESK, delivery.body),
            delivery.received_at,
            delivery.received_at + HELD if delivery.held else None,
        )
        for delivery in deliveries
    ]
    return [number != 0 for number in prepared.insert_each(session, Inbox, _TOLD, rows, unless_there=True)]


def claim(session: Transaction, sealer: Sealer, now: datetime, lease: timedelta, limit: int = 50) -> list[Delivery]:
    """Lease the oldest waiting deliveries, in order; whoever dies with them loses them when the lease ends."""
    values = {"now": now, "lease": now + lease, "most": limit}
    return [_delivery(sealer, session, row) for row in sorted(prepared.run(session, _CLAIM, values))]


def take(session: Transaction, sealer: Sealer, key: str) -> Delivery | None:
    """Lock the delivery with this key to work it in this very transaction; None when it is done or being worked."""
    rows = prepared.run(session, _TAKE, {"wanted": clean(key)})
    return _delivery(sealer, session, rows[0]) if rows else None


def done(session: Transaction, delivery_id: int, now: datetime) -> bool:
    """Mark the delivery done and empty its body, in the transaction of its work; False when it was done already."""
    return prepared.change(session, _DONE, {"row": delivery_id, "now": now}) == 1


def failed(session: Transaction, delivery_id: int, error: str, retry_at: datetime | None) -> None:
    """Put the delivery back until `retry_at`, or aside for an operator (None; the body is kept).

    `error` holds no words of people.
    """
    values = {"row": delivery_id, "reason": error, "later": retry_at, "again": retry_at is not None}
    prepared.change(session, _FAILED, values)


def abandoned(session: Transaction) -> int:
    """End every lease, when a lone process starts and knows that nobody is at work; return how many wait."""
    return prepared.change(session, _ABANDONED)


def _delivery(sealer: Sealer, session: Transaction, row: tuple[Any, ...]) -> Delivery:
    number, key, channel, kind, body, received_at, attempts = row
    return Delivery(number, key, channel, kind, sealer.open_bytes(session, body) or b"", received_at, attempts)
