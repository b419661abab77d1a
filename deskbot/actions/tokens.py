"""Opaque signed values for buttons and forms: what a client sends back is only believed when we made it."""

import base64
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from deskbot.desk.errors import Invalid
from deskbot.desk.messages import Reply

LIFETIME = timedelta(days=30)
_EPOCH_LENGTH = 8


class Tokens:
    """Signs short texts with an expiry; `open` gives the text back or refuses in words."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, text: str, now: datetime) -> str:
        """Return a URL-safe token that holds `text` for `purpose` until its lifetime is over."""
        body = int((now + LIFETIME).timestamp()).to_bytes(_EPOCH_LENGTH) + text.encode()
        return base64.urlsafe_b64encode(self._mac(purpose, body) + body).decode().rstrip("=")

    def open(self, purpose: str, token: str, now: datetime) -> str:
        """Return the text of a token of `purpose`; raise `Invalid` when it is not ours or too old."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise Invalid("This button does not come from the desk; ask again to get a new one.") from error
        mac, body = raw[:16], raw[16:]
        if len(body) < _EPOCH_LENGTH or not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise Invalid("This button does not come from the desk; ask again to get a new one.")
        if int.from_bytes(body[:_EPOCH_LENGTH]) < now.timestamp():
            raise Invalid("This button is too old; ask again to get a new one.")
        return body[_EPOCH_LENGTH:].decode()

    def sign_reply(self, reply: Reply, now: datetime) -> Reply:
        """Return the reply with every button's and form's value signed."""
        choices = tuple(
            choice if choice.url else replace(choice, value=self.sign(choice.verb, choice.value, now))
            for choice in reply.choices
        )
        form = reply.form
        if form is not None:
            form = replace(form, token=self.sign("form", f"{form.key}:{form.token}", now))
        return replace(reply, choices=choices, form=form)

    def fingerprint(self, purpose: str, text: str) -> str:
        """Return a keyed hash of a text: the same for the same text, and nothing to be guessed from it."""
        return self._mac(purpose, text.encode()).hex()

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, sha256)[:16]
