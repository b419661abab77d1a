"""Questions that people asked, as the desk keeps them, without the conversation around them."""

import secrets
from datetime import datetime

from deskbot.actions.desk import Desk
from deskbot.actions.opening import Opening, open_ticket
from deskbot.store import conversations, people
from deskbot.store.session import Store
from deskbot.store.tables import Answered, Conversation


def asked(
    store: Store,
    desk: Desk,
    who: str,
    question: str,
    *,
    decision: str = "unknown",
    section: str | None = None,
    role: str | None = None,
    tier: int = 0,
    at: datetime | None = None,
    conversation: int | None = None,
) -> int:
    """Keep a question with what was decided; with a `role` a ticket was made of it. Return its conversation."""
    now = at or desk.now()
    with store.write() as session:
        row = people.by_email(session, f"{who}@acme.example")
        assert row is not None
        person = people.person(session, row)
        talk = session.get(Conversation, conversation) if conversation else None
        if talk is None:
            key = secrets.token_hex(8)
            talk = Conversation(
                channel="webchat", external_key=key, place=str(person.id), person_id=person.id,
                language=person.language, created_at=now, updated_at=now,
            )  # fmt: skip
            session.add(talk)
            session.flush()
        message = conversations.add_message(
            session, conversation_id=talk.id, ticket_id=None, author_kind="employee", author_id=person.id,
            text=store.sealer.seal(session, ("person", person.id), question), sent_at=now,
        )  # fmt: skip
        ticket = None
        if role is not None:
            opening = Opening(person, question, "webchat", talk, message, role=role, tier_floor=tier, language="en")
            ticket = open_ticket(session, desk, opening).id
        assert talk.id is not None
        assert message.id is not None
        told = Answered(
            conversation_id=talk.id, message_id=message.id, person_id=person.id, decision=decision, section=section,
            version="then" if section else None, confidence=0.2, language=person.language,
            helpful=False if section else None, ticket_id=ticket, at=now,
        )  # fmt: skip
        session.add(told)
        return talk.id
