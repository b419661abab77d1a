"""The keys that seal: a master key wraps the data keys, a data key seals content. No database here."""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deskbot.desk.errors import DeskError

Subject = tuple[str, int]
DESK: Subject = ("desk", 0)
HEAD = struct.Struct(">I")
NONCE = 12


class WrongSecret(DeskError):
    """The master key does not belong to this database."""


class MasterKey:
    """Wraps data keys, each bound to its subject."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("The master key needs at least 16 bytes.")
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"deskbot sealing")
        self._cipher = AESGCM(derive.derive(secret))

    def wrap(self, subject: Subject, key: bytes) -> bytes:
        """Return the data key as it is stored."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, key, _label(subject))

    def unwrap(self, subject: Subject, wrapped: bytes) -> bytes:
        """Return the data key; raise `WrongSecret` when it was wrapped by another master key."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], _label(subject))
        except InvalidTag:
            raise WrongSecret(
                "This database was sealed with another secret key; set DESKBOT_SECRET_KEY to the one it was made with."
            ) from None


def sealed_bytes(key_id: int, cipher: AESGCM, plain: bytes) -> bytes:
    """Seal content: the key's id (4 bytes, authenticated), a nonce (12 bytes) and the ciphertext with its tag."""
    head = HEAD.pack(key_id)
    nonce = os.urandom(NONCE)
    return head + nonce + cipher.encrypt(nonce, plain, head)


def _label(subject: Subject) -> bytes:
    return f"{subject[0]}:{subject[1]}".encode()
