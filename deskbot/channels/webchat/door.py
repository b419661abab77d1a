"""What a signed-in person did on the chat page, as a raw delivery."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deskbot.desk.errors import Invalid
from deskbot.desk.messages import FileIn
from deskbot.ports import RawDelivery

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Said:
    """What the person did: `kind` is message, choice or form, as in `Inbound`."""

    kind: str
    text: str
    verb: str
    value: str
    fields: Mapping[str, str]
    files: tuple[FileIn, ...]
    language: str


def delivery(
    channel: str, person_id: int, conversation: str, key: str, said: Said, received_at: datetime
) -> RawDelivery:
    """Return the delivery; its key holds the person's id, so that nobody can take another's key first."""
    for name in (key, conversation):
        if not _KEY.fullmatch(name):
            raise Invalid("The page sent a key that is not one; reload it and try again.")
    body = {
        "person": person_id,
        "conversation": conversation,
        "delivery": f"{channel}:{person_id}:{key}",
        "kind": said.kind,
        "text": said.text,
        "verb": said.verb,
        "value": said.value,
        "fields": dict(said.fields),
        "files": [_file(file) for file in said.files],
        "language": said.language,
        "sent_at": received_at.isoformat(),
    }
    # Held: the page waits for the answer and has it worked itself.
    return RawDelivery(
        key=f"{channel}:{person_id}:{key}",
        channel=channel,
        kind=said.kind,
        body=json.dumps(body).encode(),
        received_at=received_at,
        held=True,
    )


def _file(file: FileIn) -> dict[str, str]:
    return {"name": file.name, "media_type": file.media_type, "data": base64.b64encode(file.data).decode()}
