"""Keys that seal people's words: one for each person and one for each ticket of tier 3 or 4."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import instant


class SealKey(SQLModel, table=True):
    """A data key, wrapped by the master key; erasing it (`wrapped` = None) makes every text under it unreadable."""

    __tablename__ = "seal_key"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject_id: int
    wrapped: bytes | None = None
    erased_at: datetime | None = instant(nullable=True)
