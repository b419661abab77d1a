"""The web application: every page behind one gate, with the same headers, errors and static files."""

from collections.abc import Callable, Mapping

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from deskbot.actions.desk import Desk
from deskbot.desk.errors import Conflict, DeskError, Invalid, NotAllowed, NotFound
from deskbot.desk.texts import say
from deskbot.ports import Bus
from deskbot.store.session import Store
from deskbot.web import (
    admin,
    changes,
    chat,
    digests,
    files,
    gaps,
    health,
    knowledge,
    learned,
    my,
    queue,
    replay,
    requests,
    rules,
    sign_in,
    tickets,
    verify,
)
from deskbot.web.asker import Asker
from deskbot.web.guard import Forged, Sessions, SignInNeeded, guard, language_of
from deskbot.web.headers import Edge
from deskbot.web.page import STATIC, Pages
from deskbot.web.site import Accept, Answer, ChatChannel, Semantic, Site, no_engine

_STATUS: tuple[tuple[type[DeskError], int], ...] = ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422))


def create(
    desk: Desk,
    store: Store,
    *,
    bus: Bus,
    chat_channel: ChatChannel,
    accept: Accept,
    answer: Answer,
    checks: Mapping[str, Callable[[], object]] | None = None,
    semantic: Callable[[], Semantic] = no_engine,
) -> FastAPI:
    """Return the pages as an application.

    `accept` and `answer` take in and work what people do in the web chat, as for every channel. `checks` are named
    functions that raise when a part is not ready; `/readyz` and the administrator's page call them, and show what
    `semantic` says of the semantic engine.
    """
    pages = Pages(desk.now, desk.zone)
    site = Site(desk, store, bus, chat_channel, accept, answer, pages, desk.demo, checks or {}, semantic)
    app = FastAPI(
        title="deskbot",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
        middleware=[Middleware(Edge, secure=site.secure, last_resort=_last_resort)],
        exception_handlers={
            DeskError: _refused,
            SignInNeeded: _to_sign_in,
            Forged: _forged,
            HTTPException: _plain,
            RequestValidationError: _malformed,
        },
    )
    app.state.site = site
    app.state.sessions = Sessions()
    for room in (
        health,
        sign_in,
        chat,
        my,
        requests,
        queue,
        tickets,
        files,
        changes,
        gaps,
        learned,
        knowledge,
        replay,
        rules,
        digests,
        verify,
        admin,
    ):
        app.include_router(room.router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    return app


class _Static(StaticFiles):
    """Static files, kept for ever by browsers when the address carries the content's hash."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = b"v=" in scope.get("query_string", b"") or path.endswith(".woff2")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def _asker_of(request: Request) -> Asker:
    asker: Asker | None = getattr(request.state, "asker", None)
    return asker or Asker(None, "", language_of(request, None))


def _error(request: Request, status: int, title: str, sentence: str) -> Response:
    """Draw an error: a page of its own, or a short notice for a part of a page that was asked for by script."""
    site: Site = request.app.state.site
    asker = _asker_of(request)
    if request.headers.get("hx-request"):
        headers = {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML"}
        return site.pages.draw("toast.html", asker, status=status, headers=headers, sentence=sentence)
    return site.pages.draw("error.html", asker, status=status, status_code=status, title=title, sentence=sentence)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
    language = _asker_of(request).language
    if status == 404:
        return _missing(request)
    return _error(request, status, say(f"web.error.{status}", language), error.message)


def _missing(request: Request) -> Response:
    """Absent and not allowed look the same, to the letter."""
    language = _asker_of(request).language
    return _error(request, 404, say("web.error.404", language), say("web.not_found", language))


async def _to_sign_in(request: Request, error: Exception) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method != "GET" or request.url.path == "/":
        return RedirectResponse("/sign-in", 303)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{sign_in.next_query(path)}", 303)


async def _forged(request: Request, error: Exception) -> Response:
    language = _asker_of(request).language
    return _error(request, 403, say("web.error.403", language), say("web.forged", language))


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _missing(request)
    language = _asker_of(request).language
    response = _error(
        request, error.status_code, say("web.error.other", language), say("web.error.other_sentence", language)
    )
    response.headers.update(error.headers or {})
    return response


async def _malformed(request: Request, error: Exception) -> Response:
    language = _asker_of(request).language
    return _error(request, 422, say("web.error.422", language), say("web.malformed", language))


def _last_resort(request: Request) -> Response:
    language = language_of(request, None)
    return _error(request, 500, say("web.error.500", language), say("web.error.500_sentence", language))
