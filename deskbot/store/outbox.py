"""The outbox: what is to be said in channels, sent outside any transaction, each thing once.

A row goes pending → sending → sent. `claim` leases the first live row of each lane; whoever claimed it sends and
records the outcome with `sent`, `again`, `ambiguous`, `fail` or `park`. A row whose sender died, or could not tell
whether it arrived, is handed out by `stale`, to be looked up in the conversation before it is sent again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from deskbot.desk.text import clean
from deskbot.store import prepared
from deskbot.store.announce import announce
from deskbot.store.columns import Instant, Sealed
from deskbot.store.prepared import Transaction
from deskbot.store.sealing import Sealer, Subject
from deskbot.store.tables import Outbox


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row that is being sent. `attempts` counts this one too and is the token of the lease.

    `payload` is the reply as plain data, or None when the words were erased while it waited.
    """

    id: int
    key: str
    channel: str
    lane: str
    kind: str
    conversation_id: int | None
    message_id: int | None
    person_id: int | None
    external_id: str | None
    attempts: int
    payload: dict[str, Any] | None


_COLUMNS = (
    col(Outbox.id),
    col(Outbox.key),
    col(Outbox.channel),
    col(Outbox.lane),
    col(Outbox.kind),
    col(Outbox.conversation_id),
    col(Outbox.message_id),
    col(Outbox.person_id),
    col(Outbox.external_id),
    col(Outbox.attempts),
    col(Outbox.payload),
)
_NOW: Any = bindparam("now", type_=Instant)
_LEASE: Any = bindparam("lease", type_=Instant)
_earlier: Any = aliased(Outbox)
_HEADS = (
    select(col(Outbox.id))
    .where(
        col(Outbox.live),
        col(Outbox.state) == "pending",
        col(Outbox.run_at) <= _NOW,
        ~select(1).where(_earlier.live, _earlier.lane == Outbox.lane, _earlier.id < Outbox.id).exists(),
    )
    .order_by(col(Outbox.run_at), col(Outbox.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=Outbox)
)
_STALE = (
    select(col(Outbox.id))
    .where(col(Outbox.live), col(Outbox.state) == "sending", col(Outbox.lease_until) <= _NOW)
    .order_by(col(Outbox.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def _lease_out(chosen: Any) -> Any:
    return (
        update(Outbox)
        .where(col(Outbox.id).in_(chosen.scalar_subquery()))
        .values(state="sending", lease_until=_LEASE, attempts=col(Outbox.attempts) + 1)
        .returning(*_COLUMNS)
    )


def _settle(**values: Any) -> Any:
    """Write a change of a row that counts only while the lease under which it was sent still holds."""
    return (
        update(Outbox)
        .where(
            col(Outbox.id) == bindparam("row"),
            col(Outbox.attempts) == bindparam("lease_token"),
            col(Outbox.state) == "sending",
        )
        .values(**values)
    )


_CLAIM = _lease_out(_HEADS)
_CLAIM_STALE = _lease_out(_STALE)
_SENT = _settle(
    state="sent",
    live=False,
    lease_until=None,
    error=None,
    payload=Sealed(b""),
    external_id=bindparam("external"),
    sent_at=_NOW,
)
_AGAIN = _settle(state="pending", lease_until=None, run_at=_NOW, error=bindparam("reason"))
_AMBIGUOUS = _settle(lease_until=_LEASE, error=bindparam("reason"))
_ENDED = _settle(state=bindparam("end"), live=False, lease_until=None, error=bindparam("reason"))
_ABANDONED = update(Outbox).where(col(Outbox.live), col(Outbox.state) == "sending").values(lease_until=_NOW)


def enqueue(
    session: Transaction,
    sealer: Sealer,
    *,
    key: str,
    channel: str,
    lane: str,
    subject: Subject,
    payload: Mapping[str, Any],
    now: datetime,
    run_at: datetime | None = None,
    kind: str = "reply",
    conversation_id: int | None = None,
    message_id: int | None = None,
    person_id: int | None = None,
    external_id: str | None = None,
) -> bool:
    """Put something in the outbox, its payload sealed under `subject`; False when its key is there already."""
    row = {
        "key": clean(key),
        "channel": channel,
        "lane": lane,
        "kind": kind,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "person_id": person_id,
        "external_id": external_id,
        "payload": sealer.seal(session, subject, json.dumps(payload, ensure_ascii=False)),
        "run_at": run_at or now,
        "created_at": now,
    }
    announce(session, "outbox")
    return prepared.insert(session, Outbox, row, unless_there=True) != 0


def claim(session: Transaction, sealer: Sealer, now: datetime, lease: timedelta, limit: int = 50) -> list[Parcel]:
    """Lease what is due and first in its lane; the next of a lane comes only when the one before has left it."""
    return _parcels(session, sealer, _CLAIM, {"now": now, "lease": now + lease, "most": limit})


def stale(
    session: Transaction,
    sealer: Sealer,
    now: datetime,
    lease: timedelta,
    limit: int = 50,
    settle: timedelta = timedelta(0),
) -> list[Parcel]:
    """Lease the rows found in `sending` whose lease ended at least `settle` ago: look for them before sending again."""
    return _parcels(session, sealer, _CLAIM_STALE, {"now": now - settle, "lease": now + lease, "most": limit})


def sent(session: Transaction, parcel: Parcel, external_id: str, now: datetime) -> bool:
    """Record that it is in the channel and empty the payload; False when the lease had passed to somebody else."""
    return _record(session, _SENT, parcel, external=external_id, now=now)


def again(session: Transaction, parcel: Parcel, run_at: datetime, error: str) -> bool:
    """It certainly did not arrive: send it again at `run_at`; the rest of its lane waits."""
    return _record(session, _AGAIN, parcel, now=run_at, reason=error)


def ambiguous(session: Transaction, parcel: Parcel, look_at: datetime, error: str) -> bool:
    """It may have arrived: `stale` hands it out at `look_at`, to be looked for; the rest of its lane waits."""
    return _record(session, _AMBIGUOUS, parcel, lease=look_at, reason=error)


def fail(session: Transaction, parcel: Parcel, error: str) -> bool:
    """It will never go; its lane goes on without it."""
    return _record(session, _ENDED, parcel, end="failed", reason=error)


def park(session: Transaction, parcel: Parcel, error: str) -> bool:
    """An operator must act before it can go; its lane goes on without it, the payload is kept."""
    return _record(session, _ENDED, parcel, end="parked", reason=error)


def abandoned(session: Transaction, now: datetime) -> int:
    """End the leases of every row in `sending`, when a lone process starts and knows that nobody is sending."""
    return prepared.change(session, _ABANDONED, {"now": now})


def next_due(session: Transaction) -> datetime | None:
    """Return when the outbox next has something to do: the earliest `run_at` or end of a lease among live rows."""
    rows = prepared.run(session, _NEXT)
    times = [at for at in rows[0] if at is not None]
    return min(times) if times else None


_NEXT = select(
    select(func.min(col(Outbox.run_at))).where(col(Outbox.live), col(Outbox.state) == "pending").scalar_subquery(),
    select(func.min(col(Outbox.lease_until))).where(col(Outbox.live), col(Outbox.state) == "sending").scalar_subquery(),
)


def _record(session: Transaction, statement: Any, parcel: Parcel, **values: Any) -> bool:
    row = {"row": parcel.id, "lease_token": parcel.attempts, **values}
    return prepared.change(session, statement, row) == 1


def _parcels(session: Transaction, sealer: Sealer, statement: Any, values: dict[str, Any]) -> list[Parcel]:
    rows = sorted(prepared.run(session, statement, values), key=lambda row: row[0])
    return [Parcel(*(*row[:-1], _opened(session, sealer, row[-1]))) for row in rows]


def _opened(session: Transaction, sealer: Sealer, payload: Sealed) -> dict[str, Any] | None:
    words = sealer.open(session, payload)
    return None if words is None else json.loads(words)
