"""Conversations, the messages in them with their revisions, and what the desk answered."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import Sealed, data, instant, sealed


class Conversation(SQLModel, table=True):
    """One thread in one channel, under the channel's key of it; `ticket_id` is the ticket that its messages reach."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "external_key"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_key: str
    place: str = ""
    private: bool = True
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    language: str = "en"
    state: dict[str, Any] = data()
    created_at: datetime = instant()
    updated_at: datetime = instant()


class Message(SQLModel, table=True):
    """Something said. `author_kind`: employee, specialist, bot, system; `visibility`: public or note.

    `text` is sealed under the key of the person, or of the ticket from tier 3 on. `reply` is the sealed JSON of a
    bot's or specialist's `Reply`. A deleted message keeps its row as a tombstone with the text emptied.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("conversation_id", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    author_kind: str
    author_id: int | None = Field(default=None, foreign_key="person.id")
    visibility: str = "public"
    external_id: str | None = None
    text: Sealed | None = sealed(nullable=True)
    reply: Sealed | None = sealed(nullable=True)
    sent_at: datetime = instant()
    edited_at: datetime | None = instant(nullable=True)
    deleted_at: datetime | None = instant(nullable=True)


class Revision(SQLModel, table=True):
    """An earlier text of a message that was edited."""

    __tablename__ = "revision"

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    text: Sealed | None = sealed(nullable=True)
    replaced_at: datetime = instant()


class Answered(SQLModel, table=True):
    """What the desk decided about one question: which section in which version, how sure, and whether it helped.

    `confidence` is what was decided with; `shipped_confidence` the same before it was set right from outcomes, by the
    `engine` of that time.
    """

    __tablename__ = "answered"

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    message_id: int = Field(foreign_key="message.id")
    reply_message_id: int | None = Field(default=None, foreign_key="message.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    decision: str
    reason: str | None = None
    section: str | None = Field(default=None, index=True)
    version: str | None = None
    confidence: float = 0.0
    shipped_confidence: float | None = None
    engine: str = ""
    suggestions: list[Any] = data(list)
    language: str = "en"
    helpful: bool | None = None
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    at: datetime = instant(index=True)
