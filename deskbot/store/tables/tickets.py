"""Tickets, their append-only events, attachments, and the counters of the backlog."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import Sealed, data, instant, sealed

VERSION: Column[int] = Column("version", Integer, nullable=False)


class Ticket(SQLModel, table=True):
    """A piece of work. Events are the source of truth; the columns here are what lists and sweeps need of them.

    `live` is false once the ticket is closed. `next_due` is the earliest running due instant (what the queue sorts
    by), `next_moment` the next instant at which the sweep has something to do. `version` guards concurrent edits.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ticket_queue", "role", "next_due", sqlite_where=text("live = 1"), postgresql_where=text("live")),
        Index("ticket_mine", "assignee_id", "next_due", sqlite_where=text("live = 1"), postgresql_where=text("live")),
        Index("ticket_due", "next_due", sqlite_where=text("live = 1"), postgresql_where=text("live")),
        Index("ticket_sweep", "next_moment", sqlite_where=text("live = 1"), postgresql_where=text("live")),
        Index("ticket_opened", "opened_at", "role"),
        Index("ticket_resolved", "resolved_at", "role"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    requester_id: int = Field(foreign_key="person.id", index=True)
    subject_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    opened_by_id: int | None = Field(default=None, foreign_key="person.id")
    channel: str
    role: str
    assignee_id: int | None = Field(default=None, foreign_key="person.id")
    state: str = "new"
    live: bool = True
    tier: int = 1
    priority: str = "normal"
    request_type: str | None = None
    sla_policy: str = "default"
    calendar: str = ""
    title: Sealed = sealed()
    language: str = "en"
    tags: list[Any] = data(list)
    decision: dict[str, Any] = data()
    opened_at: datetime = instant()
    updated_at: datetime = instant()
    first_response_at: datetime | None = instant(nullable=True)
    first_response_due: datetime | None = instant(nullable=True)
    next_reply_due: datetime | None = instant(nullable=True)
    resolution_due: datetime | None = instant(nullable=True)
    next_due: datetime | None = instant(nullable=True)
    next_moment: datetime | None = instant(nullable=True)
    paused_at: datetime | None = instant(nullable=True)
    resolved_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
    first_response_breached: bool | None = None
    resolution_breached: bool | None = None
    csat: int | None = None
    version: int = Field(default=1, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


class Event(SQLModel, table=True):
    """One entry of a ticket's append-only history: ids, kinds, keys and figures only, never people's words."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"), Index("event_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    seq: int
    at: datetime = instant()
    kind: str
    actor_kind: str
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    message_id: int | None = Field(default=None, foreign_key="message.id")
    data: dict[str, Any] = data()


class Party(SQLModel, table=True):
    """A person with a standing towards a ticket: `conflict` (must not learn of it) or `watcher` (is told, by right)."""

    __tablename__ = "party"

    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    kind: str = "conflict"


class Attachment(SQLModel, table=True):
    """A file of a message or ticket, sealed like its text; `sha256` is of the plain bytes."""

    __tablename__ = "attachment"

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    name: Sealed = sealed()
    media_type: str
    size: int
    sha256: str
    content: Sealed = sealed()
    created_at: datetime = instant()


class Counter(SQLModel, table=True):
    """A number that only grows, such as the next ticket number."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = 0
