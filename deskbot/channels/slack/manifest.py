"""The app manifest: what to paste into Slack so that the app is what this channel expects, and may do no more."""

from typing import Any

_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
)
_EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")
_PROMPTS = (
    ("Time off", "How do I book time off?"),
    ("A letter", "I need a letter that confirms my employment."),
    ("Pay", "When is payday?"),
    ("My requests", "my requests"),
)


def manifest(base_url: str, *, socket: bool = False, oauth: bool = False, name: str = "deskbot") -> dict[str, Any]:
    """Return the manifest for a desk at this address.

    With `socket` Slack is not told any address to deliver to; with `oauth` other workspaces of the organisation can
    install the app themselves. Slack's schema for it is `app-manifest.v2`.
    """
    base = base_url.rstrip("/")
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name, "description": "HR service desk: answers, requests and letters"},
        "features": _features(name, None if socket else f"{base}/slack/events"),
        "oauth_config": {"scopes": {"bot": list(_SCOPES)}}
        | ({"redirect_urls": [f"{base}/slack/oauth_redirect"]} if oauth else {}),
        "settings": _settings(f"{base}/slack/events", socket=socket, oauth=oauth),
    }


def _features(name: str, address: str | None) -> dict[str, Any]:
    command: dict[str, Any] = {
        "command": "/hr",
        "description": "Ask HR or follow up a request",
        "usage_hint": "[question | my requests | status HR-1042]",
        "should_escape": True,
    }
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": name, "always_online": True},
        "agent_view": {
            "agent_description": "Answers HR questions from the handbook and brings the rest to the right person.",
            "suggested_prompts": [{"title": title, "message": message} for title, message in _PROMPTS],
        },
        "slash_commands": [command | ({"url": address} if address else {})],
        "shortcuts": [
            {
                "name": "Send to HR",
                "type": "message",
                "callback_id": "hr_from_message",
                "description": "Ask HR about this message",
            },
            {
                "name": "Ask HR",
                "type": "global",
                "callback_id": "hr_ticket",
                "description": "See what HR can do for you",
            },
        ],
    }


def _settings(address: str, *, socket: bool, oauth: bool) -> dict[str, Any]:
    events: dict[str, Any] = {"bot_events": list(_EVENTS)}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if not socket:
        events["request_url"] = address
        interactivity |= {"request_url": address, "message_menu_options_url": address}
    return {
        "event_subscriptions": events,
        "interactivity": interactivity,
        "org_deploy_enabled": oauth,
        "socket_mode_enabled": socket,
        "token_rotation_enabled": False,
    }
