"""The mail channel: each row of the outbox one mail, under a Message-ID made of the row's key."""

import hashlib
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

from deskbot.channels.email.render import one_line, render
from deskbot.desk.messages import Inbound
from deskbot.ports import Clock, Outgoing, Profile, TransportError

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SECONDS = 20.0


class EmailChannel:
    """Sends mail through one SMTP server, `smtp://user:password@host:587` or `smtps://...`.

    A password travels only over TLS, except to this very machine. Nothing comes in by mail.
    """

    name = "email"
    min_interval = 0.0

    def __init__(
        self, smtp_url: str, mail_from: str, *, base_url: str, clock: Clock, to_html: Callable[[str], str]
    ) -> None:
        self._url = urlsplit(smtp_url)
        self._from = _checked(mail_from)
        self._base_url = base_url
        self._clock = clock
        self._to_html = to_html

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Return nothing: this channel only speaks."""
        return []

    async def find(self, outgoing: Outgoing) -> str | None:
        """Return None: nobody can look into other people's mailboxes."""
        return None

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """Return None: a mail server knows nobody."""
        return None

    async def deliver(self, outgoing: Outgoing) -> str:
        """Send the mail and return its Message-ID; the same row always has the same one, so mailboxes can tell."""
        message = self.message(outgoing)
        client = self._client()
        try:
            await client.connect()
            if self._url.username:
                await client.login(unquote(self._url.username), unquote(self._url.password or ""))
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise TransportError(f"The mail server does not let us in: {_short(error)}") from error
        await _send(client, message)
        return str(message["Message-ID"])

    def message(self, outgoing: Outgoing) -> EmailMessage:
        """Return the mail as it is sent; raise a permanent `TransportError` for an address that is none."""
        mail = render(outgoing.reply, self._base_url, self._to_html)
        domain = self._from.rpartition("@")[2]
        message = EmailMessage()
        message["From"] = self._from
        message["To"] = _checked(str(outgoing.address.get("email") or outgoing.recipient))
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{_token(outgoing.key)}@{domain}>"
        if outgoing.conversation:
            message["References"] = f"<{_token(outgoing.conversation)}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message

    def _client(self) -> aiosmtplib.SMTP:
        host = self._url.hostname or "localhost"
        implicit = self._url.scheme == "smtps"
        must = bool(self._url.username) and not implicit and host not in _LOOPBACK
        return aiosmtplib.SMTP(
            hostname=host,
            port=self._url.port or (465 if implicit else 25),
            use_tls=implicit,
            start_tls=True if must else (False if implicit else None),
            timeout=_SECONDS,
        )


async def _send(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        raise TransportError(_short(error), permanent=all(code >= 500 for code in codes)) from error
    except aiosmtplib.SMTPResponseException as error:
        raise TransportError(_short(error), permanent=error.code >= 500) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TransportError(f"The mail server went silent: {_short(error)}", ambiguous=True) from error
    finally:
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError):
            client.close()


def _checked(address: str) -> str:
    """Return a bare mail address, or refuse: nothing else may come near a header."""
    if not _ADDRESS.fullmatch(address):
        raise TransportError(f"“{one_line(address)[:80]}” is not a mail address.", permanent=True)
    return address


def _token(key: str) -> str:
    """Return a key as it may stand in a Message-ID."""
    return key if re.fullmatch(r"[A-Za-z0-9.-]{1,60}", key) else hashlib.sha256(key.encode()).hexdigest()[:32]


def _short(error: Exception) -> str:
    return one_line(str(error))[:200] or type(error).__name__
