"""What an employee does with their own ticket on the web: going on with the conversation there."""

import base64

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.desk.access import Grant, Viewer, reads
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import conversations, events, tickets
from deskbot.store.tables import Conversation, Ticket

CHANNEL = "webchat"


def own(session: Session, viewer: Viewer, ref: str) -> Ticket:
    """Return a ticket of the viewer's own, or refuse as if there were none."""
    ticket = tickets.by_ref(session, ref)
    if ticket is None or reads(viewer, tickets.facts(session, ticket)) != Grant.OWN:
        raise NotFound(say("ticket.error.not_found", viewer.person.language))
    return ticket


def continue_on_web(session: Session, desk: Desk, viewer: Viewer, ref: str) -> str:
    """Return the key of the viewer's web conversation under this ticket, made when the ticket was opened elsewhere."""
    ticket = own(session, viewer, ref)
    assert ticket.id is not None
    for talk in conversations.of_ticket(session, ticket.id):
        if talk.channel == CHANNEL and talk.person_id == viewer.person.id:
            return talk.external_key
    now = desk.now()
    key = base64.urlsafe_b64encode(desk.randomness(16)).decode().rstrip("=")
    session.add(
        Conversation(
            channel=CHANNEL,
            external_key=key,
            place=str(viewer.person.id),
            person_id=viewer.person.id,
            ticket_id=ticket.id,
            language=ticket.language,
            created_at=now,
            updated_at=now,
        )
    )
    return key


def looked_at(session: Session, desk: Desk, viewer: Viewer, ticket: Ticket) -> None:
    """Write into a protected or sealed ticket's history that somebody read it; once a day for each reader."""
    assert ticket.id is not None
    now = desk.now()
    for event in reversed(events.history(session, ticket.id)):
        if event.kind == "viewed" and event.actor_id == viewer.person.id and (now - event.at).days < 1:
            return
    events.append(session, ticket.id, "viewed", now, actor_kind="specialist", actor_id=viewer.person.id)
