"""Is this request really from Slack? Its signature over the raw bytes, and a time stamp that is not old."""

import hmac
import re
from collections.abc import Iterable, Mapping

TOLERANCE_SECONDS = 300
"""How far a time stamp may lie from our clock, either way (docs.slack.dev, "Verifying requests from Slack")."""
_STAMP = re.compile(rb"[0-9]{1,11}")
_SIGNATURE = b"x-slack-signature"
_TIMESTAMP = b"x-slack-request-timestamp"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature Slack would send for these raw bytes at this time."""
    return _digest(secret, timestamp.encode(), body).decode()


def is_genuine(secret: str, headers: Iterable[tuple[bytes, bytes]], body: bytes, now: float) -> bool:
    """Tell whether the raw ASGI headers (lower-case names) carry one good signature of `body` and a fresh time stamp.

    A missing, doubled, malformed or stale header is simply not genuine. The digest is always computed and compared in
    constant time, so that the answer takes as long whatever is wrong.
    """
    found = _single(headers)
    stamp, given = found.get(_TIMESTAMP, b""), found.get(_SIGNATURE, b"")
    well_formed = _STAMP.fullmatch(stamp) is not None
    same = hmac.compare_digest(_digest(secret, stamp if well_formed else b"0", body), given)
    return well_formed and same and abs(now - int(stamp)) <= TOLERANCE_SECONDS


def _digest(secret: str, stamp: bytes, body: bytes) -> bytes:
    return b"v0=" + hmac.digest(secret.encode(), b"v0:" + stamp + b":" + body, "sha256").hex().encode()


def _single(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in {_SIGNATURE, _TIMESTAMP}:
            found[name] = b"" if name in found else value
    return found
