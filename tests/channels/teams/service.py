"""A stand-in for Microsoft on this machine: the keys that sign deliveries, and the service that carries messages."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer

from deskbot.channels.teams.platform import Platform
from tests.channels.teams.activities import ALICE, ISSUER, TENANT, jwk

Failure = Callable[[], web.StreamResponse]


class Service:
    """Microsoft as far as the desk needs it. `failures` are used up one a message."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [jwk()]
        self.key_questions = 0
        self.messages: list[dict[str, Any]] = []
        self.updates: list[tuple[str, dict[str, Any]]] = []
        self.opened: list[dict[str, Any]] = []
        self.failures: list[web.Response | None] = []
        self.members: dict[str, dict[str, Any]] = {"user-alice": member()}
        self.authorizations: set[str] = set()
        self.root = ""
        self.posted = asyncio.Event()

    @property
    def url(self) -> str:
        """The address that activities name as their service."""
        return f"{self.root}/teams"

    @property
    def platform(self) -> Platform:
        """Where everything is, for the desk."""
        return Platform(
            metadata_url=f"{self.root}/v1/.well-known/openidconfiguration",
            issuer=ISSUER,
            services=frozenset({self.root}),
            service_url=self.url,
            token=lambda scope, tenant=None: bot_token(),
        )

    async def metadata(self, _: web.Request) -> web.Response:
        """Say where the keys are."""
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.root}/v1/.well-known/keys"})

    async def listed(self, _: web.Request) -> web.Response:
        """List the keys."""
        self.key_questions += 1
        return web.json_response({"keys": self.keys})

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take a message."""
        self.authorizations.add(request.headers.get("Authorization", ""))
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            return failure
        self.messages.append({**await request.json(), "room": request.match_info["room"]})
        self.posted.set()
        return web.json_response({"id": f"sent-{len(self.messages)}"}, status=201)

    async def put(self, request: web.Request) -> web.StreamResponse:
        """Change a message."""
        self.updates.append((request.match_info["id"], await request.json()))
        return web.json_response({"id": request.match_info["id"]})

    async def who(self, request: web.Request) -> web.StreamResponse:
        """Say who a member is."""
        found = self.members.get(request.match_info["member"])
        return web.json_response(found) if found else web.Response(status=404)

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Open a personal chat."""
        self.opened.append(await request.json())
        return web.json_response({"id": "a:personal"}, status=201)


def member(**changed: Any) -> dict[str, Any]:
    """Return what Teams says of Alice, but for what is changed."""
    return {
        "id": "29:alice",
        "aadObjectId": ALICE,
        "name": "Alice Anderson",
        "email": "Ana@acme.example",
        "userPrincipalName": "ana@acme.example",
        "userRole": "user",
        "tenantId": TENANT,
        **changed,
    }


def bot_token() -> str:
    """Return what the bot shows to the service."""
    return jwt.encode({"exp": int(time.time()) + 3600}, "k" * 32, "HS256")


@asynccontextmanager
async def serving() -> AsyncIterator[Service]:
    """Serve a fresh stand-in on a free port of this machine."""
    service = Service()
    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", service.metadata)
    app.router.add_get("/v1/.well-known/keys", service.listed)
    app.router.add_post("/teams/v3/conversations/{room}/activities", service.post)
    app.router.add_put("/teams/v3/conversations/{room}/activities/{id}", service.put)
    app.router.add_get("/teams/v3/conversations/{room}/members/{member}", service.who)
    app.router.add_post("/teams/v3/conversations", service.open)
    async with TestServer(app) as server:
        service.root = str(server.make_url("")).rstrip("/")
        yield service
