"""What time does to tickets: warnings before a due instant and at it, each fact once, and closing what was resolved."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from deskbot.actions import clocks, notify, tickets
from deskbot.actions.desk import Desk
from deskbot.desk import sla
from deskbot.desk.sla import Moment
from deskbot.desk.tickets import EventKind
from deskbot.store import events, notices
from deskbot.store import tickets as ticket_rows
from deskbot.store.announce import announce
from deskbot.store.tables import Ticket

CLOSE_AFTER = timedelta(days=7)
BATCH = 200


def sweep(session: Session, desk: Desk, now: datetime) -> int:
    """Tell what has come due since the last sweep and find each next moment; returns how many tickets were due."""
    due = ticket_rows.due_for_sweep(session, now, BATCH)
    for ticket in due:
        _tell(session, desk, ticket, now)
        clocks.reclock(session, desk, ticket, now)
        announce(session, f"ticket:{ticket.id}", f"queue:{ticket.role}")
    session.flush()
    return len(due)


def _tell(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    found = clocks.clocks(session, desk, ticket, now)
    counting = clocks.working_time(desk, ticket)
    coming = (*sla.moments(found, clocks.policy_of(desk, ticket), counting), *sla.pause_moments(found, counting))
    for moment in coming:
        if moment.at <= now and _first_time(session, ticket, moment, now):
            _act(session, desk, ticket, moment, now)


def _first_time(session: Session, ticket: Ticket, moment: Moment, now: datetime) -> bool:
    """Claim the fact; the unique key decides who tells it, however many sweeps run."""
    return notices.first_time(session, f"{ticket.ref}:{moment.key}", now, ticket_id=ticket.id)


_EVENTS: dict[str, EventKind] = {"warning": "warned", "breach": "breached", "nudge": "nudged", "close": "nudged"}


def _act(session: Session, desk: Desk, ticket: Ticket, moment: Moment, now: datetime) -> None:
    assert ticket.id is not None
    data = {"clock": moment.clock, "due": moment.at.isoformat(), "receivers": list(moment.receivers)}
    events.append(session, ticket.id, _EVENTS[moment.kind], now, data={**data, "kind": moment.kind})
    if moment.kind == "nudge":
        tickets.nudge(session, desk, ticket, now)
    elif moment.kind == "close":
        tickets.give_up_waiting(session, desk, ticket, now)
    else:
        notify.about_clock(session, desk, ticket, moment, now)


def close_resolved(session: Session, desk: Desk, now: datetime) -> int:
    """Close what was resolved a week ago; a sealed case is never closed by itself."""
    rows = session.exec(
        select(Ticket)
        .where(
            col(Ticket.live).is_(True),
            Ticket.state == "resolved",
            col(Ticket.resolved_at) <= now - CLOSE_AFTER,
            Ticket.tier < 4,
        )
        .limit(BATCH)
    ).all()
    for ticket in rows:
        tickets.close(session, desk, ticket, now)
    return len(rows)
