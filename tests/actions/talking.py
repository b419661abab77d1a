"""Talks to the desk in tests as people do: says things, presses buttons, fills in forms, and reads what comes back."""

import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from deskbot.actions.desk import Desk
from deskbot.actions.receive import receive
from deskbot.desk.access import Viewer
from deskbot.desk.conversation import Turn
from deskbot.desk.messages import Choice, Form, Inbound, Reply
from deskbot.store import people
from deskbot.store.session import Store
from deskbot.store.tables import Outbox, Ticket


@dataclass
class Talker:
    """Somebody in one conversation of one channel."""

    store: Store
    desk: Desk
    sender: str
    channel: str = "webchat"
    private: bool = True
    place: str = ""
    conversation: str = field(default_factory=lambda: secrets.token_hex(8))

    def say(self, text: str, **more: Any) -> Turn:
        """Write a message and return what the desk does."""
        return self._take(self._inbound(text=text, external_id=more.pop("external_id", secrets.token_hex(4)), **more))

    def press(self, turn: Turn, verb: str) -> Turn:
        """Press the button of the last reply that has it."""
        return self._take(self._inbound(kind="choice", verb=verb, value=button(turn, verb).value))

    def send(self, form: Form, **fields: str) -> Turn:
        """Send a form with these answers, the pre-filled ones kept."""
        known = {one.key: one.value for one in form.fields}
        return self._take(self._inbound(kind="form", verb=form.key, value=form.token, fields={**known, **fields}))

    def edit(self, external_id: str, text: str) -> Turn:
        """Edit an earlier message."""
        return self._take(self._inbound(kind="edit", external_id=external_id, text=text))

    def delete(self, external_id: str) -> Turn:
        """Delete an earlier message."""
        return self._take(self._inbound(kind="delete", external_id=external_id))

    def _inbound(self, **said: Any) -> Inbound:
        base = Inbound(
            channel=self.channel,
            delivery=secrets.token_hex(8),
            scope="",
            sender=self.sender,
            conversation=self.conversation,
            place=self.place or self.sender,
            private=self.private,
            text="",
            sent_at=self.desk.now(),
        )
        return replace(base, **said)

    def _take(self, inbound: Inbound) -> Turn:
        with self.store.write() as session:
            return receive(session, self.desk, inbound).turn


def button(turn: Turn, verb: str) -> Choice:
    """Return the button with this verb of a turn's replies."""
    return next(choice for reply in turn.replies for choice in reply.choices if choice.verb == verb)


def said(turn: Turn) -> str:
    """Return everything a turn says."""
    return "\n".join(reply.text_md for reply in turn.replies)


def only(turn: Turn) -> Reply:
    """Return the one reply of a turn."""
    (reply,) = turn.replies
    return reply


def tickets(store: Store) -> list[Ticket]:
    """Return every ticket in the order of opening."""
    with store.read() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.id))))


def posted(store: Store) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (channel, kind, payload) of what waits in the outbox."""
    with store.read() as session:
        rows = session.exec(select(Outbox).order_by(col(Outbox.id)))
        return [(row.channel, row.kind, json.loads(store.sealer.open(session, row.payload) or "{}")) for row in rows]


def viewer(store: Store, email: str) -> Viewer:
    """Return somebody's rights."""
    with store.read() as session:
        row = people.by_email(session, email)
        assert row is not None
        found = people.viewer(session, row.id or 0)
        assert found is not None
        return found
