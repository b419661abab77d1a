"""Sealing of people's words: AES-256-GCM under a data key for each subject, wrapped by the desk's master key."""

import time
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from deskbot.desk.errors import Conflict
from deskbot.desk.text import clean
from deskbot.store import prepared
from deskbot.store.columns import Sealed
from deskbot.store.keys import DESK, HEAD, NONCE, MasterKey, Subject, WrongSecret, sealed_bytes
from deskbot.store.prepared import Transaction
from deskbot.store.tables import SealKey

__all__ = ["DESK", "Sealer", "Subject", "WrongSecret"]

_REMEMBERED = 10_000  # keys held open at a time
_TRUSTED_SECONDS = 5.0  # how long an open key is used before asking whether another process has erased it

_BY_SUBJECT = select(col(SealKey.id), col(SealKey.wrapped)).where(
    col(SealKey.subject_kind) == bindparam("kind"),
    col(SealKey.subject_id) == bindparam("subject"),
    col(SealKey.erased_at).is_(None),
)
_BY_ID = select(col(SealKey.subject_kind), col(SealKey.subject_id), col(SealKey.wrapped)).where(
    col(SealKey.id) == bindparam("key_id")
)


class _Key(NamedTuple):
    """An open data key: the id of its row, its cipher, and until when it is trusted (monotonic seconds)."""

    id: int
    cipher: AESGCM
    until: float


class Sealer:
    """Seals and opens people's words. What was sealed under an erased key opens as None, for ever.

    A sealed value is the key's id (4 bytes), a nonce (12 bytes) and the ciphertext with its tag; the id is
    authenticated. A key that is made within a transaction is known to that transaction's session alone until it has
    been committed, because text sealed under a key that was rolled back could never be read.
    """

    def __init__(self, master_key: bytes) -> None:
        self._master = MasterKey(master_key)
        self._by_subject: dict[Subject, _Key] = {}
        self._by_id: dict[int, _Key] = {}

    def seal(self, session: Transaction, subject: Subject, content: str | bytes) -> Sealed:
        """Seal text (cleaned first) or bytes under the subject's key, making the key on first use."""
        plain = clean(content).encode() if isinstance(content, str) else content
        key = self._key_of(session, subject)
        return Sealed(sealed_bytes(key.id, key.cipher, plain))

    def open(self, session: Transaction, sealed: bytes | None) -> str | None:
        """Return the text, or None when there is none or its key has been erased."""
        plain = self.open_bytes(session, sealed)
        return None if plain is None else plain.decode()

    def open_bytes(self, session: Transaction, sealed: bytes | None) -> bytes | None:
        """Return the bytes, or None when there are none or their key has been erased."""
        if not sealed:
            return None
        head = sealed[: HEAD.size]
        key = self._key_numbered(session, HEAD.unpack(head)[0])
        if key is None:
            return None
        body = HEAD.size + NONCE
        return key.cipher.decrypt(sealed[HEAD.size : body], sealed[body:], head)

    def erase(self, session: Session, subject: Subject, now: datetime) -> None:
        """Make everything sealed under the subject's present key unreadable, once this transaction is committed."""
        condition = (col(SealKey.subject_kind) == subject[0], col(SealKey.subject_id) == subject[1])
        session.execute(
            update(SealKey).where(*condition, col(SealKey.erased_at).is_(None)).values(wrapped=None, erased_at=now)
        )
        session.info.setdefault("erased", set()).add(subject)
        session.info.get("keys", {}).pop(subject, None)
        self._forget(subject)

    def rewrap(self, session: Session, old: "Sealer") -> int:
        """Wrap every key that `old` opens by this sealer's master key instead; return how many there were."""
        rows = session.execute(select(SealKey).where(col(SealKey.wrapped).is_not(None))).scalars().all()
        for row in rows:
            subject = (row.subject_kind, row.subject_id)
            row.wrapped = self._master.wrap(subject, old._master.unwrap(subject, row.wrapped or b""))
        session.flush()
        return len(rows)

    def committed(self, session: Transaction) -> None:
        """Let go of the keys the session erased and take over those it used; `Store.write` calls this."""
        for subject in session.info.pop("erased", ()):
            self._forget(subject)
        for subject, key in session.info.pop("keys", {}).items():
            self._remember(subject, key)

    def _forget(self, subject: Subject) -> None:
        key = self._by_subject.pop(subject, None)
        if key is not None:
            self._by_id.pop(key.id, None)

    def _remember(self, subject: Subject, key: _Key) -> None:
        if len(self._by_id) >= _REMEMBERED:
            self._by_subject.clear()
            self._by_id.clear()
        self._by_subject[subject] = key
        self._by_id[key.id] = key

    def _hold(self, session: Transaction, subject: Subject, key: _Key) -> _Key:
        """Keep an open key: for the session while it writes, for everybody when it only reads."""
        if session.info.get("writing"):
            session.info.setdefault("keys", {})[subject] = key
        else:
            self._remember(subject, key)
        return key

    def _key_of(self, session: Transaction, subject: Subject) -> _Key:
        key = self._by_subject.get(subject)
        if key is not None and key.until > time.monotonic() and subject not in session.info.get("erased", ()):
            return key
        held: dict[Subject, _Key] = session.info.get("keys", {})
        return held.get(subject) or self._find(session, subject) or self._make(session, subject)

    def _find(self, session: Transaction, subject: Subject) -> _Key | None:
        rows = prepared.run(session, _BY_SUBJECT, {"kind": subject[0], "subject": subject[1]})
        return self._hold(session, subject, self._opened(subject, *rows[0])) if rows else None

    def _make(self, session: Transaction, subject: Subject) -> _Key:
        wrapped = self._master.wrap(subject, AESGCM.generate_key(256))
        values = {"subject_kind": subject[0], "subject_id": subject[1], "wrapped": wrapped}
        prepared.insert(session, SealKey, values, unless_there=True)
        found = self._find(session, subject)
        if found is None:
            raise Conflict("The key that seals this text was erased while it was written; try again.")
        return found

    def _key_numbered(self, session: Transaction, number: int) -> _Key | None:
        key = self._by_id.get(number)
        if key is not None and key.until > time.monotonic():
            return key
        for held in session.info.get("keys", {}).values():
            if held.id == number:
                return _Key(*held)
        rows = prepared.run(session, _BY_ID, {"key_id": number})
        if not rows or rows[0][2] is None:
            return None
        kind, subject_id, wrapped = rows[0]
        return self._hold(session, (kind, subject_id), self._opened((kind, subject_id), number, wrapped))

    def _opened(self, subject: Subject, number: int, wrapped: bytes) -> _Key:
        return _Key(number, AESGCM(self._master.unwrap(subject, wrapped)), time.monotonic() + _TRUSTED_SECONDS)
