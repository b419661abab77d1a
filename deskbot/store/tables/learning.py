"""What the desk learns from its own work: questions that teach a section, and how sure it may be."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import Sealed, data, instant, sealed


class LearnedQuestion(SQLModel, table=True):
    """A question that a section answered in a ticket. `state`: offered, accepted, declined, exported.

    `words` are the requester's, sealed under their key until somebody decides, then emptied; `question` is the text
    that was approved. `fingerprint` is a keyed hash of the requester's words: what was offered once for a section is
    not offered again. `redacted` names what was taken out before (address, number, name).
    """

    __tablename__ = "learned_question"
    __table_args__ = (UniqueConstraint("section", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True)
    section: str
    fingerprint: str
    language: str = "en"
    state: str = Field(default="offered", index=True)
    words: Sealed | None = sealed(nullable=True)
    question: str = ""
    redacted: list[Any] = data(list)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    offered_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    offered_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)


class CalibrationRun(SQLModel, table=True):
    """One refit of the confidence of an engine from outcomes; `kept` says whether it is in force from then on.

    `figures` holds expected calibration error and Brier score before and after on outcomes kept aside, and the bars of
    the chart: of answers about as sure as this, how many were right.
    """

    __tablename__ = "calibration_run"

    id: int | None = Field(default=None, primary_key=True)
    engine: str = Field(index=True)
    slope: float = 1.0
    intercept: float = 0.0
    outcomes: int = 0
    right: int = 0
    kept: bool = False
    figures: dict[str, Any] = data()
    at: datetime = instant()
