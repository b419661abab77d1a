"""From a verified Teams activity to what a person did. Pure: the same bytes always give the same inbounds."""

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deskbot.channels.teams import card
from deskbot.channels.teams.delivery import RECEIVED_AT, Payload, part, parts, text
from deskbot.desk.messages import FileIn, Inbound

MAX_CHARACTERS = 40_000
FILE_CARD = "application/vnd.microsoft.teams.file.download.info"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MENTION = re.compile(r"<at(?:\s[^<>]*)?>(.*?)</at>", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_LINES = frozenset({"br", "p", "div", "li", "tr"})


def parse(kind: str, body: bytes) -> list[Inbound]:
    """Return what a person did; an empty list for what the desk has no use for.

    A conversation keeps Teams' whole id, `;messageid=` included: it names the thread. Where others read along, the
    writer's id is added after a bar: two people in one thread are two conversations. The place is Teams' own id.
    """
    activity = json.loads(body)
    reader = {"message": _message, "update": _edit, "delete": _delete, "invoke": _pressed, "install": _installed}
    found = reader[kind](activity) if kind in reader else None
    return [found] if found else []


def conversation_key(conversation: str, sender: str, *, private: bool) -> str:
    """Return the key of one person's conversation with the bot."""
    return conversation if private else f"{conversation}|{sender}"


def writer_of(key: str) -> str:
    """Return whose conversation it is in a room where others read along; empty in a personal chat."""
    return key.partition("|")[2]


def attached(body: bytes) -> list[Payload]:
    """Return Teams' records of a message's files, in the order in which `parse` names them."""
    return _files(json.loads(body))


def _message(activity: Payload) -> Inbound | None:
    if isinstance(activity.get("value"), Mapping) and not text(activity, "text").strip():
        return _submitted(activity, part(activity, "value"))
    return _said(activity, "message")


def _edit(activity: Payload) -> Inbound | None:
    event = text(part(activity, "channelData"), "eventType")
    return _said(activity, "edit") if event in {"editMessage", "undeleteMessage"} else None


def _delete(activity: Payload) -> Inbound | None:
    return _inbound(activity, kind="delete", external_id=text(activity, "id"))


def _said(activity: Payload, kind: str) -> Inbound | None:
    return _inbound(
        activity,
        kind=kind,
        text=meant(activity)[:MAX_CHARACTERS],
        external_id=text(activity, "id"),
        files=tuple(
            FileIn(text(found, "name") or "file", "application/octet-stream", b"") for found in _files(activity)
        ),
        mentioned=_is_mentioned(activity),
    )


def _pressed(activity: Payload) -> Inbound | None:
    return _submitted(activity, part(part(part(activity, "value"), "action"), "data"))


def _submitted(activity: Payload, data: Payload) -> Inbound | None:
    """Read what a card's button sends: it comes from the client, so nothing in it is believed but the signed token."""
    press = card.pressed(data)
    if press is None:
        return None
    return _inbound(
        activity,
        kind="form" if press.is_form else "choice",
        verb=press.verb,
        value=press.token,
        fields=press.fields,
        external_id=text(activity, "replyToId"),
    )


def _installed(activity: Payload) -> Inbound | None:
    """An installation says where its person can be written to; one in a team says nothing about a person."""
    return _inbound(activity, kind="open", verb="chat") if _is_private(activity) else None


def _inbound(activity: Payload, **what: Any) -> Inbound | None:
    conversation, sender = text(part(activity, "conversation"), "id"), text(part(activity, "from"), "aadObjectId")
    if not conversation or not sender:
        return None
    private = _is_private(activity)
    return Inbound(
        channel="teams",
        delivery=f"{conversation}:{text(activity, 'id')}",
        scope=tenant(activity),
        sender=sender,
        conversation=conversation_key(conversation, sender, private=private),
        place=conversation,
        private=private,
        sent_at=_instant(activity),
        address=_address(activity, conversation, private=private),
        **{"text": "", **what},
    )


def _address(activity: Payload, conversation: str, *, private: bool) -> dict[str, str]:
    """Return what is needed to write to this person first: the service, their id there, and their personal chat."""
    known = {"service_url": text(activity, "serviceUrl").rstrip("/"), "member": text(part(activity, "from"), "id")}
    return known | ({"conversation": conversation} if private else {})


def tenant(activity: Payload) -> str:
    """Return the tenant whose person acted."""
    channel_data = part(part(activity, "channelData"), "tenant")
    return text(part(activity, "conversation"), "tenantId") or text(channel_data, "id")


def meant(activity: Payload) -> str:
    """Return the words as their writer saw them, without mentions of the bot itself; others keep their names."""
    said = text(activity, "text").replace("&nbsp;", " ").replace("\xa0", " ")
    for entity in parts(activity, "entities"):
        if entity.get("type") == "mention" and _is_bot(activity, part(entity, "mentioned")):
            said = re.sub(rf" ?{re.escape(text(entity, 'text') or chr(0))} ?", " ", said)
    if text(activity, "textFormat") == "xml":
        said = html.unescape(_TAG.sub(_tag, said))
    said = _MENTION.sub(lambda found: found[1], said)
    return "\n".join(line.strip() for line in said.strip().splitlines())


def _tag(found: re.Match[str]) -> str:
    if found[2].lower() == "at":
        return found[0]
    return "\n" if found[2].lower() in _LINES else ""


def _is_mentioned(activity: Payload) -> bool:
    mentions = (entity for entity in parts(activity, "entities") if entity.get("type") == "mention")
    return any(_is_bot(activity, part(entity, "mentioned")) for entity in mentions)


def _is_bot(activity: Payload, account: Payload) -> bool:
    return bool(account.get("id")) and account.get("id") == part(activity, "recipient").get("id")


def _is_private(activity: Payload) -> bool:
    return text(part(activity, "conversation"), "conversationType") == "personal"


def _files(activity: Payload) -> list[Payload]:
    return [found for found in parts(activity, "attachments") if found.get("contentType") == FILE_CARD]


def _instant(activity: Payload) -> datetime:
    for given in (text(activity, "timestamp"), text(activity, RECEIVED_AT)):
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return _EPOCH
