"""The edge of the pages: headers that every response carries, a limit on what is sent in, and a calm last resort."""

from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SMALL, LARGE = 1_000_000, 32_000_000
_log = structlog.get_logger(__name__)


class TooLarge(Exception):
    """More was sent than the page takes."""


class Edge:
    """ASGI middleware around all pages; `last_resort` draws the page for an error that nothing else has caught."""

    def __init__(self, app: ASGIApp, secure: bool, last_resort: Callable[[Request], Response]) -> None:
        self._app = app
        self._last_resort = last_resort
        self._fixed = {
            "Content-Security-Policy": CONTENT_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }
        if secure:
            self._fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), dressed)
        except TooLarge:
            if not started:
                await PlainTextResponse("That is more than this page takes.", 413)(scope, receive, dressed)
        except Exception as error:  # the edge: whatever went wrong, people get a calm page and we get the trace
            _log.error("page failed", path=scope["path"], error=type(error).__name__, exc_info=error)
            if started:
                raise
            await self._last_resort(Request(scope))(scope, receive, dressed)

    def _dress(self, headers: MutableHeaders) -> None:
        for name, value in self._fixed.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if "server" in headers:
            del headers["server"]


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Count what comes in, and stop at the limit; uploads come as multipart forms and may be larger."""
    headers = dict(scope["headers"])
    multipart = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    limit, seen = LARGE if multipart else SMALL, 0
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        seen = limit

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge
        return message

    return counted
