"""From a verified Slack payload to what a person did. Pure: the same bytes always give the same inbounds."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deskbot.channels.slack import forms
from deskbot.channels.slack.delivery import RECEIVED_AT, Payload, part, parts
from deskbot.channels.slack.wording import meant
from deskbot.desk.messages import FileIn, Inbound

MAX_CHARACTERS = 40_000
"""Slack cuts a message here itself (docs.slack.dev, chat.postMessage)."""
# What a bare slash command and the global shortcut stand for, in words that people may type as well.
_HELP, _CATALOGUE = "help", "catalog"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(kind: str, body: bytes) -> list[Inbound]:
    """Return what a person did; an empty list for bots, our own messages, and what the desk has no use for.

    A message's id and the conversation below it have one form, `team:channel:ts`: an answer to a message of ours
    comes in as the conversation that message's id names. Where others read along, the writer's id is added: two
    people in one thread are two conversations, and what is for one of them never goes to the other.
    """
    payload = json.loads(body)
    reader = {
        "event": _event,
        "action": _action,
        "view": _view,
        "command": _command,
        "shortcut": _shortcut,
    }.get(kind)
    inbound = reader(payload) if reader else None
    return [inbound] if inbound else []


def message_id(team: str, channel: str, ts: str) -> str:
    """Return the id of a message, which is also the key of a private conversation in the thread below it."""
    return f"{team}:{channel}:{ts}"


def conversation_key(team: str, channel: str, ts: str, user: str) -> str:
    """Return the key of one person's conversation with the bot in a thread."""
    key = message_id(team, channel, ts)
    return key if is_direct(channel) else f"{key}:{user}"


def split_id(conversation: str) -> tuple[str, str, str]:
    """Return (team, channel or user, time stamp or "") of a conversation's key or a message's id."""
    team, channel, ts, *_ = [*conversation.split(":"), "", "", ""]
    return team, channel, ts


