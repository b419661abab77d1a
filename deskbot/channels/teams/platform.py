"""Where Microsoft's services are: the public cloud, or a stand-in on this machine in tests."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Token = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Platform:
    """Addresses and names that everything else is checked against.

    `metadata_url` names the keys that sign deliveries, `issuer` who signs them. `services` are the origins that a
    bot's token may be shown to (learn.microsoft.com, "Send and receive messages with a bot", global and GCC service
    addresses); `service_url` is the one for a tenant whose own is not known yet. `token` replaces the sign-in at
    Microsoft where there is none.
    """

    metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    issuer: str = "https://api.botframework.com"
    services: frozenset[str] = frozenset(
        {"https://smba.trafficmanager.net", "https://smba.infra.gcc.teams.microsoft.com"}
    )
    service_url: str = "https://smba.trafficmanager.net/teams"
    token: Token | None = None

    def is_service(self, url: str) -> bool:
        """Tell whether an address belongs to the service that carries Teams' messages."""
        return origin(url) in self.services


def origin(url: str) -> str:
    """Return scheme, host and port of an address; empty when it is none, or names a user before the host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc and "@" not in url else ""


PUBLIC = Platform()
"""Microsoft's public cloud, which also serves GCC tenants."""
