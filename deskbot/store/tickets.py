"""Queries about tickets that actions need; lists for pages are in `queue`."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from deskbot.desk.access import TicketFacts, Viewer
from deskbot.store import rights
from deskbot.store.tables import Counter, Party, Ticket

FIRST_NUMBER = 1000


def next_number(session: Session) -> int:
    """Return the next number for a ticket's reference, 1001 first."""
    bumped = (
        update(Counter)
        .where(col(Counter.name) == "ticket")
        .values(value=Counter.value + 1)
        .returning(col(Counter.value))
    )
    number = session.execute(bumped).scalar_one_or_none()
    if number is None:
        session.add(Counter(name="ticket", value=FIRST_NUMBER + 1))
        session.flush()
        return FIRST_NUMBER + 1
    return int(number)


def by_ref(session: Session, ref: str) -> Ticket | None:
    """Return the ticket with this reference, whatever its case."""
    return session.exec(select(Ticket).where(Ticket.ref == ref.strip().upper())).first()


def facts(session: Session, ticket: Ticket) -> TicketFacts:
    """Return what the policy needs to know of a ticket."""
    conflicts = session.exec(
        select(Party.person_id).where(Party.ticket_id == ticket.id, Party.kind == "conflict")
    ).all()
    return TicketFacts(
        requester_id=ticket.requester_id,
        role=ticket.role,
        tier=ticket.tier,
        subject_id=ticket.subject_id,
        assignee_id=ticket.assignee_id,
        conflicts=frozenset(conflicts),
    )


def of_requester(session: Session, viewer: Viewer, limit: int = 20) -> list[Ticket]:
    """Return the viewer's own tickets, live ones first, then the newest."""
    rows = session.exec(
        select(Ticket).where(rights.own(viewer)).order_by(col(Ticket.live).desc(), col(Ticket.id).desc()).limit(limit)
    )
    return list(rows)


def load(session: Session, people: Iterable[int]) -> dict[int, int]:
    """Return the number of live tickets by assignee."""
    rows = session.execute(
        select(col(Ticket.assignee_id), func.count())
        .where(col(Ticket.live).is_(True), col(Ticket.assignee_id).in_(list(people)))
        .group_by(col(Ticket.assignee_id))
    )
    return {assignee: count for assignee, count in rows if assignee is not None}


def due_for_sweep(session: Session, now: datetime, limit: int) -> list[Ticket]:
    """Return live tickets whose next moment has come, the earliest first."""
    rows = session.exec(
        select(Ticket)
        .where(col(Ticket.live).is_(True), col(Ticket.next_moment) <= now)
        .order_by(col(Ticket.next_moment))
        .limit(limit)
    )
    return list(rows)
