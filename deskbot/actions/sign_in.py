"""Signing in and out: one click in the demo, a local account with a password elsewhere, sessions as rows.

A password is checked outside any transaction, because Argon2 is slow on purpose: read `credentials`, ask `matches`,
then tell `enter` the outcome. Whoever is refused learns only that address and password do not go together.
"""

import base64
from datetime import datetime, timedelta
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.desk.errors import Invalid
from deskbot.desk.texts import say
from deskbot.store import people, sessions
from deskbot.store.tables import Account, WebSession

LIFETIME = timedelta(hours=12)
SETUP_LIFETIME = timedelta(days=3)
TRIES = 5
LOCKED = timedelta(minutes=15)
SHORTEST_PASSWORD = 12

# OWASP's password storage guidance: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = _HASHER.hash("nobody has this password")


class Credentials(NamedTuple):
    """What a password is checked against; an unknown address gets a hash of nobody's password, to take as long."""

    person_id: int | None
    password_hash: str
    locked: bool


def credentials(session: Session, email: str, now: datetime) -> Credentials:
    """Return what to check a password against."""
    row = people.by_email(session, email)
    account = sessions.account(session, row.id) if row and row.id and row.status != "left" else None
    if account is None or account.password_hash is None:
        return Credentials(None, _NOBODYS, locked=False)
    locked = account.locked_until is not None and account.locked_until > now
    return Credentials(account.person_id, account.password_hash, locked)


def matches(found: Credentials, password: str) -> bool:
    """Whether the password is the right one; takes as long for an address that is not there."""
    try:
        _HASHER.verify(found.password_hash, password[:1000])
    except VerifyMismatchError:
        return False
    return found.person_id is not None and not found.locked


def enter(session: Session, desk: Desk, found: Credentials, matched: bool) -> str | None:
    """Open a session after a right password; after five wrong ones in a row the account rests for 15 minutes."""
    if found.person_id is None:
        return None
    account = sessions.account(session, found.person_id)
    now = desk.now()
    if account is None or (account.locked_until is not None and account.locked_until > now):
        return None
    if not matched:
        account.failed += 1
        if account.failed >= TRIES:
            account.failed, account.locked_until = 0, now + LOCKED
        return None
    account.failed, account.locked_until = 0, None
    return open_session(session, desk, found.person_id)


def one_click(session: Session, desk: Desk, email: str) -> str | None:
    """Open a session without a password; exists in demo and test only, and the pages ask for it from this machine."""
    row = people.by_email(session, email) if desk.demo else None
    if row is None or row.id is None or row.status == "left":
        return None
    return open_session(session, desk, row.id)


def open_session(session: Session, desk: Desk, person_id: int) -> str:
    """Start a new session and return the cookie's value, 256 random bits that are kept nowhere."""
    now = desk.now()
    sessions.end_past(session, now)
    cookie, csrf = _secret(desk), _secret(desk)
    row = WebSession(
        token_hash=sessions.hashed(cookie),
        person_id=person_id,
        csrf=csrf,
        created_at=now,
        seen_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    return cookie


def sign_out(session: Session, cookie: str) -> None:
    """End the session of a cookie."""
    sessions.end(session, sessions.hashed(cookie))


def revoke(session: Session, person_id: int) -> None:
    """End every session of a person."""
    sessions.end_all(session, person_id)


def issue_code(session: Session, desk: Desk, person_id: int) -> str:
    """Return a one-time code with which the person sets a password within three days; an earlier code is void."""
    code = _secret(desk)
    account = sessions.account(session, person_id) or Account(person_id=person_id)
    account.setup_hash, account.setup_expires_at = sessions.hashed(code), desk.now() + SETUP_LIFETIME
    session.add(account)
    return code


def hash_of(password: str, language: str) -> str:
    """Return the hash of a new password; slow on purpose, so outside any transaction."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(say("web.password_short", language, least=SHORTEST_PASSWORD), "password")
    return _HASHER.hash(password[:1000])


def set_up(session: Session, desk: Desk, email: str, code: str, password_hash: str) -> str | None:
    """Set the password with a one-time code and open a session; None when the code is not right or too old."""
    row = people.by_email(session, email)
    account = sessions.account(session, row.id) if row and row.id and row.status != "left" else None
    now = desk.now()
    if account is None or account.setup_hash is None or account.setup_hash != sessions.hashed(code.strip()):
        return None
    if account.setup_expires_at is None or account.setup_expires_at <= now:
        return None
    account.password_hash, account.setup_hash, account.setup_expires_at = password_hash, None, None
    account.failed, account.locked_until = 0, None
    sessions.end_all(session, account.person_id)
    return open_session(session, desk, account.person_id)


def _secret(desk: Desk) -> str:
    return base64.urlsafe_b64encode(desk.randomness(32)).decode().rstrip("=")
