"""The terminal as a place where people talk: plain lines in, Markdown and numbered choices out."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from deskbot.channels.terminal.render import render
from deskbot.desk.messages import Choice, Inbound, Reply
from deskbot.ports import Outgoing, Profile, RawDelivery, TransportError

__all__ = ["Terminal", "choices", "delivery", "render"]


class Terminal:
    """A pull channel: `deskbot chat` reads the conversation itself, so nothing is ever sent here."""

    name = "terminal"

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Turn what was typed into an inbound."""
        said = json.loads(body)
        return [
            Inbound(
                channel="terminal",
                delivery=said["key"],
                scope="",
                sender=str(said["person"]),
                conversation=said["conversation"],
                place=str(said["person"]),
                private=True,
                text=said["text"],
                sent_at=datetime.fromisoformat(said["at"]),
                kind=said["kind"],
                verb=said["verb"],
                value=said["value"],
                fields=said["fields"],
            )
        ]

    async def fetch(self, kind: str, body: bytes, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Files come with the delivery itself."""
        return list(inbounds)

    async def deliver(self, outgoing: Outgoing) -> str:
        """Refuse: the terminal reads the conversation itself."""
        raise TransportError("The terminal is read, not written to.", permanent=True)

    async def find(self, outgoing: Outgoing) -> str | None:
        """Nothing is ever sent here."""
        return None

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """The person is named by whoever started the terminal."""
        return None


def delivery(
    person: int,
    conversation: str,
    key: str,
    at: datetime,
    *,
    text: str = "",
    kind: str = "message",
    verb: str = "",
    value: str = "",
    fields: Mapping[str, str] | None = None,
) -> RawDelivery:
    """Return something typed as a delivery for the inbox."""
    said = {
        "key": key,
        "person": person,
        "conversation": conversation,
        "at": at.isoformat(),
        "text": text,
        "kind": kind,
        "verb": verb,
        "value": value,
        "fields": dict(fields or {}),
    }
    return RawDelivery(f"terminal:{key}", "terminal", kind, json.dumps(said).encode(), at, held=True)


def choices(reply: Reply) -> Sequence[Choice]:
    """Return the choices that can be taken in a terminal, in the order in which they are numbered."""
    return [choice for choice in reply.choices if choice.url is None]
