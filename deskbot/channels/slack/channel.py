"""The Slack channel: replies posted once into the right thread, found again by their key, people known by id."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deskbot.channels.slack import parse as parsing
from deskbot.channels.slack.delivery import Payload, part
from deskbot.channels.slack.door import Trusted
from deskbot.channels.slack.parse import is_direct, message_id, split_id, writer_of
from deskbot.channels.slack.render import Message, render, render_home
from deskbot.channels.slack.web_api import SLACK, Tokens, WebApi, error_name, transport_errors
from deskbot.desk.messages import FileIn, Inbound, Reply
from deskbot.ports import Outgoing, Profile, TransportError

METADATA_EVENT = "deskbot_reply"
MAX_FILE = 10 * 1024 * 1024
"""Bytes of one file that is taken from or handed to Slack."""
MAX_PROMPTS = 4
_PAGES = 20
_log = logging.getLogger(__name__)

Files = Callable[[int], Awaitable[bytes | None]]


async def _no_files(_attachment: int) -> bytes | None:
    return None


class SlackChannel:
    """Slack as a place where people talk.

    `tokens` gives a workspace's bot token, `files` the bytes of an attachment (None when it may not leave the desk),
    `base_url` the desk's own web address. `min_interval` is the pause in seconds that Slack asks for between posts to
    one channel (docs.slack.dev, "Rate limits").
    """

    name = "slack"
    min_interval = 1.0

    def __init__(
        self,
        tokens: Tokens,
        *,
        base_url: str,
        api_url: str = SLACK,
        files: Files = _no_files,
        trusted: Trusted | None = None,
    ) -> None:
        self.api = WebApi(tokens, api_url)
        self.trusted = trusted if trusted is not None else Trusted()
        self._base_url = base_url
        self._files = files
        self._rooms: dict[tuple[str, str], str] = {}

    async def start(self) -> None:
        """Open the connections and learn which workspace we are in; a Slack that is down does not stop the start."""
        await self.api.start()
        try:
            await self.identify()
        except TransportError as error:
            _log.warning("Slack could not tell who we are: %s", error.message)

    async def close(self) -> None:
        """Close the connections."""
        await self.api.close()

    async def identify(self) -> str:
        """Ask Slack whose token this is, trust that workspace from now on, return its name; raise `TransportError`."""
        with transport_errors():
            told = await self.api.reads("").auth_test()
        ids = (told.get("team_id"), told.get("enterprise_id"))
        self.trusted.teams = frozenset(str(found) for found in ids if found)
        return str(told.get("team") or told.get("team_id") or "")

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Turn a verified delivery into what people did."""
        return parsing.parse(kind, body)

    def below(self, outgoing: Outgoing, external_id: str) -> tuple[str, str] | None:
        """Return the room and the key of the thread below a direct message that hangs in no thread: its own id."""
        room = split_id(external_id)[1]
        starts_thread = outgoing.kind in {"reply", "notice"} and not split_id(outgoing.conversation)[2]
        return (room, external_id) if starts_thread and is_direct(room) else None

    async def fetch(self, kind: str, body: bytes, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Return the inbounds with the bytes of their files, taken from Slack; one over `MAX_FILE` is marked so.

        Raises `TransportError` when Slack does not hand a file over now: the delivery is worked again later.
        """
        return [await self._with_files(inbound, parsing.attached(kind, body)) for inbound in inbounds]

    async def _with_files(self, inbound: Inbound, records: Sequence[Payload]) -> Inbound:
        if not inbound.files:
            return inbound
        team, taken, links = split_id(inbound.conversation)[0], [], []
        for named, listed in zip(inbound.files, records, strict=True):
            record = listed if listed.get("url_private") else await self._looked_up(team, listed)
            file, url = replace(named, name=str(record.get("name") or named.name)), _address(record)
            if self._is_slacks(url):
                taken.append(await self._download(team, file, url, int(record.get("size") or 0)))
            else:
                # A file that lies elsewhere, as Google Drive's do, is no more than a link in the message.
                links.append(f"{file.name} {url}".strip())
        return replace(inbound, files=tuple(taken), text="\n".join(filter(None, [inbound.text, *links])))

    async def _looked_up(self, team: str, record: Payload) -> Payload:
        with transport_errors():
            told = await self.api.reads(team).files_info(file=str(record["id"]))
        return part(told.data if isinstance(told.data, dict) else {}, "file")

    async def _download(self, team: str, file: FileIn, url: str, size: int) -> FileIn:
        data = await self._bytes(team, url) if size <= MAX_FILE else None
        return replace(file, data=data or b"", too_large=data is None)

    def _is_slacks(self, url: str) -> bool:
        """Tell whether the bot token may be shown to this address: Slack's file server, or the API's own host."""
        parts, api = urlsplit(url), urlsplit(self.api.api_url)
        return (parts.scheme, parts.netloc) in {("https", "files.slack.com"), (api.scheme, api.netloc)}

    async def _bytes(self, team: str, url: str) -> bytes | None:
        """Return a file's bytes, or None when there are more than `MAX_FILE`."""
        data = bytearray()
        headers = {"Authorization": f"Bearer {self.api.token(team)}"}
        with transport_errors():
            async with self.api.session.get(url, headers=headers, allow_redirects=False) as response:
                response.raise_for_status()
                async for piece in response.content.iter_chunked(65_536):
                    data += piece
                    if len(data) > MAX_FILE:
                        return None
        return bytes(data)

    async def deliver(self, outgoing: Outgoing) -> str:
        """Post the reply and return the id of its (first) message, which is also the key of the thread below it."""
        if outgoing.kind == "home":
            return await self._home(outgoing)
        team, room, thread = await self._where(outgoing)
        with transport_errors():
            if outgoing.kind == "prompts":
                return await self._prompts(team, room, outgoing.reply)
            if outgoing.reply.private and not is_direct(room):
                return await self._whisper(team, room, thread, outgoing)
            posted = await self._post_all(team, room, thread, outgoing)
        await self._upload(team, room, thread or split_id(posted)[2], outgoing.reply)
        return posted

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for an earlier attempt by its key; None when it is not there whole, or only its reader can see it."""
        if outgoing.kind in {"home", "prompts"}:
            return None
        team, room, thread = await self._where(outgoing)
        if outgoing.reply.private and not is_direct(room):
            return None
        with transport_errors():
            parts = await self._parts(team, room, thread, outgoing.key)
        count = len(render(outgoing.reply, self._base_url))
        return message_id(team, room, parts[0]) if all(part in parts for part in range(count)) else None

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """Ask Slack who this is; guests, bots, former members and people of other companies are refused by name."""
        try:
            with transport_errors():
                told = await self.api.reads(scope).users_info(user=sender)
        except TransportError as error:
            _log.warning("Slack did not say who %s is: %s", sender, error.message)
            return Profile(None, refused="unknown") if error.permanent else None
        user: dict[str, Any] = told.get("user") or {}
        profile = user.get("profile") or {}
        refused = self._refusal(user)
        email = None if refused else str(profile.get("email") or "").strip().lower() or None
        return Profile(email, str(profile.get("real_name") or user.get("real_name") or user.get("name") or ""), refused)

    def _refusal(self, user: Payload) -> str | None:
        if user.get("is_bot") or user.get("id") == "USLACKBOT":
            return "bot"
        if user.get("deleted"):
            return "former member"
        if user.get("is_restricted") or user.get("is_ultra_restricted"):
            return "guest"
        homes = {user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id")} - {None, ""}
        foreign = bool(self.trusted.teams and homes and self.trusted.teams.isdisjoint(homes))
        return "other company" if user.get("is_stranger") or foreign else None

    async def _where(self, outgoing: Outgoing) -> tuple[str, str, str]:
        """Return (team, channel id, thread or "") of an outgoing message; a person's id becomes their direct room."""
        team, room, thread = split_id(outgoing.conversation)
        team = team or str(outgoing.address.get("team") or outgoing.address.get("scope") or "")
        room = room or outgoing.place or str(outgoing.address.get("user") or outgoing.recipient)
        if not room:
            raise TransportError("The message has neither a room nor a person in Slack.", permanent=True)
        return team, (await self._room(team, room) if room[:1] in {"U", "W"} else room), thread

    async def _room(self, team: str, user: str) -> str:
        """Return the id of the direct conversation with a person."""
        if (team, user) not in self._rooms:
            with transport_errors():
                opened = await self.api.reads(team).conversations_open(users=user)
            self._rooms[team, user] = str((opened.get("channel") or {}).get("id") or user)
        return self._rooms[team, user]

    async def _post_all(self, team: str, room: str, thread: str, outgoing: Outgoing) -> str:
        messages = render(outgoing.reply, self._base_url)
        if outgoing.kind == "update" and outgoing.external_id:
            return await self._update(team, outgoing, messages[0])
        # A long reply is several posts: what an interrupted attempt has already said is not said again.
        said = await self._parts(team, room, thread, outgoing.key) if len(messages) > 1 else {}
        for number, message in enumerate(messages):
            if number and number not in said:
                await asyncio.sleep(self.min_interval)
            if number not in said:
                said[number] = await self._post(self.api.writes(team), room, thread, message, outgoing.key, number)
        return message_id(team, room, said[0])

    async def _post(
        self, client: AsyncWebClient, room: str, thread: str, message: Message, key: str, number: int
    ) -> str:
        metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": key, "part": number}}
        common: dict[str, Any] = {"channel": room, "metadata": metadata, "unfurl_links": False, "unfurl_media": False}
        if thread:
            common["thread_ts"] = thread
        try:
            told = await client.chat_postMessage(text=message.text, blocks=message.blocks, **common)
        except SlackApiError as error:
            if error_name(error) not in {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}:
                raise
            _log.warning("Slack refused the blocks of %s; it was sent as text.", key)
            told = await client.chat_postMessage(text=message.text, **common)
        return str(told["ts"])

    async def _update(self, team: str, outgoing: Outgoing, message: Message) -> str:
        _, room, ts = split_id(outgoing.external_id)
        await self.api.writes(team).chat_update(channel=room, ts=ts, text=message.text, blocks=message.blocks)
        return outgoing.external_id

    async def _whisper(self, team: str, room: str, thread: str, outgoing: Outgoing) -> str:
        """Show a reply to one person in a room where others read; it is gone when they reload."""
        reader = outgoing.recipient or writer_of(outgoing.conversation)
        if not reader:
            raise TransportError("A private reply in a public place needs somebody to show it to.", permanent=True)
        told: Any = {}
        for message in render(outgoing.reply, self._base_url):
            told = await self.api.writes(team).chat_postEphemeral(
                channel=room,
                user=reader,
                thread_ts=thread or None,
                text=message.text,
                blocks=message.blocks,
            )
        return message_id(team, room, str(told.get("message_ts") or ""))

    async def _home(self, outgoing: Outgoing) -> str:
        team, user, _ = split_id(outgoing.conversation)
        view = render_home(outgoing.reply, self._base_url)
        with transport_errors():
            told = await self.api.writes(team).views_publish(user_id=user, view=view)
        return str((told.get("view") or {}).get("id") or "")

    async def _prompts(self, team: str, room: str, reply: Reply) -> str:
        """Suggest questions in the app's message tab. Bolt's own helper adds a thread, which silently fails here."""
        prompts = [{"title": choice.label, "message": choice.value or choice.label} for choice in reply.choices]
        client = self.api.writes(team)
        await client.api_call(
            "assistant.threads.setSuggestedPrompts", json={"channel_id": room, "prompts": prompts[:MAX_PROMPTS]}
        )
        return ""

    async def _parts(self, team: str, room: str, thread: str, key: str) -> dict[int, str]:
        """Return the time stamps of the messages that carry this key, by part."""
        client, cursor, found = self.api.reads(team), "", {}
        for _ in range(_PAGES):
            page: dict[str, Any] = {
                "channel": room,
                "limit": 200,
                "include_all_metadata": True,
                "cursor": cursor or None,
            }
            told = await (
                client.conversations_replies(ts=thread, **page) if thread else client.conversations_history(**page)
            )
            for message in told.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key:
                    found[int(payload.get("part") or 0)] = str(message["ts"])
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    async def _upload(self, team: str, room: str, thread: str, reply: Reply) -> None:
        """Put the reply's files into a private conversation. The message links them, so a failure is no loss."""
        for file in reply.files if is_direct(room) else ():
            data = await self._files(file.attachment_id) if file.attachment_id is not None else None
            if data is None or len(data) > MAX_FILE:
                continue
            try:
                await self.api.writes(team).files_upload_v2(
                    channel=room, thread_ts=thread, content=data, filename=file.name, title=file.name
                )
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                _log.warning("Slack did not take the file %s: %s", file.name, error)


def _address(record: Payload) -> str:
    return str(record.get("url_private_download") or record.get("url_private") or "")
