"""Putting the desk's words where they will be read: the conversation's own messages, and the outbox for channels."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.desk.messages import Reply, reply_to_json
from deskbot.desk.texts import say
from deskbot.store import conversations, outbox
from deskbot.store.announce import announce
from deskbot.store.sealing import Subject
from deskbot.store.tables import Conversation, Message, Ticket


def subject_of(conversation: Conversation, ticket: Ticket | None) -> Subject:
    """Return whose key seals a text: the ticket's from tier 3 on, else the person's, else the desk's own."""
    if ticket is not None:
        return seal_subject(ticket)
    return ("person", conversation.person_id) if conversation.person_id is not None else ("desk", 0)


def seal_subject(ticket: Ticket) -> Subject:
    """Return whose key seals the texts of a ticket."""
    assert ticket.id is not None
    return ("ticket", ticket.id) if ticket.tier >= 3 else ("person", ticket.requester_id)


def post(
    session: Session,
    desk: Desk,
    conversation: Conversation,
    replies: Sequence[Reply],
    now: datetime,
    *,
    ticket: Ticket | None = None,
    author_kind: str = "bot",
    author_id: int | None = None,
    quietly: bool = False,
) -> tuple[list[Message], list[Reply]]:
    """Store replies as messages of a conversation and enqueue them where the channel is written to.

    Returns the messages and the replies as signed. A private reply to a public place goes to the person alone;
    `quietly` leaves out the hint there that it did, for what nobody in that place is waiting for.
    """
    posted: list[Message] = []
    signed: list[Reply] = []
    for reply in replies:
        ready = desk.tokens.sign_reply(reply, now)
        message = conversations.add_message(
            session,
            conversation_id=conversation.id,
            ticket_id=ticket.id if ticket else None,
            author_kind=author_kind,
            author_id=author_id,
            sent_at=now,
            reply=desk.sealer.seal(session, subject_of(conversation, ticket), json.dumps(reply_to_json(ready))),
        )
        if conversation.channel in desk.pushes:
            guarded = ticket is not None and (quietly or author_kind == "specialist")
            carried = for_channel(desk, ticket, ready) if ticket is not None and guarded else ready
            _enqueue(session, desk, conversation, message, carried, now, ticket, hint=not quietly)
        posted.append(message)
        signed.append(ready)
    if conversation.id is not None and replies:
        conversation.updated_at = now
        announce(session, f"conversation:{conversation.id}")
    return posted, signed


def _enqueue(
    session: Session,
    desk: Desk,
    conversation: Conversation,
    message: Message,
    reply: Reply,
    now: datetime,
    ticket: Ticket | None,
    *,
    hint: bool,
) -> None:
    # Somebody unlinked has no direct conversation: the channel shows the reply to them alone where they asked.
    directly = reply.private and not conversation.private and conversation.person_id is not None
    outbox.enqueue(
        session,
        desk.sealer,
        key=f"m{message.id}",
        channel=conversation.channel,
        lane=f"{conversation.channel}:{conversation.person_id if directly else conversation.place}",
        conversation_id=None if directly else conversation.id,
        message_id=message.id,
        person_id=conversation.person_id,
        kind="notice" if directly else "reply",
        subject=subject_of(conversation, ticket),
        payload=reply_to_json(reply),
        now=now,
    )
    if directly and hint:
        pointer = Reply(say("chat.private", reply.language), language=reply.language)
        outbox.enqueue(
            session,
            desk.sealer,
            key=f"m{message.id}p",
            channel=conversation.channel,
            lane=f"{conversation.channel}:{conversation.place}",
            conversation_id=conversation.id,
            message_id=message.id,
            person_id=conversation.person_id,
            kind="reply",
            subject=("desk", 0),
            payload=reply_to_json(pointer),
            now=now,
        )


def draw_page(
    session: Session, desk: Desk, conversation: Conversation, reply: Reply, occasion: str, now: datetime
) -> None:
    """Have a channel draw its page for one person anew; it is no message and is not kept."""
    outbox.enqueue(
        session,
        desk.sealer,
        key=f"page:{occasion}",
        channel=conversation.channel,
        lane=f"{conversation.channel}:page:{conversation.place}",
        conversation_id=conversation.id,
        person_id=conversation.person_id,
        kind="home",
        subject=subject_of(conversation, None),
        payload=reply_to_json(desk.tokens.sign_reply(reply, now)),
        now=now,
    )


def continue_below(session: Session, channel: str, place: str, key: str, message_id: int, now: datetime) -> None:
    """Let what somebody answers below a message that hung in no thread reach the ticket it was about."""
    message = session.get(Message, message_id)
    origin = session.get(Conversation, message.conversation_id) if message and message.conversation_id else None
    if message is None or origin is None or message.ticket_id is None:
        return
    there = conversations.find(session, channel, key)
    if there is not None:
        if conversations.is_lasting(there):
            there.ticket_id = message.ticket_id
        return
    session.add(
        Conversation(
            channel=channel,
            external_key=key,
            place=place,
            private=True,
            person_id=origin.person_id,
            ticket_id=message.ticket_id,
            language=origin.language,
            created_at=now,
            updated_at=now,
        )
    )


def notice_instead(desk: Desk, ticket: Ticket, language: str) -> Reply:
    """Return what may be said in chat about a protected or sealed ticket: that there is an update, and where."""
    url = f"{desk.base_url}/my/{ticket.ref}"
    return Reply(say("chat.update_notice", language, reference=ticket.ref, url=url), private=True, language=language)


def for_channel(desk: Desk, ticket: Ticket, reply: Reply) -> Reply:
    """Return a specialist's words as a chat may carry them: a notice from tier 3 on, in private in tier 2."""
    if ticket.tier >= 3:
        return notice_instead(desk, ticket, reply.language)
    return replace(reply, private=True) if ticket.tier == 2 else reply
