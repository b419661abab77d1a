"""Queries about tickets that actions need; lists for pages are in `queue`."""

from datetime import datetime

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from deskbot.desk.access import TicketFacts, Viewer
from deskbot.store import prepared, rights
from deskbot.store.tables import Counter, MembershipRow, Party, Ticket

FIRST_NUMBER = 1000


_NEXT = (
    update(Counter)
    .where(col(Counter.name) == "ticket")
    .values(value=col(Counter.value) + 1)
    .returning(col(Counter.value))
)


def next_number(session: Session) -> int:
    """Return the next number for a ticket's reference, 1001 first."""
    rows = prepared.run(session, _NEXT)
    if rows:
        return int(rows[0][0])
    prepared.insert(session, Counter, {"name": "ticket", "value": FIRST_NUMBER + 1})
    return FIRST_NUMBER + 1


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


_LOAD = (
    select(col(Ticket.assignee_id), func.count())
    .join(MembershipRow, col(MembershipRow.person_id) == col(Ticket.assignee_id))
    .where(col(Ticket.live), col(MembershipRow.role) == bindparam("wanted"))
    .group_by(col(Ticket.assignee_id))
)


def load(session: Session, role: str) -> dict[int, int]:
    """Return the number of live tickets of each of a role's people."""
    return dict(prepared.run(session, _LOAD, {"wanted": role}))


def due_for_sweep(session: Session, now: datetime, limit: int) -> list[Ticket]:
    """Return live tickets whose next moment has come, the earliest first."""
    rows = session.exec(
        select(Ticket)
        .where(col(Ticket.live).is_(True), col(Ticket.next_moment) <= now)
        .order_by(col(Ticket.next_moment))
        .limit(limit)
    )
    return list(rows)
