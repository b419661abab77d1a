"""Doing a thing once: a key that has been used, among those of the inbox, says that it was done."""

from datetime import datetime

from sqlmodel import Session

from deskbot.store import prepared
from deskbot.store.tables import Inbox


def first_time(session: Session, key: str, now: datetime) -> bool:
    """Use up the key in this transaction; False when it was used before, as by a second click."""
    values = {"key": key, "channel": "page", "received_at": now, "pending": False, "done_at": now}
    return prepared.insert(session, Inbox, values, unless_there=True) != 0
