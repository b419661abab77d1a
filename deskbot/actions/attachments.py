"""Files of messages and tickets: kept sealed, typed by their content, under our own ids."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.actions.outgoing import seal_subject
from deskbot.desk.access import Viewer
from deskbot.desk.errors import Invalid
from deskbot.desk.messages import FileIn, FileLink
from deskbot.desk.text import clean
from deskbot.desk.texts import say
from deskbot.store import events
from deskbot.store.sealing import Subject
from deskbot.store.tables import Attachment, Message, Ticket

LARGEST = 10 * 1024 * 1024

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
)


def media_type(content: bytes) -> str:
    """Return the type that the content itself shows; what a client claims is not believed."""
    for start, name in _MAGIC:
        if content.startswith(start):
            return name
    try:
        content[:4096].decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain" if b"\0" not in content[:4096] else "application/octet-stream"


def safe_name(name: str) -> str:
    """Return the last part of a file's name without control characters, at most 120 characters long."""
    last = clean(name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return shown[-120:] or "file"


def store_file(
    session: Session,
    desk: Desk,
    *,
    name: str,
    content: bytes,
    subject: Subject,
    now: datetime,
    ticket_id: int | None = None,
    message_id: int | None = None,
    owner_id: int | None = None,
) -> Attachment:
    """Keep one file, sealed under `subject`'s key."""
    row = Attachment(
        ticket_id=ticket_id,
        message_id=message_id,
        owner_id=owner_id,
        name=desk.sealer.seal(session, subject, safe_name(name)),
        media_type=media_type(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=desk.sealer.seal(session, subject, content),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def of_specialist(
    session: Session, desk: Desk, ticket: Ticket, viewer: Viewer, files: Sequence[FileIn], now: datetime
) -> list[Attachment]:
    """Keep the files that go with a specialist's reply; one that is too large is refused, and the reply with it."""
    large = [safe_name(file.name) for file in files if file.too_large or len(file.data) > LARGEST]
    if large:
        names, limit = ", ".join(large), LARGEST // 2**20
        raise Invalid(say("chat.file_limit", viewer.person.language, name=names, limit=limit), "files")
    rows = []
    for file in files:
        row = store_file(
            session,
            desk,
            name=file.name,
            content=file.data,
            subject=seal_subject(ticket),
            now=now,
            ticket_id=ticket.id,
            owner_id=viewer.person.id,
        )
        assert ticket.id is not None
        data = {"attachment": row.id, "size": row.size, "sha256": row.sha256}
        events.append(
            session, ticket.id, "attached", now, actor_kind="specialist", actor_id=viewer.person.id, data=data
        )
        rows.append(row)
    return rows


def link(session: Session, desk: Desk, row: Attachment) -> FileLink:
    """Return a file as a reply carries it."""
    name = desk.sealer.open(session, row.name) or "file"
    return FileLink(name, row.media_type, f"{desk.base_url}/files/{row.id}", row.id)


def keep(
    session: Session,
    desk: Desk,
    files: Sequence[FileIn],
    *,
    message: Message,
    ticket: Ticket | None,
    subject: Subject,
    now: datetime,
) -> list[str]:
    """Keep the files of a message; returns the names of those that are too large to be taken."""
    refused = []
    sender: events.ActorKind = "specialist" if message.author_kind == "specialist" else "employee"
    for file in files:
        if file.too_large or len(file.data) > LARGEST:
            refused.append(safe_name(file.name))
            continue
        row = store_file(
            session,
            desk,
            name=file.name,
            content=file.data,
            subject=seal_subject(ticket) if ticket else subject,
            now=now,
            ticket_id=ticket.id if ticket else None,
            message_id=message.id,
            owner_id=message.author_id,
        )
        if ticket is not None and ticket.id is not None:
            data = {"attachment": row.id, "size": row.size, "sha256": row.sha256}
            events.append(session, ticket.id, "attached", now, actor_kind=sender, actor_id=message.author_id, data=data)
    return refused
