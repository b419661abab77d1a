"""Work that time does once: job runs, notices, and the weekly digests."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import data, instant


class JobRun(SQLModel, table=True):
    """One run of a job in its slot; the unique key lets exactly one replica do it."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str
    slot: str
    started_at: datetime = instant()
    lease_until: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)


class Notice(SQLModel, table=True):
    """A fact somebody was told once, such as a warning before a breach; `key` names fact and receiver."""

    __tablename__ = "notice"

    key: str = Field(primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = instant()


class Digest(SQLModel, table=True):
    """The weekly report of one role, or of the whole desk (`role` = ""), for one ISO week such as 2026-W46."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("role", "week"),)

    id: int | None = Field(default=None, primary_key=True)
    role: str
    week: str
    figures: dict[str, Any] = data()
    created_at: datetime = instant()
