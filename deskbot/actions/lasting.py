"""A chat that never ends, such as the personal chat in Teams: which ticket it is about now, and how it lets go."""

from dataclasses import replace
from datetime import timedelta

from deskbot.actions import questions
from deskbot.actions.talk import Talk
from deskbot.desk.conversation import Turn
from deskbot.desk.errors import NotFound
from deskbot.desk.messages import Choice
from deskbot.desk.texts import say
from deskbot.store import conversations
from deskbot.store.tables import Message

OVER = timedelta(days=3)
"""How long after a ticket is resolved a message still opens it again; later ones are about something new."""


def let_go(talk: Talk) -> None:
    """Forget a ticket that was resolved days ago, or by the desk itself: whoever writes now means something new."""
    ticket = talk.ticket()
    if ticket is None or ticket.resolved_at is None or not conversations.is_lasting(talk.conversation):
        return
    by_itself = ticket.first_response_at is None
    if ticket.state in ("resolved", "closed") and (by_itself or talk.now - ticket.resolved_at > OVER):
        _forget(talk)


def way_out(talk: Talk, message: Message) -> tuple[Choice, ...]:
    """Return the button for a message that was put into a ticket and was about something else."""
    if not conversations.is_lasting(talk.conversation):
        return ()
    return (Choice("something_else", say("chat.something_else", talk.language), str(message.id)),)


def something_else(talk: Talk, value: str) -> Turn:
    """Answer a message that was put into a ticket as a question of its own; the ticket keeps what was written."""
    message = talk.session.get(Message, int(value))
    mine = message is not None and message.conversation_id == talk.conversation.id
    if message is None or not mine or talk.person is None or message.author_id != talk.person.id:
        raise NotFound(say("chat.not_yours", talk.language))
    text = talk.desk.sealer.open(talk.session, message.text) if message.text else None
    if not text:
        raise NotFound(say("chat.section_gone", talk.language))
    _forget(talk)
    talk.inbound = replace(talk.inbound, text=text)
    return questions.answer(talk, message)


def _forget(talk: Talk) -> None:
    talk.conversation.ticket_id = None
    talk.conversation.state = {}
