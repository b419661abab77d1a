"""Signed Slack deliveries, as Slack's servers send them, made before the clock runs."""

import json
import time
from collections.abc import Iterator

from benchmarks.bolt_bot import APP, SECRET, TEAM, USER
from deskbot.channels.slack.signature import sign

Signed = tuple[bytes, list[tuple[bytes, bytes]]]


def message(number: int, text: str, *, channel: str, user: str = USER, thread: str = "") -> Signed:
    """Return body and headers of a message event of its own."""
    stamp = f"{1_790_000_000 + number}.{number % 1_000_000:06d}"
    event = {
        "type": "message",
        "user": user,
        "text": text,
        "ts": stamp,
        "client_msg_id": f"{number:08x}-0000-4000-8000-000000000000",
        "team": TEAM,
        "channel": channel,
        "event_ts": stamp,
        "channel_type": "im",
        "blocks": [
            {
                "type": "rich_text",
                "block_id": "b1",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
            }
        ],
    }
    if thread:
        event["thread_ts"] = thread
    body = {
        "token": "deprecated",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{number:09d}",
        "event_time": 1_790_000_000 + number,
        "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": "4-bench",
    }
    return signed(json.dumps(body).encode())


def signed(body: bytes) -> Signed:
    """Return a body with the headers Slack would send it with now."""
    now = str(int(time.time()))
    headers = [
        (b"host", b"127.0.0.1"),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-slack-request-timestamp", now.encode()),
        (b"x-slack-signature", sign(SECRET, now, body).encode()),
    ]
    return body, headers


def messages(count: int, text: str, channel: str) -> Iterator[Signed]:
    """Yield deliveries with keys of their own."""
    return (message(number, text, channel=channel) for number in range(count))
