"""Is this request really from Teams, for our bot and our tenant? Its signed token, checked against Microsoft's keys."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from deskbot.channels.teams.delivery import Payload, tenants, text
from deskbot.channels.teams.platform import PUBLIC, Platform, origin

LEEWAY_SECONDS = 300
"""How far clocks may differ (learn.microsoft.com, "Authentication with the Bot Connector API": five minutes)."""
FRESH_SECONDS = 24 * 3600.0
"""How long keys are believed without asking again, as the same page says."""
REFRESH_SECONDS = 60.0
"""The least time between two questions to the key server, whoever asks for which key."""
FETCH_SECONDS = 5.0

_ALGORITHMS = ["RS256"]
_REQUIRED = ["exp", "iss", "aud"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of Microsoft's keys, and the channels it may speak for."""

    key: Any
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passport:
    """What a verified token says: the service that sent it, and the channels its key may speak for."""

    service_url: str
    channels: frozenset[str]


class KeysUnavailable(Exception):
    """No key is known and the key server does not answer."""


Fetch = Callable[[], Awaitable[Mapping[str, Any]]]


class Keys:
    """Microsoft's signing keys, in memory: asked for at most once a minute; old ones serve until new ones come."""

    def __init__(self, fetch: Fetch, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, SigningKey] = {}
        self._asked: float | None = None
        self._fetched = 0.0
        self._lock = asyncio.Lock()
        self._background: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> SigningKey | None:
        """Return the key with this id, or None; raise `KeysUnavailable` when there are no keys to compare with."""
        known = self._keys.get(kid)
        if known is None:
            await self._refresh()
        elif self._monotonic() - self._fetched > FRESH_SECONDS and self._may_ask():
            # A known key serves on while the key server is slow; nobody waits for it.
            self._background = asyncio.create_task(self._refresh())
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _may_ask(self) -> bool:
        return self._asked is None or self._monotonic() - self._asked >= REFRESH_SECONDS

    async def _refresh(self) -> None:
        async with self._lock:
            if not self._may_ask():
                return
            self._asked = self._monotonic()
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    found = _read(await self._fetch())
            except (httpx.HTTPError, OSError, ValueError, TimeoutError) as error:
                _log.warning("Microsoft's signing keys could not be fetched: %s", type(error).__name__)
                return
            if found:
                self._keys, self._fetched = found, self._monotonic()


def _read(answer: Mapping[str, Any]) -> dict[str, SigningKey]:
    listed = answer.get("keys")
    found = {}
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping) and entry.get("kty") == "RSA" and entry.get("kid"):
            channels = entry.get("endorsements")
            allowed = frozenset(map(str, channels)) if isinstance(channels, list) else frozenset()
            found[str(entry["kid"])] = SigningKey(_public_key(entry), allowed)
    return {kid: signing for kid, signing in found.items() if signing.key is not None}


def _public_key(entry: Mapping[str, Any]) -> Any:
    try:
        return jwt.PyJWK(dict(entry), algorithm="RS256").key
    except jwt.PyJWTError:
        return None


def fetch_from(metadata_url: str) -> Fetch:
    """Return how to ask for the keys, on a thread: to open a secure connection takes long enough to be felt."""

    async def fetch() -> Mapping[str, Any]:
        return await asyncio.to_thread(_listed, metadata_url)

    return fetch


def _listed(metadata_url: str) -> Mapping[str, Any]:
    """Follow the metadata to the keys, which must be at the same host."""
    with httpx.Client(timeout=FETCH_SECONDS, follow_redirects=False) as client:
        address = str(_json(client, metadata_url).get("jwks_uri", ""))
        if origin(address) != origin(metadata_url):
            raise ValueError("The metadata names keys at another host.")
        return _json(client, address)


def _json(client: httpx.Client, url: str) -> Mapping[str, Any]:
    response = client.get(url)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise ValueError("The key server answered with something else than an object.")
    return found


class Verifier:
    """Decides about tokens and activities for one bot (`client_id`) in the tenants it listens to."""

    def __init__(self, client_id: str, allowed: frozenset[str], keys: Keys, platform: Platform = PUBLIC) -> None:
        """Raise `ValueError` for an empty id or no tenant: without them anybody's bot could speak to ours."""
        if not client_id.strip() or not any(allowed):
            raise ValueError("TEAMS_CLIENT_ID and TEAMS_TENANT_ID must not be empty.")
        self._client_id = client_id
        self._allowed = allowed
        self._keys = keys
        self._platform = platform

    async def passport(self, token: str) -> Passport | None:
        """Return what a token proves, None when it proves nothing; may raise `KeysUnavailable`.

        The token names its key by id only: keys that it brings along or points to are never looked at, and RS256 is
        the one algorithm there is.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            signing = await self._keys.find(kid) if isinstance(kid, str) else None
            if signing is None:
                return None
            claims = jwt.decode(
                token,
                signing.key,
                algorithms=_ALGORITHMS,
                audience=self._client_id,
                issuer=self._platform.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError):
            return None
        return Passport(_bare(claims.get("serviceurl")), signing.channels)

    def refusal(self, passport: Passport, activity: Payload) -> str | None:
        """Return why an activity is not taken although its token is good; None when it is ours."""
        service, channel = _bare(activity.get("serviceUrl")), text(activity, "channelId")
        if not service or service != passport.service_url:
            return "another service than the token's"
        if not self._platform.is_service(service):
            return "an unknown service"
        if channel != "msteams" or channel not in passport.channels:
            return "another channel"
        named = tenants(activity)
        return None if named and named <= self._allowed else "another tenant"


def _bare(url: object) -> str:
    return url.rstrip("/") if isinstance(url, str) else ""
