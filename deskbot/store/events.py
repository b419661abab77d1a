"""The append-only history of tickets: ids, kinds and figures, never people's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from deskbot.desk.tickets import EventKind
from deskbot.store.tables import Event

ActorKind = Literal["employee", "specialist", "bot", "system"]


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
        last = session.exec(select(func.max(Event.seq)).where(Event.ticket_id == ticket_id)).one()
        seq = (last or 0) + 1
    session.add(
        Event(
            ticket_id=ticket_id,
            seq=seq,
            at=at,
            kind=kind,
            actor_kind=actor_kind,
            actor_id=actor_id,
            message_id=message_id,
            data=dict(data or {}),
        )
    )
    session.flush()


def history(session: Session, ticket_id: int) -> list[Event]:
    """Return a ticket's events in order."""
    return list(session.exec(select(Event).where(Event.ticket_id == ticket_id).order_by(col(Event.seq))))
