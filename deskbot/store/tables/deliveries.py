"""What came in and what goes out: the inbox of verified deliveries and the outbox of replies."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from deskbot.store.columns import Sealed, instant, sealed


class Inbox(SQLModel, table=True):
    """A verified raw delivery, committed before it is acknowledged; `key` is unique and decides what is a duplicate.

    `pending` is true until the work is done. `body` is sealed under the desk's own key and emptied after the work.
    """

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_pending", "id", sqlite_where=text("pending = 1"), postgresql_where=text("pending")),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    channel: str
    kind: str = ""
    body: Sealed | None = sealed(nullable=True)
    received_at: datetime = instant()
    pending: bool = True
    attempts: int = 0
    lease_until: datetime | None = instant(nullable=True)
    retry_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)
    error: str | None = None


class Outbox(SQLModel, table=True):
    """Something to be said in a channel, once.

    `state`: pending → sending → sent, or failed (will never go) or parked (an operator must act). A row found in
    `sending` after its lease is looked up in the conversation by `key` before it is sent again. Rows of one `lane`
    (channel and place) go in order of id.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_live", "run_at", "id", sqlite_where=text("live = 1"), postgresql_where=text("live")),
        Index("outbox_lane", "lane", "id", sqlite_where=text("live = 1"), postgresql_where=text("live")),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    channel: str
    lane: str
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    message_id: int | None = Field(default=None, foreign_key="message.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    kind: str = "reply"
    payload: Sealed = sealed()
    live: bool = True
    state: str = "pending"
    run_at: datetime = instant()
    lease_until: datetime | None = instant(nullable=True)
    attempts: int = 0
    external_id: str | None = None
    error: str | None = None
    created_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