def writer_of(conversation: str) -> str:
    """Return whose conversation it is in a room where others read along; empty elsewhere."""
    return "".join(conversation.split(":")[3:4])


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where an event happened: our installation's team, the scope of identities, our bot's user id."""

    team: str
    scope: str
    bot_user: str
    shared: bool

    @classmethod
    def of(cls, payload: Payload) -> "_Origin":
        first = next(iter(parts(payload, "authorizations")), {})
        team = str(first.get("team_id") or payload.get("team_id") or "")
        scope = str(first.get("enterprise_id") or payload.get("enterprise_id") or team)
        bot_user = str(first.get("user_id") or "") if first.get("is_bot") else ""
        return cls(team, scope, bot_user, bool(payload.get("is_ext_shared_channel")))

    def is_foreign(self, event: Payload) -> bool:
        """Tell whether the writer belongs to another company, as in a channel shared through Slack Connect."""
        home = event.get("user_team") or event.get("source_team")
        return self.shared and bool(home) and str(home) not in {self.team, self.scope}


def _event(payload: Payload) -> Inbound | None:
    event = part(payload, "event")
    origin = _Origin.of(payload)
    reader = {"message": _message, "app_mention": _message, "app_home_opened": _opened}.get(str(event.get("type")))
    if reader is None or origin.is_foreign(event):
        return None
    return reader(payload, event, origin)


def _message(payload: Payload, event: Payload, origin: _Origin) -> Inbound | None:
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _edit(payload, event, origin)
    if subtype == "message_deleted":
        return _delete(payload, event, origin)
    mentioned = event.get("type") == "app_mention"
    if subtype not in {None, "file_share", "thread_broadcast"} or not _is_person(event, origin):
        return None
    if not (mentioned or _is_private(event) or _is_followed(event, origin)):
        return None
    return _said(payload, event, event, origin, mentioned=mentioned)


def _is_followed(event: Payload, origin: _Origin) -> bool:
    """Tell whether a channel message may belong to a thread of ours; mentions arrive a second time as app_mention."""
    in_thread = bool(event.get("thread_ts")) and event.get("thread_ts") != event.get("ts")
    return in_thread and not (origin.bot_user and f"<@{origin.bot_user}" in str(event.get("text")))


def _edit(payload: Payload, event: Payload, origin: _Origin) -> Inbound | None:
    message, previous = part(event, "message"), part(event, "previous_message")
    if message.get("subtype") == "tombstone":
        return _delete(payload, event, origin)
    # An unfurled link or a new reply changes the message too; only other words are an edit.
    if not _is_person(message, origin) or message.get("text") == previous.get("text"):
        return None
    return _said(payload, message, event, origin, kind="edit")


def _delete(payload: Payload, event: Payload, origin: _Origin) -> Inbound | None:
    previous = part(event, "previous_message")
    if not _is_person(previous, origin):
        return None
    deleted = {**previous, "text": "", "files": [], "ts": event.get("deleted_ts") or previous.get("ts")}
    return _said(payload, deleted, event, origin, kind="delete")


def _said(
    payload: Payload,
    message: Payload,
    event: Payload,
    origin: _Origin,
    *,
    kind: Any = "message",
    mentioned: bool = False,
) -> Inbound:
    channel, ts = str(event.get("channel") or ""), str(message.get("ts") or "")
    private = _is_private(event)
    writer, thread = str(message.get("user")), str(message.get("thread_ts") or ts)
    place, conversation = channel, conversation_key(origin.team, channel, thread, writer)
    if origin.shared and not private:
        # Outsiders read this channel: whatever the desk has to say goes to the person alone.
        place, conversation, private = _direct(origin.team, writer, ts)
    return Inbound(
        channel="slack",
        delivery=f"slack:{payload.get('team_id') or origin.team}:{payload.get('event_id', '')}",
        scope=origin.scope,
        sender=writer,
        conversation=conversation,
        place=place,
        private=private,
        text=meant(str(message.get("text") or ""), origin.bot_user)[:MAX_CHARACTERS],
        sent_at=_instant(str(event.get("event_ts") or event.get("ts") or ts)),
        external_id=message_id(origin.team, channel, ts),
        kind=kind,
        files=tuple(_named(file) for file in _files(message)),
        mentioned=mentioned,
    )


def _opened(payload: Payload, event: Payload, origin: _Origin) -> Inbound | None:
    if not event.get("user"):
        return None
    place, conversation, private = _direct(origin.team, str(event["user"]), "")
    return Inbound(
        channel="slack",
        delivery=f"slack:{payload.get('team_id') or origin.team}:{payload.get('event_id', '')}",
        scope=origin.scope,
        sender=str(event["user"]),
        conversation=conversation,
        place=place,
        private=private,
        text="",
        sent_at=_instant(str(event.get("event_ts") or "")),
        kind="open",
        verb=str(event.get("tab") or "home"),
    )


def _action(payload: Payload) -> Inbound | None:
    actions = parts(payload, "actions")
    # A link button also reports its click; there is nothing to do about it.
    if not actions or actions[0].get("url") or not actions[0].get("action_id"):
        return None
    action = actions[0]
    conversation = conversation_of(payload)
    return _interaction(
        payload,
        conversation,
        kind="choice",
        sent_at=_instant(str(action.get("action_ts") or "")),
        external_id=_pressed_message(payload),
        verb=str(action["action_id"]).partition("#")[0],
        value=str(action.get("value") or part(action, "selected_option").get("value") or ""),
    )


def _view(payload: Payload) -> Inbound | None:
    view = part(payload, "view")
    if not view.get("callback_id"):
        return None
    context = forms.context(view)
    fields, attached = forms.values(view)
    return _interaction(
        payload,
        context.conversation or direct_conversation(payload),
        kind="form",
        verb=str(view["callback_id"]),
        value=context.token,
        fields=fields,
        files=tuple(_named(file) for file in attached),
    )


def _command(payload: Payload) -> Inbound | None:
    text = meant(str(payload.get("text") or ""))[:MAX_CHARACTERS]
    return _interaction(payload, direct_conversation(payload), kind="command", verb="hr", text=text or _HELP)


def _shortcut(payload: Payload) -> Inbound | None:
    message = part(payload, "message")
    channel = str(part(payload, "channel").get("id") or "")
    team = team_of(payload)
    return _interaction(
        payload,
        direct_conversation(payload),
        kind="command",
        verb=str(payload.get("callback_id") or ""),
        text=meant(str(message.get("text") or ""))[:MAX_CHARACTERS] if message else _CATALOGUE,
        external_id=message_id(team, channel, str(message["ts"])) if message.get("ts") else "",
    )


def _interaction(payload: Payload, conversation: str, *, sent_at: datetime | None = None, **what: Any) -> Inbound:
    place = split_id(conversation)[1]
    return Inbound(
        channel="slack",
        delivery=str(payload.get("trigger_id") or ""),
        scope=_scope(payload),
        sender=user_of(payload),
        conversation=conversation,
        place=place,
        private=is_direct(place),
        sent_at=sent_at or _received(payload),
        **{"text": "", **what},
    )


def conversation_of(payload: Payload) -> str:
    """Return the thread a pressed button hangs in; the person's own conversation when it hangs in no channel."""
    container, message = part(payload, "container"), part(payload, "message")
    channel = container.get("channel_id") or part(payload, "channel").get("id")
    if not channel:
        return direct_conversation(payload)
    thread = message.get("thread_ts") or container.get("thread_ts")
    # Below a message that only its reader sees there is no thread: the answer stands in the room itself.
    ts = thread or ("" if container.get("is_ephemeral") else message.get("ts") or container.get("message_ts"))
    return conversation_key(team_of(payload), str(channel), str(ts or ""), user_of(payload))


