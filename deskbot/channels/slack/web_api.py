"""Slack's Web API: one kept connection, a client for each workspace, and what its errors mean for the outbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from deskbot.ports import TransportError

SLACK = "https://slack.com/api/"
TIMEOUT_SECONDS = 10.0
CONFIGURATION_RETRY_SECONDS = 300.0
Tokens = Callable[[str], str | None]

# An operator can mend these, and then the message should still go.
_CONFIGURATION = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "account_inactive",
        "missing_scope",
        "org_login_required",
    }
)
# Slack says of these that the call may have had an effect all the same.
_AMBIGUOUS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_AGAIN = frozenset({"ratelimited", "rate_limited", "accesslimited", "team_added_to_org", "message_limit_exceeded"})


class WebApi:
    """The Web API clients of this process; `start` and `close` bracket their use inside one event loop.

    `tokens` gives the bot token of a workspace (or None). Posts are never repeated here: the outbox decides that.
    """

    def __init__(self, tokens: Tokens, api_url: str = SLACK) -> None:
        self.api_url = api_url.rstrip("/") + "/"
        self._tokens = tokens
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[tuple[str, bool], AsyncWebClient] = {}

    async def start(self) -> None:
        """Open the kept connection pool."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))

    async def close(self) -> None:
        """Close the connections."""
        self._clients.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The kept session."""
        if self._session is None:
            raise RuntimeError("The Slack channel was not started.")
        return self._session

    def token(self, team: str) -> str:
        """Return the workspace's bot token; raise a permanent `TransportError` when the app is not installed there."""
        token = self._tokens(team)
        if not token:
            raise TransportError(f"deskbot is not installed in the Slack workspace {team}.", permanent=True)
        return token

    def writes(self, team: str) -> AsyncWebClient:
        """Return the client for calls with an effect: nothing is sent twice."""
        return self._client(team, reading=False)

    def reads(self, team: str) -> AsyncWebClient:
        """Return the client for lookups, which waits once where Slack asks it to."""
        return self._client(team, reading=True)

    def _client(self, team: str, *, reading: bool) -> AsyncWebClient:
        token = self.token(team)
        client = self._clients.get((token, reading))
        if client is None:
            handlers: list[Any] = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)] if reading else []
            client = AsyncWebClient(token, base_url=self.api_url, session=self.session, retry_handlers=handlers)
            self._clients[token, reading] = client
        return client


@contextmanager
def transport_errors() -> Iterator[None]:
    """Turn what slack_sdk and aiohttp raise into a `TransportError` that says what to do about it."""
    try:
        yield
    except SlackApiError as error:
        raise meaning(error) from error
    except aiohttp.ClientConnectorError as error:
        raise TransportError(f"Slack cannot be reached: {error}") from error
    except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
        raise TransportError(
            f"The connection to Slack broke: {error or type(error).__name__}", ambiguous=True
        ) from error


def meaning(error: SlackApiError) -> TransportError:
    """Tell what a refusal of Slack's means: again later, look first, mend the settings, or never."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    name = error_name(error)
    words = f"Slack refused: {name or status}"
    if status == 429 or name in _AGAIN:
        return TransportError(words, retry_after=_retry_after(getattr(response, "headers", {})))
    if status >= 500 or name in _AMBIGUOUS or not name:
        return TransportError(words, ambiguous=True)
    if name in _CONFIGURATION:
        return TransportError(words, retry_after=CONFIGURATION_RETRY_SECONDS)
    return TransportError(words, permanent=True)


def error_name(error: SlackApiError) -> str:
    """Return Slack's own name of a refusal, or an empty string when it gave none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _retry_after(headers: Any) -> float:
    value = next((found for name, found in dict(headers).items() if str(name).lower() == "retry-after"), "1")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).replace(".", "", 1).isdigit() else 1.0
