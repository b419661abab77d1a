"""Queries about conversations and the messages in them."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from deskbot.store import rows as new_rows
from deskbot.store.columns import Sealed
from deskbot.store.tables import Answered, Conversation, Message, Ticket


def find(session: Session, channel: str, key: str) -> Conversation | None:
    """Return the conversation with the channel's key."""
    return session.exec(
        select(Conversation).where(Conversation.channel == channel, Conversation.external_key == key)
    ).first()


def of_ticket(session: Session, ticket_id: int) -> list[Conversation]:
    """Return the conversations whose messages reach a ticket, the most recently used first."""
    rows = session.exec(
        select(Conversation)
        .where(Conversation.ticket_id == ticket_id)
        .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
    )
    return list(rows)


def of_person(session: Session, person_id: int, channel: str, limit: int = 50) -> list[Conversation]:
    """Return a person's conversations in a channel, the most recently used first."""
    rows = session.exec(
        select(Conversation)
        .where(Conversation.person_id == person_id, Conversation.channel == channel)
        .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
        .limit(limit)
    )
    return list(rows)


def messages(session: Session, conversation_id: int, after: int = 0) -> list[Message]:
    """Return the public messages of a conversation in order, those after message `after` only."""
    rows = session.exec(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.visibility == "public",
            col(Message.id) > after,
        )
        .order_by(col(Message.id))
    )
    return list(rows)


def add_message(
    session: Session,
    *,
    conversation_id: int | None,
    ticket_id: int | None,
    author_kind: str,
    author_id: int | None,
    sent_at: datetime,
    text: Sealed | None = None,
    reply: Sealed | None = None,
    visibility: str = "public",
    external_id: str | None = None,
) -> Message:
    """Store a message and return it with its id."""
    message = Message(
        conversation_id=conversation_id,
        ticket_id=ticket_id,
        author_kind=author_kind,
        author_id=author_id,
        sent_at=sent_at,
        text=text,
        reply=reply,
        visibility=visibility,
        external_id=external_id,
    )
    new_rows.add(session, message)
    return message


def message_by_external_id(session: Session, conversation_id: int, external_id: str) -> Message | None:
    """Return the message that a channel knows by this id."""
    return session.exec(
        select(Message).where(Message.conversation_id == conversation_id, Message.external_id == external_id)
    ).first()


def to_answer_in(session: Session, ticket_id: int) -> Conversation | None:
    """Return where an answer to a ticket is said: where its person goes on about it, else where they last spoke of it.

    A conversation that has moved on to another ticket is still the place where its person waits for an answer.
    """
    going_on = of_ticket(session, ticket_id)
    if going_on:
        return going_on[0]
    return session.exec(
        select(Conversation)
        .join(Message, col(Message.conversation_id) == col(Conversation.id))
        .where(Message.ticket_id == ticket_id, Message.author_kind == "employee")
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()


def is_lasting(conversation: Conversation) -> bool:
    """Tell whether it is the only conversation its place ever has: a chat that goes on for years."""
    return conversation.external_key == conversation.place


def bring_along(
    session: Session, conversation_id: int, ticket_id: int, *, sensitive_too: bool, since: datetime | None = None
) -> list[Message]:
    """Give the conversation's earlier messages (those from `since` on) to the ticket made of it, and return them.

    What was sensitive, and what the desk said to it, comes along only into a sealed case.
    """
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, col(Message.ticket_id).is_(None))
        .order_by(col(Message.id))
    )
    if since is not None:
        statement = statement.where(col(Message.sent_at) >= since)
    rows = list(session.exec(statement))
    brought = rows if sensitive_too else _ordinary(session, conversation_id, rows)
    for message in brought:
        message.ticket_id = ticket_id
    session.flush()
    return brought


def _ordinary(session: Session, conversation_id: int, rows: list[Message]) -> list[Message]:
    """Leave out each sensitive message together with the desk's words up to the person's next one."""
    decided = select(Answered.message_id).where(
        Answered.conversation_id == conversation_id, Answered.decision == "sensitive"
    )
    asked = set(session.exec(decided))
    kept, apart = [], False
    for message in rows:
        if message.author_kind == "employee":
            apart = message.id in asked
        if not apart:
            kept.append(message)
    return kept


def last_answered(session: Session, conversation_id: int) -> Answered | None:
    """Return the last question of a conversation that the desk decided about."""
    return session.exec(
        select(Answered).where(Answered.conversation_id == conversation_id).order_by(col(Answered.id).desc()).limit(1)
    ).first()


def answered_lately(session: Session, conversation_id: int, since: datetime, limit: int = 5) -> list[Answered]:
    """Return the questions of a conversation that were decided since then, the latest first."""
    chosen = select(Answered).where(Answered.conversation_id == conversation_id, col(Answered.at) >= since)
    return list(session.exec(chosen.order_by(col(Answered.id).desc()).limit(limit)))


def first_words(session: Session, conversations: list[int]) -> dict[int, bytes | None]:
    """Return the first thing the person said in each of these conversations, still sealed."""
    first = (
        select(func.min(Message.id))
        .where(col(Message.conversation_id).in_(conversations), Message.author_kind == "employee")
        .group_by(col(Message.conversation_id))
    )
    rows = session.exec(select(Message.conversation_id, Message.text).where(col(Message.id).in_(first)))
    return {conversation: words for conversation, words in rows if conversation is not None}


def is_confidential(session: Session, conversation_id: int, tier: int) -> bool:
    """Whether a conversation ever touched a ticket of this tier or above, or a sensitive text."""
    of_tickets = (
        select(Ticket.id)
        .join(Message, col(Message.ticket_id) == col(Ticket.id))
        .where(Message.conversation_id == conversation_id, Ticket.tier >= tier)
    )
    sensitive = select(Answered.id).where(Answered.conversation_id == conversation_id, Answered.decision == "sensitive")
    return any(session.exec(found.limit(1)).first() is not None for found in (of_tickets, sensitive))
