"""Local accounts and the browser sessions of signed-in people."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from deskbot.store.columns import instant


class Account(SQLModel, table=True):
    """A local sign-in; `password_hash` is Argon2id. `setup_hash` is the SHA-256 of a one-time set-up code."""

    __tablename__ = "account"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    password_hash: str | None = None
    setup_hash: str | None = None
    setup_expires_at: datetime | None = instant(nullable=True)
    failed: int = 0
    locked_until: datetime | None = instant(nullable=True)


class WebSession(SQLModel, table=True):
    """A signed-in browser; only the SHA-256 of the cookie is kept."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    csrf: str
    created_at: datetime = instant()
    seen_at: datetime = instant()
    expires_at: datetime = instant()
