"""Past tickets with all that they were routed by, some hundred at a time, so that any number can be gone through."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from deskbot.desk.access import Viewer
from deskbot.store import rights
from deskbot.store.columns import Sealed
from deskbot.store.events import Told
from deskbot.store.tables import Event, Message, RequestAnswer, Revision, Ticket


@dataclass(frozen=True, slots=True)
class Extent:
    """The tickets since an instant: how many, after which id they begin and with which they end, and the instant of
    the last thing that happened to any ticket."""

    count: int
    after: int
    last: int
    as_of: datetime


def extent(session: Session, since: datetime, newest: int | None = None) -> Extent | None:
    """Return which tickets were opened since then, or their newest alone; None when there are none."""
    ids = select(col(Ticket.id)).where(col(Ticket.opened_at) >= since).order_by(col(Ticket.id).desc()).limit(newest)
    inner = ids.subquery()
    count, first, last = session.execute(select(func.count(), func.min(inner.c.id), func.max(inner.c.id))).one()
    as_of = session.execute(select(func.max(Event.at))).scalar()
    return Extent(count, first - 1, last, as_of) if count and as_of else None


def batch(session: Session, since: datetime, after: int, last: int, size: int) -> list[Ticket]:
    """Return the next tickets in the order of their ids."""
    wanted = col(Ticket.opened_at) >= since, col(Ticket.id) > after, col(Ticket.id) <= last
    return list(session.scalars(select(Ticket).where(*wanted).order_by(col(Ticket.id)).limit(size)))


class Past(NamedTuple):
    """A ticket's events, and the message that it was opened with."""

    events: list[Told]
    message: int | None


def pasts(session: Session, tickets: Collection[int]) -> dict[int, Past]:
    """Return what happened to each of these tickets."""
    columns = col(Event.ticket_id), col(Event.at), col(Event.kind), col(Event.data), col(Event.message_id)
    found: dict[int, Past] = {}
    rows = session.execute(
        select(*columns).where(col(Event.ticket_id).in_(tickets)).order_by(col(Event.ticket_id), col(Event.seq))
    )
    for ticket, at, kind, data, message in rows:
        past = found.setdefault(ticket, Past([], message if kind == "opened" else None))
        past.events.append(Told(at, kind, data))
    return found


def texts(session: Session, messages: Sequence[int]) -> dict[int, Sealed | None]:
    """Return the text of each of these messages as it was first written."""
    found: dict[int, Sealed | None] = {}
    written = select(col(Message.id), col(Message.text)).where(col(Message.id).in_(messages))
    for number, text in session.execute(written):
        found[number] = text
    edited = select(col(Revision.message_id), col(Revision.text)).where(col(Revision.message_id).in_(messages))
    for number, text in session.execute(edited.order_by(col(Revision.id).desc())):
        found[number] = text
    return found


def forms(session: Session, tickets: Collection[int]) -> dict[int, tuple[str, Sealed]]:
    """Return the request type and the answers of those of these tickets that a form opened."""
    columns = col(RequestAnswer.ticket_id), col(RequestAnswer.request_type), col(RequestAnswer.fields)
    rows = session.execute(select(*columns).where(col(RequestAnswer.ticket_id).in_(tickets)))
    return {ticket: (kind, fields) for ticket, kind, fields in rows}


def known(session: Session, viewer: Viewer, tickets: Collection[int]) -> set[int]:
    """Return those of these tickets that somebody may know of."""
    allowed = or_(rights.known(viewer), rights.own(viewer))
    rows = session.execute(select(col(Ticket.id)).where(col(Ticket.id).in_(tickets), allowed))
    return {number for (number,) in rows}
