"""What people asked and no article answered well: questions about one thing lie in one gap, which keeps its number."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from deskbot.store.columns import Sealed, instant, sealed


class Gap(SQLModel, table=True):
    """Questions about one thing that were not answered, or not well.

    `state`: open, dismissed (`note` says why; it opens again when it has grown by half beyond `dismissed_size`), or
    merged (`merged_into` goes on with its questions). `kind` is what the articles of today say to its questions:
    no_article, not_found, unhelpful or found; `share` the part of them that is answered now and `section` the best
    section, as judged with the articles `judged_with` when it had `judged_size` questions. `found_by` is the section
    that closed the gap, `found_at` since when. `headline` is the question that stands for all of them. `roles` are
    those of its tickets and of the articles nearest to it, by themselves between spaces.
    """

    __tablename__ = "gap"

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(default="open", index=True)
    merged_into: int | None = Field(default=None, foreign_key="gap.id")
    kind: str = "no_article"
    language: str = "en"
    size: int = 0
    headline: int | None = Field(default=None, foreign_key="answered.id")
    roles: str = ""
    section: str = ""
    share: float = 0.0
    judged_with: str = ""
    judged_size: int = 0
    found_by: str = ""
    found_at: datetime | None = instant(nullable=True)
    first_at: datetime = instant()
    last_at: datetime = instant(index=True)
    note: Sealed | None = sealed(nullable=True)
    dismissed_size: int = 0
    dismissed_by: int | None = Field(default=None, foreign_key="person.id")
    dismissed_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()


class GapQuestion(SQLModel, table=True):
    """A question that was looked at: in which gap it lies, None when it lies in none and never will."""

    __tablename__ = "gap_question"

    answered_id: int = Field(primary_key=True, foreign_key="answered.id")
    gap_id: int | None = Field(default=None, foreign_key="gap.id", index=True)
