"""A recorder behind Slack's Web API: keeps what is posted, metadata included, and fails when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.channels.slack.payloads import ALICE, APP, BOT, TEAM

Failure = Callable[[web.Request], web.StreamResponse | None]


class Recorder:
    """Slack as far as deliveries need it. `failures` are used up one a call, by method; None lets the call through."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[str, list[Failure | None]] = {}
        self.users: dict[str, dict[str, Any]] = {ALICE: person()}
        self.files: dict[str, bytes] = {}
        self.tokens_seen: set[str] = set()
        self.url = ""

    def named(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of the calls of one method."""
        return [arguments for name, arguments in self.calls if name == method]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the Web API, recording it first."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.tokens_seen.add(request.headers.get("Authorization", ""))
        self.calls.append((method, arguments))
        script = self.failures.get(method) or [None]
        failure = script.pop(0)
        after = failure(request) if failure else None
        answer = getattr(self, "_" + method.replace(".", "_"), self._unknown)(arguments) if not _before(failure) else {}
        if failure is reset:
            assert request.transport is not None
            request.transport.abort()
        return after or web.json_response(answer)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Hand out a file."""
        self.tokens_seen.add(request.headers.get("Authorization", ""))
        return web.Response(body=self.files[request.match_info["name"]])

    def _unknown(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": False, "error": "unknown_method"}

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team": "Acme HR", "team_id": TEAM, "user_id": BOT, "app_id": APP}

    def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        ts = f"1795000001.{len(self.messages):06}"
        self.messages.append({**arguments, "ts": ts})
        return {"ok": True, "channel": arguments["channel"], "ts": ts}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "ts": arguments["ts"]}

    def _chat_postEphemeral(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "message_ts": "1795000002.000001"}

    def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": "D" + arguments["users"][1:]}}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = [m for m in self.messages if arguments["ts"] in (m["ts"], m.get("thread_ts"))]
        return self._page(found, arguments)

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._page([m for m in self.messages if not m.get("thread_ts")], arguments)

    def _page(self, found: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        """Two messages a page, so that paging is always needed."""
        start = int(arguments.get("cursor") or 0)
        more = str(start + 2) if start + 2 < len(found) else ""
        return {"ok": True, "messages": found[start : start + 2], "response_metadata": {"next_cursor": more}}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(arguments["user"])
        return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}

    def _views_publish(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "view": {"id": "V1"}}

    def _views_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "view": {"id": "V1"}}

    def _assistant_threads_setSuggestedPrompts(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    def _files_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            "ok": True,
            "file": {"id": arguments["file"], "name": "n.txt", "url_private": f"{self.url}/files/n.txt"},
        }


def person(**more: Any) -> dict[str, Any]:
    """A user as users.info tells of them."""
    return {"id": ALICE, "team_id": TEAM, "profile": {"email": "Alice@Example.com", "real_name": "Alice"}, **more}


def refuse(error: str, status: int = 200, **headers: str) -> Failure:
    """Refuse a call with Slack's name for it."""
    return lambda _: web.json_response({"ok": False, "error": error}, status=status, headers=headers)


def reset(_: web.Request) -> None:
    """Do what was asked, then break the connection before the answer."""
    return


def _before(failure: Failure | None) -> bool:
    return failure is not None and failure is not reset


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    return {**request.query, **(await request.post())}


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    """Run a recorder on a free port of this machine."""
    recorder = Recorder()
    application = web.Application(client_max_size=2**24)
    application.router.add_route("*", "/api/{method}", recorder.call)
    application.router.add_get("/files/{name}", recorder.file)
    async with TestServer(application) as server:
        recorder.url = str(server.make_url("")).rstrip("/")
        yield recorder
        await asyncio.sleep(0)
