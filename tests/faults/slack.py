"""A stand-in for Slack's Web API that misbehaves: it refuses, delays, breaks off before and after delivery."""

import asyncio
import json
import random
from collections import defaultdict
from typing import Any

from aiohttp import web

TEAM, BOT = "T01FAULT", "U0DESKBOT"


class FaultySlack:
    """Keeps every post; `posts` holds (channel, key, part, text) in order. `calm` makes it behave from then on.

    Of the posts one in five goes wrong: 429 or 500 or a reset that delivered nothing, a delay, or (one in ten of
    the faults and more) a reset after delivery, of which the caller cannot know whether it arrived.
    """

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self._runner: web.AppRunner | None = None
        self.calm = False
        self.posts: list[tuple[str, str, int, str]] = []
        self.faults: defaultdict[str, int] = defaultdict(int)
        self._rooms: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    async def start(self) -> str:
        """Listen on loopback; return the root to give as SLACK_API_URL."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}/api/"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        values = await _values(request)
        fault = self._fault(method)
        if fault == "limited":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        if fault == "broken":
            return web.Response(status=500, text="oops")
        if fault == "refused":
            return _reset(request)
        if fault == "slow":
            await asyncio.sleep(0.25)
        told = getattr(self, "_" + method.replace(".", "_"), lambda values: {})(values)
        if fault == "lost":
            return _reset(request)
        return web.json_response({"ok": True, **told})

    def _fault(self, method: str) -> str:
        weights = {"limited": 4, "broken": 4, "refused": 4, "slow": 4, "lost": 4} if method.startswith("chat.") else {}
        if method in ("conversations.history", "conversations.replies", "users.info"):
            weights = {"broken": 3, "refused": 2}
        chance = self._random.randrange(100)
        for fault, weight in weights.items():
            if not self.calm and chance < weight:
                self.faults[f"{method} {fault}"] += 1
                return fault
            chance -= weight
        return ""

    def _auth_test(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "team": "Fault", "user_id": BOT, "bot_id": "B1"}

    def _users_info(self, values: dict[str, Any]) -> dict[str, Any]:
        user = values["user"]
        return {"user": {"id": user, "team_id": TEAM, "profile": {"email": address(user), "real_name": user}}}

    def _conversations_open(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": "D" + values["users"][1:]}}

    def _chat_postMessage(self, values: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        ts = f"1795000000.{self._number:06}"
        payload = (values.get("metadata") or {}).get("event_payload") or {}
        key = (values["channel"], payload.get("key", ""), int(payload.get("part", 0)), values.get("text", ""))
        self.posts.append(key)
        self._rooms[values["channel"]].append({"ts": ts, "metadata": values.get("metadata"), "text": key[3]})
        return {"channel": values["channel"], "ts": ts}

    def _conversations_history(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"messages": list(reversed(self._rooms[values["channel"]]))}

    def _conversations_replies(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"messages": list(self._rooms[values["channel"]])}


def address(user: str) -> str:
    """Return the work address of one of the stand-in's users."""
    return f"{user.lower()}@example.com"


async def _values(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
    return {
        name: json.loads(value) if name in ("metadata", "blocks") and value else value for name, value in form.items()
    }


def _reset(request: web.Request) -> web.Response:
    """Break the connection off without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
