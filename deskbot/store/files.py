"""Queries about attached files; lists never load the content."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from deskbot.store.sealing import Sealer
from deskbot.store.tables import Attachment


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as lists show it; `size` is in bytes."""

    id: int
    name: str
    media_type: str
    size: int


def by_id(session: Session, file_id: int) -> Attachment | None:
    """Return a file with its content, still sealed."""
    return session.get(Attachment, file_id)


def rows_of(session: Session, messages: Sequence[int]) -> list[Attachment]:
    """Return the files of these messages with their content, still sealed."""
    if not messages:
        return []
    return list(session.execute(select(Attachment).where(col(Attachment.message_id).in_(messages))).scalars())


def of_messages(session: Session, sealer: Sealer, messages: Sequence[int]) -> dict[int, tuple[FileRow, ...]]:
    """Return the files of these messages by message."""
    if not messages:
        return {}
    listed: tuple[Any, ...] = (
        col(Attachment.message_id),
        col(Attachment.id),
        col(Attachment.name),
        col(Attachment.media_type),
        col(Attachment.size),
    )
    rows = session.execute(select(*listed).where(col(Attachment.message_id).in_(messages)).order_by(col(Attachment.id)))
    found: dict[int, list[FileRow]] = defaultdict(list)
    for message, file, name, media_type, size in rows:
        found[message].append(FileRow(file, sealer.open(session, name) or "", media_type, size))
    return {message: tuple(files) for message, files in found.items()}
