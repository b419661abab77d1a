"""What kind of activity Teams delivered, and the key under which it is worked once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from deskbot.ports import RawDelivery

Kind = Literal["message", "update", "delete", "invoke", "install", "other"]
Payload = Mapping[str, Any]

RECEIVED_AT = "deskbot_received_at"
"""Where the time of arrival is kept in a stored activity, for those that carry none of their own."""
_KINDS: Mapping[str, Kind] = {"message": "message", "messageUpdate": "update", "messageDelete": "delete"}
_CARD = "adaptiveCard/action"


class Unreadable(ValueError):
    """The bytes are no activity."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One activity and what kind it is; "other" ones are acknowledged and not kept."""

    kind: Kind
    activity: Payload

    @property
    def interactive(self) -> bool:
        """Whether Teams waits for more than an empty 200."""
        return self.kind == "invoke"


def read(body: bytes) -> Delivery:
    """Read a delivery's body; raise `Unreadable` when it is no JSON object with a type."""
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not JSON.") from error
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise Unreadable("The body is not an activity.")
    return Delivery(_kind(activity), activity)


def raw(delivery: Delivery, now: datetime) -> RawDelivery:
    """Return what is committed to the inbox."""
    body = json.dumps({**delivery.activity, RECEIVED_AT: now.isoformat()}).encode()
    return RawDelivery(key(delivery), "teams", delivery.kind, body, now, held=delivery.interactive)


def key(delivery: Delivery) -> str:
    """Return the unique key of a delivery. An edit carries the id of its message, so its time tells it apart."""
    activity = delivery.activity
    found = f"teams:{delivery.kind}:{text(part(activity, 'conversation'), 'id')}:{text(activity, 'id')}"
    return f"{found}:{text(activity, 'timestamp')}" if delivery.kind == "update" else found


def tenants(activity: Payload) -> frozenset[str]:
    """Return every tenant the activity says it comes from."""
    found = (
        text(part(activity, "conversation"), "tenantId"),
        text(part(part(activity, "channelData"), "tenant"), "id"),
    )
    return frozenset(filter(None, found))


def _kind(activity: Payload) -> Kind:
    kind = str(activity["type"])
    sender, recipient = part(activity, "from"), part(activity, "recipient")
    known = text(activity, "id") and text(part(activity, "conversation"), "id") and text(sender, "id")
    if not known or text(sender, "id") == text(recipient, "id") or text(sender, "role") == "bot":
        return "other"
    if kind == "invoke":
        return "invoke" if activity.get("name") == _CARD else "other"
    if kind == "installationUpdate":
        return "install" if text(activity, "action").startswith("add") else "other"
    return _KINDS.get(kind, "other")


def part(payload: Payload, name: str) -> Payload:
    """Return a part of an activity; an empty one where Teams sent none, or something else."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(payload: Payload, name: str) -> list[Payload]:
    """Return the list of parts under a name, without what is none."""
    found = payload.get(name)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def text(payload: Payload, name: str) -> str:
    """Return a text of an activity; empty where there is none."""
    found = payload.get(name)
    return found if isinstance(found, str) else ""
