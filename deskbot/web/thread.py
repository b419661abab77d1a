"""The messages of a thread as pages show them: opened, named, and with their files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from deskbot.desk.messages import Reply, reply_from_json
from deskbot.store import files, people
from deskbot.store.files import FileRow
from deskbot.store.sealing import Sealer
from deskbot.store.tables import Message

Side = Literal["employee", "desk", "specialist", "note"]


@dataclass(frozen=True, slots=True)
class Line:
    """One message: who, when, and either plain words (`text`) or what the desk drew (`reply`)."""

    id: int
    side: Side
    author_id: int | None
    name: str
    text: str
    reply: Reply | None
    at: datetime
    edited: bool = False
    gone: bool = False
    files: tuple[FileRow, ...] = ()


def lines(session: Session, sealer: Sealer, messages: Sequence[Message]) -> list[Line]:
    """Return messages opened for reading; one whose key was erased or that was deleted is `gone`."""
    names = people.names(session, [message.author_id for message in messages])
    attached = files.of_messages(session, sealer, [message.id for message in messages if message.id])
    return [_line(session, sealer, message, names, attached) for message in messages]


def _line(
    session: Session,
    sealer: Sealer,
    message: Message,
    names: Mapping[int, str],
    attached: Mapping[int, tuple[FileRow, ...]],
) -> Line:
    assert message.id is not None
    text = sealer.open(session, message.text) or ""
    drawn = sealer.open(session, message.reply)
    reply = reply_from_json(json.loads(drawn)) if drawn else None
    if reply is not None and attached.get(message.id):
        reply = replace(reply, files=())  # they are listed below the message
    gone = message.deleted_at is not None or (not text and reply is None and not attached.get(message.id))
    return Line(
        id=message.id,
        side=_side(message),
        author_id=message.author_id,
        name=names.get(message.author_id or 0, ""),
        text=text,
        reply=reply,
        at=message.sent_at,
        edited=message.edited_at is not None,
        gone=gone,
        files=attached.get(message.id, ()),
    )


def _side(message: Message) -> Side:
    if message.visibility == "note":
        return "note"
    if message.author_kind == "employee":
        return "employee"
    return "specialist" if message.author_kind == "specialist" else "desk"
