"""Microsoft's SDK, behind the few calls the desk makes; what goes wrong in it comes out as `TransportError`."""

import asyncio
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from deskbot.channels.teams.platform import PUBLIC, Platform
from deskbot.ports import TransportError

if TYPE_CHECKING:
    from microsoft_teams.api import ApiClient
    from microsoft_teams.apps import App

TIMEOUT_SECONDS = 15.0
_SAFE = ":@;=,!$'()*+._-~"
_RETRY = frozenset({401, 408, 412, 429, 502, 504})
"""What Microsoft says is to be tried again (learn.microsoft.com, "Rate limiting"), and a token that ran out."""
_NO_ID = "DO_NOT_USE_PLACEHOLDER_ID"
"""What the SDK says where the service gave the message no id."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the bot is: its app id, its secret and the one tenant it works in."""

    client_id: str
    client_secret: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Member:
    """What Teams says about a member of a conversation."""

    email: str
    principal: str
    name: str
    role: str
    tenant: str
    directory_id: str


class _NoServer:
    """The place where the SDK would listen: our own door does, so the SDK only sends."""

    def register_route(self, method: str, path: str, handler: Any) -> None:
        """Leave the SDK's route unserved."""

    def serve_static(self, path: str, directory: str) -> None:
        """Serve nothing."""

    async def start(self, port: int) -> None:
        """Open no port."""

    async def stop(self) -> None:
        """Close nothing."""


class Connector:
    """The service that carries Teams' messages. The SDK takes seconds to load: on a thread, when first needed."""

    def __init__(self, credentials: Credentials, platform: Platform = PUBLIC) -> None:
        self._credentials = credentials
        self._platform = platform
        self._app: App | None = None
        self._loading = asyncio.Lock()

    async def app(self) -> "App":
        """Return the SDK's application, loaded once."""
        async with self._loading:
            if self._app is None:
                app = await asyncio.to_thread(_load, self._credentials, self._platform)
                await app.initialize()
                self._app = app
            return self._app

    async def close(self) -> None:
        """Close the connections."""
        if self._app is not None:
            await self._app.api.http.http.aclose()
            await self._app.http_client.http.aclose()

    async def sign_in(self) -> None:
        """Ask Microsoft for the token that the bot sends with; raise `TransportError` when it gives none."""
        app = await self.app()
        with _transport_errors():
            await app.token_provider.get_app_token(app.cloud.bot_scope, None)

    async def send(self, service_url: str, conversation: str, message: dict[str, Any], replaces: str = "") -> str:
        """Send a message, or change the one with the id `replaces`; return its id."""
        app = await self.app()
        from microsoft_teams.api.activities.message import MessageActivityInput

        activity = MessageActivityInput.model_validate(message | ({"id": replaces} if replaces else {}))
        with _transport_errors():
            sent = await app.send(_quoted(conversation), activity, service_url=self._checked(service_url))
        return "" if sent.id == _NO_ID else str(sent.id)

    async def member(self, service_url: str, conversation: str, member: str) -> Member:
        """Ask who a member of a conversation is, by their id there."""
        api = await self._api(service_url)
        with _transport_errors():
            found = await api.conversations.get_member_by_id(_quoted(conversation), _quoted(member))
        return Member(
            found.email or "",
            found.user_principal_name or "",
            found.name or "",
            found.user_role or "",
            found.tenant_id or "",
            found.aad_object_id or "",
        )

    async def open(self, service_url: str, member: str) -> str:
        """Return the id of the personal chat with somebody for whom the app is installed."""
        api, tenant = await self._api(service_url), self._credentials.tenant
        from microsoft_teams.api import Account
        from microsoft_teams.api.clients.conversation import CreateConversationParams

        params = CreateConversationParams(
            members=[Account(id=member)], tenant_id=tenant, channel_data={"tenant": {"id": tenant}}
        )
        with _transport_errors():
            return str((await api.conversations.create(params)).id)

    async def _api(self, service_url: str) -> "ApiClient":
        return (await self.app()).api.clone(service_url=self._checked(service_url))

    def _checked(self, service_url: str) -> str:
        """Return the address if the bot's token may be shown there."""
        if not self._platform.is_service(service_url):
            raise TransportError("The stored service address is none of Microsoft's.", permanent=True)
        return service_url.rstrip("/")


def _load(credentials: Credentials, platform: Platform) -> "App":
    with warnings.catch_warnings():
        # The SDK warns of its own previews while it is imported; none of them is used here.
        warnings.simplefilter("ignore")
        from microsoft_teams.api.auth.cloud_environment import PUBLIC as CLOUD
        from microsoft_teams.apps import App
        from microsoft_teams.common import ClientOptions

    sign_in: dict[str, Any] = (
        {"token": platform.token} if platform.token else {"client_secret": credentials.client_secret}
    )
    return App(
        client_id=credentials.client_id,
        tenant_id=credentials.tenant,
        http_server_adapter=_NoServer(),
        client=ClientOptions(timeout=TIMEOUT_SECONDS),
        service_url=platform.service_url,
        cloud=replace(CLOUD, openid_metadata_url=platform.metadata_url),
        **sign_in,
    )


@contextmanager
def _transport_errors() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise of_status(error.response.status_code, error.response.headers.get("retry-after")) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransportError(f"Teams cannot be reached: {type(error).__name__}.") from error
    except httpx.HTTPError as error:
        raise TransportError(f"Teams did not answer: {type(error).__name__}.", ambiguous=True) from error
    except (ValueError, OSError) as error:
        # The SDK's sign-in says so when Microsoft gives it no token; nothing has been sent yet.
        _log.warning("The sign-in at Microsoft failed: %s", error)
        raise TransportError("The sign-in at Microsoft failed; check TEAMS_CLIENT_ID and its SECRET.") from error


def of_status(status: int, retry_after: str | None = None) -> TransportError:
    """Return what an HTTP status means: try again, never again, or unclear whether it arrived.

    A server error after the message was handed over says nothing about whether it was shown.
    """
    message = f"Teams answered with {status}."
    if status in _RETRY:
        return TransportError(message, retry_after=_seconds(retry_after), ambiguous=status in {408, 502, 504})
    if status >= 500:
        return TransportError(message, ambiguous=True, retry_after=_seconds(retry_after))
    return TransportError(message, permanent=True)


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(float(retry_after or ""), 0.0)
    except ValueError:
        return None


def _quoted(identifier: str) -> str:
    """Return an id as one part of an address; the SDK puts it there as it is."""
    return quote(identifier, safe=_SAFE)
