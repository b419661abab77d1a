"""Microsoft Teams from settings: its door and its channel. Imported only where Teams is on: it is an extra."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from deskbot.channels.teams.channel import TeamsChannel
from deskbot.channels.teams.connector import Connector, Credentials
from deskbot.channels.teams.door import Door, Intake
from deskbot.channels.teams.platform import Platform
from deskbot.channels.teams.verification import Keys, Verifier, fetch_from
from deskbot.config import Settings
from deskbot.desk.conversation import Turn
from deskbot.ports import RawDelivery


def door(
    settings: Settings,
    platform: Platform,
    accept: Callable[[RawDelivery], Awaitable[bool]],
    answer: Callable[[str], Awaitable[Turn | None]],
    now: Callable[[], datetime],
) -> Door:
    """Return the door behind `POST /api/messages`."""
    tenants = frozenset({settings.teams_tenant_id or ""})
    keys = Keys(fetch_from(platform.metadata_url))
    verifier = Verifier(settings.teams_client_id or "", tenants, keys, platform)
    return Door(verifier, Intake(accept, answer, now, settings.base_url.rstrip("/")))


def channel(settings: Settings, platform: Platform) -> TeamsChannel:
    """Return the channel that sends through Microsoft's SDK."""
    tenant = settings.teams_tenant_id or ""
    credentials = Credentials(settings.teams_client_id or "", settings.teams_client_secret or "", tenant)
    connector = Connector(credentials, platform)
    return TeamsChannel(connector, tenant, base_url=settings.base_url.rstrip("/"), platform=platform)
