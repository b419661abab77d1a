"""Reads the door's deliveries back into what people did."""

import base64
import json
from datetime import datetime

from deskbot.desk.messages import FileIn, Inbound


def inbound(channel: str, body: bytes) -> Inbound:
    """Return what the person did; the page is theirs alone, so everything in it is private."""
    said = json.loads(body)
    person = str(said["person"])
    files = tuple(FileIn(f["name"], f["media_type"], base64.b64decode(f["data"])) for f in said["files"])
    return Inbound(
        channel=channel,
        delivery=said["delivery"],
        scope="",
        sender=person,
        conversation=said["conversation"],
        place=person,
        private=True,
        text=said["text"],
        sent_at=datetime.fromisoformat(said["sent_at"]),
        external_id=said["delivery"],
        kind=said["kind"],
        verb=said["verb"],
        value=said["value"],
        fields=said["fields"],
        files=files,
        language=said["language"],
    )
