"""Bringing somebody's words to a person of HR: a ticket of the question, with its owner and promise said at once."""

from deskbot.actions.opening import Opening, open_ticket
from deskbot.actions.talk import Talk
from deskbot.desk import conversation
from deskbot.desk.messages import Reply
from deskbot.store.tables import Message, Ticket


def ticket_of(talk: Talk, message: Message | None) -> Ticket:
    """Open a ticket of a message, routed by what it says."""
    assert talk.person is not None
    text = (talk.desk.sealer.open(talk.session, message.text) if message else None) or ""
    return open_ticket(
        talk.session,
        talk.desk,
        Opening(
            requester=talk.person,
            text=text,
            channel=talk.inbound.channel,
            conversation=talk.conversation,
            message=message,
            language=talk.language,
        ),
    )


def opened(talk: Talk, ticket: Ticket) -> Reply:
    """Tell the asker that their ticket is open, who has it and by when."""
    return conversation.opened(
        ticket.ref, talk.promise(ticket), talk.status(ticket), talk.language, private=ticket.tier >= 2
    )
