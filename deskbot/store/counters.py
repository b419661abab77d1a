"""Numbers that only grow."""

from sqlalchemy import text
from sqlmodel import Session

_BUMP = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def bump(session: Session, name: str) -> int:
    """Return the next number of the counter, 1 first; two transactions never get the same one."""
    return int(session.execute(_BUMP, {"name": name}).scalar_one())
