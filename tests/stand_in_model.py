"""A stand-in for a language model: a real server on this machine that says, or does, what a test tells it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["StandIn", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    head: str
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The request's JSON."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def given(self) -> dict[str, str]:
        """What the model was given: the passage and its language."""
        found: dict[str, str] = json.loads(self.body["messages"][1]["content"])
        return found


@dataclass
class StandIn:
    """The server: `asked` keeps every request, `script` answers it, `let_go` ends what a script holds back."""

    script: Script
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-l")
            )
            self.asked.append(Asked(head, await reader.readexactly(length)))
            self.came.set()
            await self.script(self, writer)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def stand_in(script: Script) -> AsyncIterator[StandIn]:
    """Serve on a free port of this machine while the block runs."""
    model = StandIn(script)
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        await model.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        model.let_go.set()
        server.close()
        await asyncio.gather(*handlers)


def page(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    """Return a whole HTTP answer."""
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{head}\r\n".encode() + body


def completion(text: object, **more: object) -> bytes:
    """Return a completion with this text; `more` goes into the message."""
    message = {"role": "assistant", "content": text, **more}
    return json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}).encode()


def sends(data: bytes) -> Script:
    """Answer every request with these bytes."""

    async def script(model: StandIn, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return script


def says(text: object, **more: object) -> Script:
    """Say this to every request."""
    return sends(page(completion(text, **more)))


def holds(first: bytes = b"", rest: bytes = b"") -> Script:
    """Send the first bytes, and the rest only when the test lets go."""

    async def script(model: StandIn, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()
        await model.let_go.wait()
        writer.write(rest)
        await writer.drain()

    return script


def closes_half(first: bytes) -> Script:
    """Send some bytes, close the sending side, and go on listening."""

    async def script(model: StandIn, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        writer.write_eof()
        await model.let_go.wait()

    return script


async def floods(model: StandIn, writer: asyncio.StreamWriter) -> None:
    """Send without end, until the other side has had enough."""
    writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    while not model.let_go.is_set():
        writer.write(b"x" * 65_536)
        await writer.drain()


async def repeats(model: StandIn, writer: asyncio.StreamWriter) -> None:
    """Be a dull but honest model: say the passage with a word before it, and cite it."""
    given = model.asked[-1].given
    await sends(page(completion(reworded(given["passage"], given["language"]))))(model, writer)


def reworded(passage: str, language: str = "en") -> str:
    """Return other words for a passage, such as its check lets through."""
    return f"{'Também' if language == 'pt' else 'Also'}: {passage} [1]"
