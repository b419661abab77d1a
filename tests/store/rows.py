"""Rows that tests of the store need, with as little said as the tables allow."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from deskbot.store import prepared
from deskbot.store.sealing import DESK, Sealer
from deskbot.store.tables import Event, PersonRow, Ticket
from tests.clocks import MONDAY
from tests.databases import SECRET


def person(session: Session, email: str = "ana@example.com", **values: Any) -> int:
    """Insert somebody and return the id."""
    return prepared.insert(session, PersonRow, {"email": email, "name": "Ana", "created_at": MONDAY, **values})


def ticket(session: Session, ref: str = "HR-1", at: datetime = MONDAY, **values: Any) -> int:
    """Insert a ticket and whoever asked, and return its id."""
    row = {
        "ref": ref,
        "requester_id": person(session, f"{ref}@example.com".lower()),
        "channel": "slack",
        "role": "payroll",
        "title": Sealer(SECRET).seal(session, DESK, "A question"),
        "opened_at": at,
        "updated_at": at,
    }
    return prepared.insert(session, Ticket, {**row, **values})


def event(session: Session, **values: Any) -> int:
    """Insert a ticket with one event and return the event's id."""
    row = {"ticket_id": ticket(session), "seq": 1, "at": MONDAY, "kind": "opened", "actor_kind": "bot"}
    return prepared.insert(session, Event, {**row, **values})
