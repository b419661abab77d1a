"""The door for Slack over HTTP: verify, commit, acknowledge. Bare ASGI, listening before all else is loaded."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deskbot.channels.slack import delivery as deliveries
from deskbot.channels.slack.delivery import Delivery, Unreadable
from deskbot.channels.slack.signature import is_genuine
from deskbot.desk.errors import Unavailable
from deskbot.desk.messages import RawDelivery

MAX_BODY = 1024 * 1024
"""Bytes of one delivery. A message of 40,000 characters can take 480 kB as JSON that escapes each of them twice."""
ANSWER_SECONDS = 2.5
"""Slack gives up after 3 seconds (docs.slack.dev, "Handling user interaction")."""

_log = logging.getLogger(__name__)
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack is told: a status and, for what it wants answered at once, a JSON object or a plain text."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


Accept = Callable[[RawDelivery], Awaitable[bool]]
Interact = Callable[[RawDelivery], Awaitable[Answer]]


@dataclass(slots=True)
class Trusted:
    """Whose deliveries are ours; empty means not known yet, and then the signature alone decides."""

    teams: frozenset[str] = frozenset()
    app: str = ""

    def accepts(self, payload: deliveries.Payload) -> bool:
        """Tell whether a payload is for our app in one of our workspaces."""
        app = payload.get("api_app_id")
        if self.app and app and app != self.app:
            return False
        return not self.teams or not self.teams.isdisjoint(deliveries.teams(payload))


@dataclass(slots=True)
class Intake:
    """What happens to a verified delivery, whether it came over HTTP or through a socket.

    `accept` returns after the durable commit: True when the delivery is new. `interact` answers what Slack waits for.
    """

    accept: Accept
    interact: Interact
    now: Callable[[], datetime]
    trusted: Trusted = field(default_factory=Trusted)

    async def take(self, delivery: Delivery) -> Answer:
        """Commit the delivery and return the acknowledgement; a duplicate is acknowledged and not worked again."""
        if not self._is_ours(delivery):
            return Answer()
        raw = deliveries.raw(delivery, self.now())
        is_new = await self.accept(raw)
        if not (is_new and delivery.interactive):
            return Answer()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self.interact(raw)
        except TimeoutError:
            # The delivery is durable and will be worked; only the immediate answer is lost.
            _log.warning("Slack's %s was not answered within %s s: %s", raw.kind, ANSWER_SECONDS, raw.key)
            return Answer()

    def _is_ours(self, delivery: Delivery) -> bool:
        if delivery.kind == "other" or (delivery.kind == "event" and not deliveries.is_wanted(delivery.payload)):
            return False
        if not self.trusted.accepts(delivery.payload):
            _log.warning("A Slack delivery for another workspace or app was dropped: %s", deliveries.key(delivery))
            return False
        return True


class Door:
    """The ASGI application behind `POST /slack/events`, one address for events, buttons, forms and commands."""

    def __init__(self, signing_secret: str, intake: Intake, wall_clock: Callable[[], float] = time.time) -> None:
        """Raise `ValueError` for an empty signing secret: without it anybody could speak as Slack.

        `wall_clock` gives seconds since 1970: Slack's time stamps are compared with the true time, also where the
        desk's own clock was set for a demonstration.
        """
        if not signing_secret.strip():
            raise ValueError("SLACK_SIGNING_SECRET is empty: copy it from the app's Basic Information page.")
        self._secret = signing_secret
        self._intake = intake
        self._wall_clock = wall_clock

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer one request; what fails behind the signature is a 5xx, so that Slack delivers again."""
        if scope["type"] != "http":
            raise RuntimeError(f"The Slack door speaks HTTP only, not {scope['type']}.")
        await _respond(send, await self._answer(scope, receive))

    async def _answer(self, scope: _Scope, receive: _Receive) -> Answer:
        if scope["method"] != "POST":
            return Answer(405, b"POST only")
        body = await _body(scope["headers"], receive)
        if body is None:
            return Answer(413, b"too large")
        if not is_genuine(self._secret, scope["headers"], body, self._wall_clock()):
            return Answer(401, b"not signed by Slack")
        try:
            delivery = deliveries.read(body)
        except Unreadable as error:
            return Answer(400, str(error).encode())
        if delivery.payload.get("type") == "url_verification":
            return _json({"challenge": str(delivery.payload.get("challenge", ""))})
        try:
            return await self._intake.take(delivery)
        except Unavailable as error:
            return Answer(503, error.message.encode())


async def _body(headers: Iterable[tuple[bytes, bytes]], receive: _Receive) -> bytes | None:
    """Return the raw body, or None when it is over the limit or the sender went away."""
    declared = next((value for name, value in headers if name == b"content-length"), b"0")
    if not declared.isdigit() or int(declared[:12]) > MAX_BODY:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > MAX_BODY:
            return None
    return b"".join(parts)


async def _respond(send: _Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _json(content: object) -> Answer:
    return Answer(200, json.dumps(content).encode(), "application/json")
