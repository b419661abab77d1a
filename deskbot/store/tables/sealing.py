"""Keys that seal people's words: one for each person and one for each ticket of tier 3 or 4."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from deskbot.store.columns import instant


class SealKey(SQLModel, table=True):
    """A data key, wrapped by the master key; erasing it (`wrapped` = None) makes every text under it unreadable.

    A subject has one live key; what is said after an erasure is sealed under a new one.
    """

    __tablename__ = "seal_key"
    __table_args__ = (
        Index(
            "seal_key_live",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject_id: int
    wrapped: bytes | None = None
    erased_at: datetime | None = instant(nullable=True)
