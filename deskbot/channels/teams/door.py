"""The door for Teams: verify, commit, acknowledge. Bare ASGI, listening before all else is loaded."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deskbot.channels.teams import delivery as deliveries
from deskbot.channels.teams import interactivity
from deskbot.channels.teams.delivery import Delivery, Unreadable
from deskbot.channels.teams.verification import KeysUnavailable, Verifier
from deskbot.desk.conversation import Turn
from deskbot.ports import RawDelivery

PATH = "/api/messages"
MAX_BODY = 256 * 1024
"""Bytes of one delivery: Teams cuts a message near 28 KB itself, the rest is room for what surrounds it."""
ANSWER_SECONDS = 4.0
"""Teams waits five seconds for the answer to an invoke (learn.microsoft.com, "Respond to the submit action")."""

_log = logging.getLogger(__name__)
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Teams is told: a status, and a JSON object for what it wants answered at once."""

    status: int = 200
    content: Any = None
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """What happens to a verified activity.

    `accept` returns after the durable commit: True when the activity is new. `answer` works the one with this key
    now; None when it was worked before. `base_url` completes links of this site in the cards that answer.
    """

    accept: Callable[[RawDelivery], Awaitable[bool]]
    answer: Callable[[str], Awaitable[Turn | None]]
    now: Callable[[], datetime]
    base_url: str = ""

    async def take(self, delivery: Delivery) -> Answer:
        """Commit the activity and return the acknowledgement; a duplicate is acknowledged and not worked again."""
        if delivery.kind == "other":
            return Answer()
        raw = deliveries.raw(delivery, self.now())
        is_new = await self.accept(raw)
        if not delivery.interactive:
            return Answer()
        turn = await self._turn(raw.key) if is_new else None
        return Answer(200, interactivity.response(delivery.activity, turn, self.base_url))

    async def _turn(self, key: str) -> Turn | None:
        """Work the activity now; what fails here stays in the inbox and is worked again by the worker."""
        working = asyncio.ensure_future(self.answer(key))
        try:
            return await asyncio.wait_for(asyncio.shield(working), ANSWER_SECONDS)
        except TimeoutError:
            # The work goes on; only the immediate answer is lost.
            _log.warning("A Teams invoke was not answered within %s s: %s", ANSWER_SECONDS, key)
        except Exception:  # noqa: BLE001 (the edge: the activity is durable, Teams only needs an answer)
            _log.exception("A Teams invoke could not be answered at once: %s", key)
        return None


class Door:
    """The ASGI application behind `POST /api/messages`, one address for messages, buttons, forms and installations."""

    def __init__(self, verifier: Verifier, intake: Intake) -> None:
        self._verifier = verifier
        self._intake = intake

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer one request; what fails behind the check is a 500, so that Teams delivers again."""
        if scope["type"] != "http":
            raise RuntimeError(f"The Teams door speaks HTTP only, not {scope['type']}.")
        await _respond(send, await self._answer(scope, receive))

    async def _answer(self, scope: _Scope, receive: _Receive) -> Answer:
        if scope["method"] != "POST":
            return Answer(405)
        if _declared(scope["headers"]) > MAX_BODY:
            return Answer(413)
        # The token comes first: nobody without one gets a body read or parsed.
        try:
            passport = await self._verifier.passport(_bearer(scope["headers"]))
        except KeysUnavailable:
            return Answer(503, retry_after=60)
        if passport is None:
            return Answer(401)
        body = await _body(receive)
        if body is None:
            return Answer(413)
        try:
            delivery = deliveries.read(body)
        except Unreadable as error:
            return Answer(400, {"error": str(error)})
        refused = self._verifier.refusal(passport, delivery.activity)
        if refused is not None:
            _log.warning("A Teams activity was refused: %s.", refused)
            return Answer(403)
        return await self._intake.take(delivery)


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> str:
    given = [value for name, value in headers if name == b"authorization"]
    kind, _, token = (given[0] if len(given) == 1 else b"").decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    declared = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(declared) if declared.isdigit() and len(declared) < 12 else MAX_BODY + 1


async def _body(receive: _Receive) -> bytes | None:
    """Return the raw body, or None when it is over the limit or the sender went away."""
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
    body = b"" if answer.content is None else json.dumps(answer.content).encode()
    headers = [
        (b"content-type", b"application/json" if body else b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if answer.retry_after:
        headers.append((b"retry-after", str(answer.retry_after).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
