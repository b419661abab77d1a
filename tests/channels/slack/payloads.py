"""Slack payloads as Slack sends them, signed, for the tests of this channel."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from deskbot.channels.slack.signature import sign

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
DATA = Path(__file__).parents[2] / "data" / "schemas"
TEAM, APP, ALICE, BOT = "T01TEST", "A01APP", "U01ALICE", "U0BOT"
NOW = 1_795_000_000


def envelope(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An Events API delivery around an event."""
    return {
        "token": "legacy",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev01ABC",
        "event_time": NOW,
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
        **more,
    }


def direct_message(text: str = "How much parental leave do I get?", **more: Any) -> dict[str, Any]:
    """A message in the direct conversation with the bot."""
    ts = f"{NOW}.000100"
    return {
        "type": "message",
        "user": ALICE,
        "team": TEAM,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "channel": "D01ALICE",
        "channel_type": "im",
        "client_msg_id": "5e2f",
        **more,
    }


def mention(text: str = f"<@{BOT}> when is payday?", **more: Any) -> dict[str, Any]:
    """The bot mentioned in a channel."""
    ts = f"{NOW}.000200"
    said = {"type": "app_mention", "user": ALICE, "text": text, "ts": ts, "event_ts": ts, "channel": "C01GEN"}
    return {**said, **more}


def pressed(verb: str = "ask_hr", value: str = "signed-token", **more: Any) -> dict[str, Any]:
    """A button pressed below an answer in the direct conversation."""
    return {
        "type": "block_actions",
        "user": {"id": ALICE, "username": "alice", "name": "alice", "team_id": TEAM},
        "api_app_id": APP,
        "token": "legacy",
        "container": {
            "type": "message",
            "message_ts": f"{NOW}.000300",
            "channel_id": "D01ALICE",
            "is_ephemeral": False,
            "thread_ts": f"{NOW}.000100",
        },
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "team": {"id": TEAM, "domain": "acme-hr"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "D01ALICE", "name": "directmessage"},
        "message": {
            "type": "message",
            "user": BOT,
            "bot_id": "B01",
            "ts": f"{NOW}.000300",
            "thread_ts": f"{NOW}.000100",
            "text": "Sixteen weeks.",
        },
        "response_url": "https://hooks.slack.com/actions/T01TEST/1/x",
        "actions": [
            {"action_id": verb, "block_id": "b1", "value": value, "type": "button", "action_ts": f"{NOW}.500000"}
        ],
        **more,
    }


def submitted(view: dict[str, Any], values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal sent off."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme-hr"},
        "user": {"id": ALICE, "username": "alice", "name": "alice", "team_id": TEAM},
        "api_app_id": APP,
        "trigger_id": "13345224609.738474920.aaaa",
        "view": {"id": "V01", "hash": "1.abc", "team_id": TEAM, **view, "state": {"values": values}},
        **more,
    }


def command(text: str = "status", **more: str) -> dict[str, str]:
    """A slash command."""
    return {
        "token": "legacy",
        "team_id": TEAM,
        "team_domain": "acme-hr",
        "channel_id": "C01GEN",
        "channel_name": "general",
        "user_id": ALICE,
        "user_name": "alice",
        "command": "/hr",
        "text": text,
        "api_app_id": APP,
        "response_url": "https://hooks.slack.com/commands/1",
        "trigger_id": "99.88.77",
        **more,
    }


def as_json(payload: dict[str, Any]) -> bytes:
    """The body of an event."""
    return json.dumps(payload).encode()


def as_form(payload: dict[str, Any]) -> bytes:
    """The body of an interaction: a form, and a slash command's own fields."""
    return urlencode(payload if "command" in payload else {"payload": json.dumps(payload)}).encode()


def headers(body: bytes, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    stamp = str(int(time.time() if at is None else at))
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(secret, stamp, body)}
