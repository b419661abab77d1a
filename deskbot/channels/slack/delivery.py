"""What kind of Slack delivery this is, and the key under which it is worked once: the same for HTTP and Socket Mode."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

from deskbot.desk.messages import RawDelivery

Kind = Literal["event", "action", "view", "command", "shortcut", "options", "other"]
Payload = Mapping[str, Any]

RECEIVED_AT = "deskbot_received_at"
"""Where the time of arrival is kept in a stored interactive payload: Slack puts none into commands and views."""

_KINDS: Mapping[str, Kind] = {
    "event_callback": "event",
    "block_actions": "action",
    "view_submission": "view",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "block_suggestion": "options",
}
_EVENTS = frozenset({"message", "app_mention", "app_home_opened"})
_SUBTYPES = frozenset({None, "file_share", "thread_broadcast", "message_changed", "message_deleted"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified delivery: its payload, what kind it is, and the bytes to keep."""

    kind: Kind
    payload: Payload
    body: bytes

    @property
    def interactive(self) -> bool:
        """Whether Slack waits for more than an empty 200."""
        return self.kind in {"action", "view", "command", "shortcut", "options"}


class Unreadable(ValueError):
    """The signed bytes are no Slack delivery."""


def read(body: bytes) -> Delivery:
    """Read the body of an HTTP delivery; raise `Unreadable` when it is neither JSON nor a form of Slack's.

    The bytes themselves say which of the two it is: the content-type header is not covered by the signature.
    """
    if body.lstrip()[:1] == b"{":
        return of(_json(body), body)
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if "payload" in form:
        return of(_json(form["payload"].encode("utf-8", "replace")), None)
    if "command" in form or "ssl_check" in form:
        return of(form, None)
    raise Unreadable("The body is neither JSON nor a form of Slack's.")


def of(payload: Payload, body: bytes | None) -> Delivery:
    """Wrap a payload that came from a body or out of a socket's envelope."""
    kind = _KINDS.get(str(payload.get("type", "")), "other")
    if kind == "other" and payload.get("command"):
        kind = "command"
    return Delivery(kind, payload, body if body is not None else json.dumps(payload).encode())


def raw(delivery: Delivery, now: datetime) -> RawDelivery:
    """Return what is committed to the inbox: an event's bytes as they came, an interactive payload with its time."""
    body = delivery.body
    if delivery.kind != "event":
        body = json.dumps({**delivery.payload, RECEIVED_AT: now.isoformat()}).encode()
    return RawDelivery(key(delivery), "slack", delivery.kind, body, now, held=delivery.interactive)


def key(delivery: Delivery) -> str:
    """Return the unique key of a delivery; without any id of Slack's, a digest of its bytes."""
    group, last = _identity(delivery.kind, delivery.payload)
    return f"slack:{group}:{last or hashlib.sha256(delivery.body).hexdigest()}"


def _identity(kind: str, payload: Payload) -> tuple[str, object]:
    """Return what a key is unique within, and what tells two deliveries apart (nothing where Slack sent no id)."""
    match kind:
        case "event":
            return _team(payload), payload.get("event_id")
        case "action":
            return kind, payload.get("trigger_id") or _action_key(payload)
        case "view":
            # A refused form is sent again with the same view hash; only the trigger or the values tell the two apart.
            return kind, _view_key(payload)
        case "command" | "shortcut":
            return kind, payload.get("trigger_id")
    return kind, None


def teams(payload: Payload) -> frozenset[str]:
    """Return every workspace and organisation the payload says it was delivered for."""
    named = [payload, *parts(payload, "authorizations"), *_dicts([payload.get("team"), payload.get("enterprise")])]
    ids = [entry.get(name) for entry in named for name in ("team_id", "enterprise_id", "context_team_id", "id")]
    return frozenset(str(found) for found in ids if found)


def is_wanted(payload: Payload) -> bool:
    """Tell whether an event can be something a person did; the others are acknowledged and not kept.

    Messages of bots (our own among them) and events we have no use for cost no commit this way.
    """
    event = payload.get("event")
    if not isinstance(event, Mapping) or event.get("type") not in _EVENTS:
        return False
    return event.get("subtype") in _SUBTYPES and not event.get("bot_id")


def _json(body: bytes) -> Payload:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise Unreadable("The body is not a JSON object.")
    return payload


def _team(payload: Payload) -> str:
    return str(payload.get("team_id") or payload.get("enterprise_id") or "")


def _action_key(payload: Payload) -> str | None:
    container, actions = part(payload, "container"), parts(payload, "actions")
    ids = (container.get("message_ts") or container.get("view_id"), actions[0].get("action_ts") if actions else None)
    return f"{ids[0]}:{ids[1]}" if all(ids) else None


def _view_key(payload: Payload) -> str | None:
    view = part(payload, "view")
    values = json.dumps(part(view, "state").get("values"), sort_keys=True)
    last = payload.get("trigger_id") or hashlib.sha256(values.encode()).hexdigest()
    return f"{view['id']}:{view.get('hash', '')}:{last}" if view.get("id") else None


def part(payload: Payload, name: str) -> Payload:
    """Return a part of a payload; an empty one where Slack sent none, or something else."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(payload: Payload, name: str) -> list[Payload]:
    """Return the list of parts under a name, without what is none."""
    return _dicts(payload.get(name))


def _dicts(found: object) -> list[Payload]:
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []
