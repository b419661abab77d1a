"""Texts of sections as they were told, who was told them, and the corrections that follow a change."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import Sealed, instant, sealed


class SectionVersion(SQLModel, table=True):
    """One text of one section, kept so that before and after can be shown later.

    `line` joins the texts of a section over renames: the id of the first of them. Of each line one row is `current`.
    `ended` tells why the current text no longer applies: "" (it does), "removed" or "expired".
    """

    __tablename__ = "section_version"
    __table_args__ = (
        UniqueConstraint("section", "version"),
        Index("section_version_now", "line", sqlite_where=text("current = 1"), postgresql_where=text("current")),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: int = Field(default=0, index=True)
    section: str
    version: str
    title: str
    text_md: str
    language: str = "en"
    owner: str = ""
    effective: date | None = None
    article_version: str = ""
    first_seen: datetime = instant()
    current: bool = False
    ended: str = ""


class Told(SQLModel, table=True):
    """A person was told a text of a section, by an answer or by a correction; the last row of a line decides.

    `ended`: they were told that the text no longer applies.
    """

    __tablename__ = "told"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    text_id: int = Field(foreign_key="section_version.id", index=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    answered_id: int | None = Field(default=None, foreign_key="answered.id")
    correction_id: int | None = Field(default=None, foreign_key="correction.id", index=True)
    language: str = "en"
    ended: bool = False
    at: datetime = instant()


class Correction(SQLModel, table=True):
    """A change of a section, and what was decided about telling the people who knew the text before.

    `state`: pending → sending → sent; or dismissed (not needed, `note` says why), editorial (nobody needs to know) or
    withdrawn (the text went back to what it was). `before_id` is the text before the first change that was not decided,
    `after_id` the newest; `ended` as in `SectionVersion`. One correction of a line is pending at a time.
    """

    __tablename__ = "correction"
    __table_args__ = (
        Index(
            "correction_pending",
            "line",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    line: int = Field(index=True)
    before_id: int = Field(foreign_key="section_version.id")
    after_id: int = Field(foreign_key="section_version.id")
    ended: str = ""
    material: bool = True
    state: str = Field(default="pending", index=True)
    owner: str = ""
    note: Sealed | None = sealed(nullable=True)
    found_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    done_at: datetime | None = instant(nullable=True)


class CorrectionReceipt(SQLModel, table=True):
    """One person got one correction; the unique key decides who sends it, however many try.

    `told_id` is what they had been told. `outbox_key` finds the message on its way; it is empty where the
    conversation itself is the place that people read.
    """

    __tablename__ = "correction_receipt"
    __table_args__ = (UniqueConstraint("correction_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    correction_id: int = Field(foreign_key="correction.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    told_id: int = Field(foreign_key="told.id")
    channel: str
    language: str = "en"
    outbox_key: str = ""
    at: datetime = instant()
