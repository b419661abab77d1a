"""A ticket's SLA clocks, computed from its events and kept as due instants that lists and sweeps can use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.desk import sla
from deskbot.desk.people import Person
from deskbot.desk.working_time import WorkingTime
from deskbot.store import events
from deskbot.store.tables import Ticket


class Happening(Protocol):
    """What clocks need of an event, stored or reread."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Ids, keys and figures."""


_CLOCK_EVENTS = {
    "opened": "opened",
    "public_reply": "public_reply",
    "employee_message": "employee_message",
    "paused": "paused",
    "resumed": "resumed",
    "resolved": "resolved",
    "reopened": "reopened",
    "closed": "closed",
    "priority_changed": "priority_changed",
}


def calendar_name(desk: Desk, policy: sla.SlaPolicy, role: str, requester: Person) -> str:
    """Return the calendar a policy counts in: the owner role's, the requester's office's, or one named outright."""
    book = desk.book
    office = requester.office.strip().lower().replace(" ", "-")
    if policy.calendar in ("requester", "office") and office in book.calendars:
        return office
    if policy.calendar in book.calendars:
        return policy.calendar
    owner = book.roles[role].calendar if role in book.roles else ""
    if owner in ("requester", "office"):
        owner = office
    return owner if owner in book.calendars else next(iter(book.calendars))


def policy_of(desk: Desk, ticket: Ticket) -> sla.SlaPolicy:
    """Return the ticket's SLA policy, the default one when its own is gone from the files."""
    policies = desk.book.policies
    policy: sla.SlaPolicy = policies.get(ticket.sla_policy) or policies["default"]
    return policy


def working_time(desk: Desk, ticket: Ticket) -> WorkingTime:
    """Return the compiled calendar that the ticket's clocks count in."""
    calendars = desk.book.calendars
    calendar: WorkingTime = calendars.get(ticket.calendar) or next(iter(calendars.values()))
    return calendar


def clock_events(history: Sequence[Happening]) -> list[sla.ClockEvent]:
    """Return the events that clocks know, in order."""
    return [
        sla.ClockEvent(event.at, _CLOCK_EVENTS[event.kind], str(event.data.get("reason", "")))  # type: ignore[arg-type]
        for event in history
        if event.kind in _CLOCK_EVENTS
    ]


def computed(desk: Desk, ticket: Ticket, history: Sequence[Happening], now: datetime | None = None) -> sla.Clocks:
    """Return the ticket's clocks as these events have them."""
    found = clock_events(history)
    return sla.clocks(found, policy_of(desk, ticket), working_time(desk, ticket), ticket.priority, ticket.tier, now)


def clocks(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> sla.Clocks:
    """Return the ticket's clocks as its stored events have them."""
    assert ticket.id is not None
    return computed(desk, ticket, events.told(session, ticket.id), now)


def reclock(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> sla.Clocks:
    """Recompute the ticket's due instants from its events; a closed ticket keeps its verdict."""
    found = clocks(session, desk, ticket, now)
    keep(desk, ticket, found, now)
    return found


def keep(desk: Desk, ticket: Ticket, found: sla.Clocks, now: datetime) -> None:
    """Write what the clocks say into the ticket's indexed columns."""
    first, following, resolution = found.first_response, found.next_reply, found.resolution
    ticket.first_response_due = first.due
    ticket.first_response_at = first.met_at
    ticket.first_response_breached = first.breached
    ticket.next_reply_due = following.due if following and following.ended_at is None else None
    ticket.resolution_due = resolution.due
    ticket.resolution_breached = resolution.breached
    ticket.next_due = min((state.due for state in found.states if state.due and state.ended_at is None), default=None)
    counting = working_time(desk, ticket)
    ticket.next_moment = sla.next_moment(found, policy_of(desk, ticket), counting, now) if ticket.live else None
