"""Socket Mode: the same intake without an open address. An envelope is committed before it is acknowledged."""

import asyncio
import json
import logging
from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from deskbot.channels.slack import delivery as deliveries
from deskbot.channels.slack.door import Answer, Intake
from deskbot.channels.slack.web_api import SLACK

_TYPES = frozenset({"events_api", "interactive", "slash_commands"})
_log = logging.getLogger(__name__)


class SocketDoor:
    """The door that dials out: Slack's envelopes come through a socket opened with the app-level token."""

    def __init__(self, app_token: str, intake: Intake, api_url: str = SLACK) -> None:
        """Raise `ValueError` for a token of the wrong kind: a bot token cannot open a socket."""
        if not app_token.startswith("xapp-"):
            raise ValueError("SLACK_APP_TOKEN must be an app-level token, which begins with xapp-.")
        self._app_token = app_token
        self._api_url = api_url.rstrip("/") + "/"
        self._intake = intake
        self._client: SocketModeClient | None = None
        self._opening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to open the socket; it is tried until Slack opens it, kept open, and opened anew when Slack asks."""
        # The socket needs its own Web API client: apps.connections.open takes the app-level token, not the bot's.
        web_client = AsyncWebClient(token=self._app_token, base_url=self._api_url)
        self._client = SocketModeClient(app_token=self._app_token, web_client=web_client)
        self._client.socket_mode_request_listeners.append(self._on_envelope)
        self._opening = asyncio.create_task(self._open(self._client), name="slack-socket")

    async def _open(self, client: SocketModeClient) -> None:
        for wait in chain((1.0, 2.0, 5.0, 10.0, 30.0), repeat(60.0)):
            try:
                await client.connect_to_new_endpoint()
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                _log.error("Slack did not open a socket, trying again in %s s: %s", wait, error)
                await asyncio.sleep(wait)
            else:
                return

    async def close(self) -> None:
        """Close the socket."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
        self._client = self._opening = None

    async def is_connected(self) -> bool:
        """Tell whether the socket is open."""
        return self._client is not None and await self._client.is_connected()

    async def _on_envelope(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        payload: Mapping[str, Any] = envelope.payload if isinstance(envelope.payload, dict) else {}
        # What is not acknowledged because the commit failed comes again.
        answer = await self._intake.take(deliveries.of(payload, None)) if envelope.type in _TYPES else Answer()
        if answer.status == 200:
            response = SocketModeResponse(envelope_id=envelope.envelope_id, payload=_payload(answer))
            await client.send_socket_mode_response(response)
        else:
            _log.warning("Slack's envelope was not answered: status %s", answer.status)


def _payload(answer: Answer) -> dict[str, Any] | None:
    if not answer.body:
        return None
    if answer.content_type.startswith("application/json"):
        found = json.loads(answer.body)
        return found if isinstance(found, dict) else None
    return {"text": answer.body.decode()}