def is_direct(place: str) -> bool:
    """Tell whether nobody but one person and the bot reads the place: a direct message, or the person's own id."""
    return place[:1] in {"D", "U", "W"}


def _files(message: Payload) -> list[Payload]:
    return [file for file in parts(message, "files") if file.get("id")]


def attached(kind: str, body: bytes) -> list[Payload]:
    """Return Slack's records of a delivery's files, in the order in which `parse` names them."""
    payload = json.loads(body)
    if kind == "view":
        return forms.values(part(payload, "view"))[1]
    event = part(payload, "event")
    return _files(part(event, "message") or event) if kind == "event" else []


def _named(file: Payload) -> FileIn:
    return FileIn(str(file.get("name") or file["id"]), str(file.get("mimetype") or "application/octet-stream"), b"")


def _pressed_message(payload: Payload) -> str:
    container, message = part(payload, "container"), part(payload, "message")
    ts = message.get("ts") or container.get("message_ts")
    channel = container.get("channel_id") or part(payload, "channel").get("id")
    return message_id(team_of(payload), str(channel), str(ts)) if ts and channel else ""


def _direct(team: str, user: str, occasion: str) -> tuple[str, str, bool]:
    """Return place, key and privacy of a conversation that has no message of the person to hang below."""
    return user, f"{message_id(team, user, '')}:{occasion}", True


def direct_conversation(payload: Payload) -> str:
    """Return a new conversation with the person alone who pressed, sent or typed: each command starts its own."""
    return _direct(team_of(payload), user_of(payload), str(payload.get("trigger_id") or ""))[1]


def user_of(payload: Payload) -> str:
    """Return the id of the person who pressed, sent or typed: views and buttons nest it, commands do not."""
    return str(part(payload, "user").get("id") or payload.get("user_id") or "")


def team_of(payload: Payload) -> str:
    """Return the workspace an interaction belongs to."""
    found = (
        part(payload, "team").get("id"),
        payload.get("team_id"),
        part(payload, "view").get("app_installed_team_id"),
        part(payload, "user").get("team_id"),
    )
    return next((str(team) for team in found if team), "")


def _scope(payload: Payload) -> str:
    organisation = part(payload, "enterprise").get("id") or payload.get("enterprise_id")
    return str(organisation or team_of(payload))


def _is_person(message: Payload, origin: _Origin) -> bool:
    user = message.get("user")
    return bool(user) and not message.get("bot_id") and user not in {origin.bot_user, "USLACKBOT"}


def _is_private(event: Payload) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel") or "").startswith("D")


def _instant(ts: str) -> datetime:
    seconds, _, micros = ts.partition(".")
    if not (seconds.isdigit() and len(seconds) <= 11):
        return _EPOCH
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int((micros + "000000")[:6] or 0))


def _received(payload: Payload) -> datetime:
    try:
        return datetime.fromisoformat(str(payload.get(RECEIVED_AT))).astimezone(UTC)
    except ValueError:
        return _EPOCH
