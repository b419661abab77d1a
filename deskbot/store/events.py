"""The append-only history of tickets: ids, kinds and figures, never people's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from deskbot.desk.tickets import EventKind
from deskbot.store import prepared
from deskbot.store.tables import Event

ActorKind = Literal["employee", "specialist", "bot", "system"]

_OF_TICKET = col(Event.ticket_id) == bindparam("wanted")
_LAST = select(func.coalesce(func.max(col(Event.seq)), 0)).where(_OF_TICKET)
_TOLD = select(col(Event.at), col(Event.kind), col(Event.data)).where(_OF_TICKET).order_by(col(Event.seq))


def append(
    session: Session,
    ticket_id: int,
    kind: EventKind,
    at: datetime,
    *,
    actor_kind: ActorKind = "system",
    actor_id: int | None = None,
    message_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    seq: int | None = None,
) -> None:
    """Append one event; `seq` is given where the caller knows it (a new ticket), else counted here."""
    if seq is None:
        seq = prepared.run(session, _LAST, {"wanted": ticket_id})[0][0] + 1
    row = {
        "ticket_id": ticket_id,
        "seq": seq,
        "at": at,
        "kind": kind,
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "message_id": message_id,
        "data": dict(data or {}),
    }
    prepared.insert(session, Event, row)


class Told(NamedTuple):
    """What clocks need of an event."""

    at: datetime
    kind: str
    data: dict[str, Any]


def told(session: Session, ticket_id: int) -> list[Told]:
    """Return a ticket's events in order, with no more of them than clocks need."""
    return [Told(*row) for row in prepared.run(session, _TOLD, {"wanted": ticket_id})]


def history(session: Session, ticket_id: int) -> list[Event]:
    """Return a ticket's events in order."""
    return list(session.exec(select(Event).where(Event.ticket_id == ticket_id).order_by(col(Event.seq))))
