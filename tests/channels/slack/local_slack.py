"""A Slack of our own for tests: the `local-slack` client from npm, driven over its control interface."""

import asyncio
import contextlib
import ctypes
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

PACKAGE = "local-slack-linux-x64"
SECRET, BOT_TOKEN, APP_TOKEN = "test-signing-secret", "xoxb-test-token", "xapp-test-token"
TEAM, ALICE, BOB, BOT, GENERAL = "T01TEST", "U01ALICE", "U02BOB", "U0BOT", "C01GEN"
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of <linux/sched.h>."""


def binary() -> Path:
    """Return the client's path, or skip the test when npm has not installed it."""
    folder = os.environ.get("DESKBOT_TEST_CLIENTS") or "node_modules"
    found = Path(folder) / PACKAGE / "bin" / "local-slack"
    if not found.exists():
        pytest.skip(f"{PACKAGE} is not in {folder}: npm install --no-save {PACKAGE}@0.1.8, or set DESKBOT_TEST_CLIENTS")
    return found


@contextlib.contextmanager
def own_network() -> Iterator[bool]:
    """Put this thread and what it starts into a network of their own where the machine allows it.

    The client listens on every interface and has no switch for it; and so it is shown that nothing phones home.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/self/ns/net", os.O_RDONLY) if Path("/proc/self/ns/net").exists() else -1
    entered = before >= 0 and libc.unshare(_NEW_NETWORK) == 0
    try:
        if entered:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield entered
    finally:
        if entered:
            libc.setns(before, _NEW_NETWORK)
        if before >= 0:
            os.close(before)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LocalSlack:
    """A running client; `mode` is "socket" or "events"."""

    def __init__(self, folder: Path, mode: str, request_url: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_url = f"{self.url}/api/"
        self._config = folder / "local-slack.json"
        self._config.write_text(json.dumps(_workspace(mode, request_url)))
        self._process: asyncio.subprocess.Process | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            binary(),
            *("--config", str(self._config), "--port", str(self.port), "--base-host", "127.0.0.1"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._http = aiohttp.ClientSession(self.url)
        await eventually(self._is_up)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._http is not None
        assert self._process is not None
        await self._http.close()
        self._process.terminate()
        await self._process.wait()

    async def _is_up(self) -> bool:
        try:
            return bool(await self.get("/_control/state"))
        except (aiohttp.ClientError, OSError):
            return False

    async def get(self, path: str) -> Any:
        """Read something from the control interface."""
        assert self._http is not None
        async with self._http.get(path) as response:
            return await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        """Do something through the control interface."""
        assert self._http is not None
        async with self._http.post(path, json=body) as response:
            return await response.json()

    async def say(self, text: str, channel: str = ALICE, thread_ts: str = "", user: str = ALICE) -> dict[str, Any]:
        """Write as a person; the channel of a direct message to the bot is the person's own id."""
        thread = {"thread_ts": thread_ts, "threadTs": thread_ts} if thread_ts else {}
        answer: dict[str, Any] = await self.post("/_control/message", channel=channel, user=user, text=text, **thread)
        return answer

    async def press(self, message: dict[str, Any], verb: str, user: str = ALICE) -> None:
        """Press a button below a message."""
        for block in message["blocks"]:
            for element in block.get("elements", ()):
                if element.get("action_id") == verb:
                    action = {k: element[k] for k in ("type", "action_id", "value") if k in element}
                    await self.post(
                        "/_control/interact",
                        channel=message["channel"],
                        messageTs=message["ts"],
                        user=user,
                        action={**action, "block_id": block.get("block_id", "b1")},
                    )
                    return
        raise AssertionError(f"No button {verb} in {message['blocks']}")

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        """Return what stands in a channel, oldest first."""
        found = await self.get(f"/_control/messages/{channel}")
        listed = found if isinstance(found, list) else found["messages"]
        return [{**message, "channel": channel} for message in listed]

    async def bot_says(self, channel: str, words: str, after: int = 0) -> dict[str, Any]:
        """Wait for a message of the bot with these words and return it."""

        async def look() -> dict[str, Any] | None:
            said = [m for m in (await self.messages(channel))[after:] if m.get("user") == BOT or m.get("bot_id")]
            return next((m for m in said if words in shown(m)), None)

        found: dict[str, Any] = await eventually(look, lambda: f"the bot never said {words!r}")
        return found

    @contextlib.asynccontextmanager
    async def page(self) -> AsyncIterator["Page"]:
        """Open the web page's socket, on which forms are seen and sent."""
        assert self._http is not None
        async with self._http.ws_connect("/ui") as connection:
            yield Page(connection)


class Page:
    """What the client's web page sees."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection

    async def frame(self, *kinds: str) -> dict[str, Any]:
        """Wait for the next frame of one of these kinds."""
        async with asyncio.timeout(30):
            while True:
                frame: dict[str, Any] = await self._connection.receive_json()
                if frame.get("t") in kinds:
                    return frame

    async def submit(self, user: str, values: dict[str, dict[str, Any]]) -> None:
        """Send the open form with values by block and action."""
        await self._connection.send_json({"t": "view_submit", "user": user, "values": values})


def shown(message: dict[str, Any]) -> str:
    """Return every word of a message, its blocks included."""
    return json.dumps([message.get("text"), message.get("blocks")], ensure_ascii=False)


async def eventually(look: Callable[[], Any], why: Callable[[], str] = lambda: "it never happened") -> Any:
    """Look until there is something, for thirty seconds."""
    for _ in range(600):
        if found := await look():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(why())


def _workspace(mode: str, request_url: str) -> dict[str, Any]:
    users = [
        {"id": ALICE, "name": "alice", "real_name": "Alice Anderson", "email": "alice@example.com"},
        {"id": BOB, "name": "bob", "real_name": "Bob Brown", "email": "bob@example.com"},
    ]
    app = {
        "appId": "A01APP",
        "botUserId": BOT,
        "botName": "deskbot",
        "botToken": BOT_TOKEN,
        "appToken": APP_TOKEN,
        "signingSecret": SECRET,
        "mode": mode,
    }
    return {
        "workspace": {"name": "Acme HR", "domain": "acme-hr", "teamId": TEAM},
        "app": app | ({"requestUrl": request_url} if request_url else {}),
        "users": users,
        "channels": [{"id": GENERAL, "name": "general", "members": [ALICE, BOB, BOT]}],
    }
