"""Queries about browser sessions and local accounts."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from deskbot.store.tables import Account, WebSession


def hashed(secret: str) -> str:
    """Return what is kept of a cookie or a code: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live(session: Session, token_hash: str, now: datetime) -> WebSession | None:
    """Return the session with this hash unless it has run out."""
    row = session.get(WebSession, token_hash)
    return row if row is not None and row.expires_at > now else None


def account(session: Session, person_id: int) -> Account | None:
    """Return a person's local account."""
    return session.get(Account, person_id)


def end(session: Session, token_hash: str) -> None:
    """Forget one session."""
    session.execute(delete(WebSession).where(col(WebSession.token_hash) == token_hash))


def end_all(session: Session, person_id: int) -> None:
    """Forget every session of a person."""
    session.execute(delete(WebSession).where(col(WebSession.person_id) == person_id))


def end_past(session: Session, now: datetime) -> None:
    """Forget the sessions that have run out."""
    session.execute(delete(WebSession).where(col(WebSession.expires_at) <= now))
