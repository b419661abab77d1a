"""A ticket's clocks in words, from the same code that computes them."""

from sqlmodel import Session

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.desk import sla
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import people, tickets


def clock_in_words(session: Session, desk: Desk, ref: str, language: str) -> str:
    """Explain the clocks of a ticket in the requester's zone; raise `NotFound` when there is no such ticket."""
    ticket = tickets.by_ref(session, ref)
    if ticket is None:
        raise NotFound(say("ticket.error.not_found", language))
    now = desk.now()
    found = clocks.clocks(session, desk, ticket, now)
    asker = people.by_id(session, ticket.requester_id)
    zone = asker.zone if asker else desk.zone
    return sla.explain_words(
        found, clocks.policy_of(desk, ticket), clocks.working_time(desk, ticket), now, language, zone
    )
