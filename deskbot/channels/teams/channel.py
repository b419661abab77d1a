"""Teams as a channel of the desk: replies sent to where people wrote, or to their personal chat, and who they are."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import aiohttp

from deskbot.channels.teams import parse as parsing
from deskbot.channels.teams.connector import Connector, Member
from deskbot.channels.teams.delivery import Payload, part, text
from deskbot.channels.teams.parse import writer_of
from deskbot.channels.teams.platform import PUBLIC, Platform, origin
from deskbot.channels.teams.render import render
from deskbot.desk.messages import Inbound
from deskbot.ports import Outgoing, Profile, TransportError

MAX_FILE = 10 * 1024 * 1024
"""Bytes of one file taken from Teams."""
FILE_HOSTS = (".sharepoint.com", ".svc.ms")
"""Where the files of Teams' chats lie; a download address elsewhere is not followed."""
FILE_SECONDS = 20
_REMEMBERED = 10_000
V = TypeVar("V")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where somebody was seen last, and their id there."""

    service_url: str
    conversation: str
    member: str


class TeamsChannel:
    """Microsoft Teams as a place where people talk.

    Where somebody was seen last (service and conversation) is kept in memory only to ask who they are; what is needed
    to write to them first lies in the store, as `Inbound.address`.
    """

    name = "teams"

    def __init__(self, connector: Connector, tenant: str, *, base_url: str, platform: Platform = PUBLIC) -> None:
        self._connector = connector
        self._tenant = tenant
        self._base_url = base_url
        self._platform = platform
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._rooms: OrderedDict[str, str] = OrderedDict()
        self._said: OrderedDict[str, list[str]] = OrderedDict()
        self._loading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load the SDK behind everybody's back; the first message does not have to wait for it."""
        self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        try:
            await self._connector.app()
        except (ImportError, ValueError, OSError) as error:
            _log.error("Microsoft's SDK for Teams could not be loaded: %s", error)

    async def close(self) -> None:
        """Close the connections."""
        if self._loading is not None:
            await self._loading
        await self._connector.close()

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Turn a verified activity into what people did."""
        inbounds = parsing.parse(kind, body)
        for inbound in inbounds:
            service, member = inbound.address.get("service_url", ""), inbound.address.get("member", "")
            _remember(self._seen, inbound.sender, Seen(service, inbound.place, member))
        return inbounds

    async def fetch(self, kind: str, body: bytes, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Return the inbounds with the bytes of their files; one over `MAX_FILE` is marked so.

        Raises `TransportError` when a file is not handed over now: the activity is worked again later.
        """
        return [await self._with_files(inbound, parsing.attached(body)) for inbound in inbounds]

    async def _with_files(self, inbound: Inbound, records: Sequence[Payload]) -> Inbound:
        taken, links = [], []
        for named, record in zip(inbound.files, records, strict=True):
            url = text(part(record, "content"), "downloadUrl")
            if _is_file_host(url):
                data = await _download(url)
                taken.append(replace(named, data=data or b"", too_large=data is None))
            else:
                links.append(f"{named.name} {text(record, 'contentUrl')}".strip())
        return replace(inbound, files=tuple(taken), text="\n".join(filter(None, [inbound.text, *links])))

    async def deliver(self, outgoing: Outgoing) -> str:
        """Send the reply and return the id of its first message; what goes to one person goes to their own chat."""
        service, room = self._service(outgoing), await self._room(outgoing)
        messages = render(outgoing.reply, self._base_url)
        if outgoing.kind == "update" and outgoing.external_id:
            return await self._connector.send(service, room, messages[-1], outgoing.external_id)
        # What an interrupted attempt has already said is not said again, as long as this process remembers it.
        said = _remember(self._said, outgoing.key, self._said.get(outgoing.key, []))
        for message in messages[len(said) :]:
            said.append(await self._connector.send(service, room, message))
        return said[0]

    async def find(self, outgoing: Outgoing) -> str | None:
        """Return None: a bot can read no conversation in Teams and its messages carry no key of ours.

        So an attempt that ended without an answer is sent once more, and at worst is seen twice; it is never lost.
        """
        return None

    def below(self, outgoing: Outgoing, external_id: str) -> tuple[str, str] | None:
        """Return the personal chat that a notice went to: what is answered there reaches what the notice was about."""
        room = outgoing.address.get("conversation") or self._rooms.get(_user(outgoing))
        return (str(room), str(room)) if outgoing.kind == "notice" and room else None

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """Ask Teams who this is; guests and people of other tenants are refused by name."""
        seen = self._seen.get(sender)
        if seen is None:
            return None
        try:
            member = await self._connector.member(seen.service_url, seen.conversation, seen.member)
        except TransportError as error:
            _log.warning("Teams did not say who %s is: %s", sender, error.message)
            return Profile(None, refused="unknown") if error.permanent else None
        refused = self._refusal(scope, sender, member)
        address = member.email or (member.principal if "@" in member.principal else "")
        return Profile(None if refused else address.strip().lower() or None, member.name, refused)

    def _refusal(self, scope: str, sender: str, member: Member) -> str | None:
        if member.directory_id and member.directory_id != sender:
            return "somebody else"
        # A guest's principal name carries their own tenant before #EXT# (learn.microsoft.com, "B2B collaboration").
        if "#ext#" in member.principal.lower() or member.role.lower() in {"guest", "anonymous"}:
            return "guest"
        foreign = self._tenant != scope or (member.tenant and member.tenant != self._tenant)
        return "other company" if foreign else None

    def _service(self, outgoing: Outgoing) -> str:
        seen = self._seen.get(_user(outgoing))
        known = outgoing.address.get("service_url") or (seen.service_url if seen else "")
        return str(known or self._platform.service_url)

    async def _room(self, outgoing: Outgoing) -> str:
        """Return the conversation to write into; in a room where others read, what is private goes to its reader."""
        whispered = outgoing.reply.private and bool(writer_of(outgoing.conversation))
        if outgoing.place and not whispered:
            return outgoing.place
        user = _user(outgoing)
        room = outgoing.address.get("conversation") or self._rooms.get(user)
        if room:
            return str(room)
        if not user:
            raise TransportError("The message has neither a room nor a person in Teams.", permanent=True)
        member = str(outgoing.address.get("member") or user)
        return _remember(self._rooms, user, await self._connector.open(self._service(outgoing), member))


def _user(outgoing: Outgoing) -> str:
    return str(outgoing.address.get("user") or writer_of(outgoing.conversation))


def _remember(kept: OrderedDict[str, V], key: str, value: V) -> V:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)
    return value


def _is_file_host(url: str) -> bool:
    scheme, _, host = origin(url).partition("://")
    return scheme == "https" and host.endswith(FILE_HOSTS)


async def _download(url: str) -> bytes | None:
    """Return a file's bytes, or None when there are more than `MAX_FILE`. The address carries its own permission."""
    data = bytearray()
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(FILE_SECONDS)) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            response.raise_for_status()
            async for piece in response.content.iter_chunked(65_536):
                data += piece
                if len(data) > MAX_FILE:
                    return None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TransportError(f"Teams did not hand over a file: {type(error).__name__}.") from error
    return bytes(data)
