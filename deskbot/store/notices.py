"""Facts that people are told once: the unique key decides who tells them, however many try."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from deskbot.store.tables import Notice


def first_time(
    session: Session, key: str, now: datetime, *, ticket_id: int | None = None, person_id: int | None = None
) -> bool:
    """Claim a fact in this transaction; False when it was told before."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"key": key, "ticket_id": ticket_id, "person_id": person_id, "at": now}
    claimed = insert(Notice).values(**row).on_conflict_do_nothing().returning(col(Notice.key))
    return session.connection().execute(claimed).first() is not None


def keys(session: Session, start: str) -> set[str]:
    """Return the keys of what people were told that begin like this."""
    key = col(Notice.key)
    return set(session.exec(select(Notice.key).where(key >= start, key < start + "\x7f")))
