"""The gate before every page: the session behind the cookie, the person behind it, their right, and no forgeries."""

import hmac
import time
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from deskbot.desk.access import Viewer, may
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import LANGUAGES, say
from deskbot.store import people, sessions
from deskbot.web.asker import Asker
from deskbot.web.routes import PUBLIC, SIGNED_IN, action_of
from deskbot.web.site import Site

TRUSTED_SECONDS = 2.0  # how long a session and its rights are believed before the database is asked again
_THEMES = ("light", "dark")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """The page is for signed-in people; the browser is sent to the sign-in page and back."""


class Forged(Exception):
    """A change was asked for from another site, or without the page's own token."""


class Sessions:
    """Finds out who is behind a cookie, and believes what it found for two seconds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Viewer, str]] = {}

    async def who(self, site: Site, cookie: str) -> tuple[Viewer, str] | None:
        """Return the viewer and the session's CSRF token, or None when the cookie opens nothing."""
        key = sessions.hashed(cookie)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1], known[2]
        found = await run_in_threadpool(_load, site, key)
        if found is None:
            self._known.pop(key, None)
            return None
        if len(self._known) > 5_000:
            self._known.clear()
        self._known[key] = (time.monotonic() + TRUSTED_SECONDS, *found)
        return found

    async def still(self, request: Request, site: Site, person_id: int) -> Viewer | None:
        """Return the person with their present rights, or None when the session is over or another's."""
        cookie = request.cookies.get(cookie_name(site), "")
        found = await self.who(site, cookie) if cookie else None
        return found[0] if found and found[0].person.id == person_id else None

    def forget(self, cookie: str) -> None:
        """Stop believing in a session at once."""
        self._known.pop(sessions.hashed(cookie), None)


def _load(site: Site, key: str) -> tuple[Viewer, str] | None:
    with site.store.read() as session:
        row = sessions.live(session, key, site.desk.now())
        viewer = people.viewer(session, row.person_id) if row else None
        if row is None or viewer is None or viewer.person.status == "left":
            return None
        return viewer, row.csrf


def cookie_name(site: Site) -> str:
    """Return the session cookie's name; over https the browser itself binds it to this host."""
    return "__Host-deskbot" if site.secure else "deskbot"


def language_of(request: Request, viewer: Viewer | None) -> str:
    """Return the reader's language: their own choice, else the directory's, else the browser's, else English."""
    chosen = request.cookies.get("deskbot_language", "")
    if chosen in LANGUAGES:
        return chosen
    if viewer is not None and viewer.person.language in LANGUAGES:
        return viewer.person.language
    accepted = request.headers.get("accept-language", "").lower()
    wanted = (part.split(";")[0].strip()[:2] for part in accepted.split(","))
    return next((language for language in wanted if language in LANGUAGES), "en")


async def _asker(request: Request) -> Asker:
    site: Site = request.app.state.site
    cookie = request.cookies.get(cookie_name(site), "")
    found = await request.app.state.sessions.who(site, cookie) if cookie else None
    viewer, csrf = found if found else (None, "")
    theme = request.cookies.get("deskbot_theme", "")
    return Asker(viewer, csrf, language_of(request, viewer), theme if theme in _THEMES else "")


async def guard(request: Request) -> AsyncIterator[None]:
    """Let a request pass only when its route's action is allowed and, for a change, when it comes from our own page."""
    try:
        await _admit(request)
        yield
    finally:
        await request.close()


async def _admit(request: Request) -> None:
    asker = request.state.asker = await _asker(request)
    action = action_of(request.scope["route"])
    if action != PUBLIC and asker.viewer is None:
        raise SignInNeeded
    if request.method not in _SAFE:
        await _check_origin(request, asker)
    if action not in (PUBLIC, SIGNED_IN) and not (asker.viewer and may(asker.viewer, action)):
        raise NotFound(say("web.not_found", asker.language))


async def _check_origin(request: Request, asker: Asker) -> None:
    """Refuse other sites by Fetch Metadata or Origin, then ask for the session's token.

    A public form (sign-in) has no session yet: there the browser's own word about the origin decides.
    """
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Forged
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in ("application/x-www-form-urlencoded", "multipart/form-data", ""):
        raise HTTPException(415)
    form = request.state.form = await request.form(max_files=10, max_fields=200, max_part_size=1_000_000)
    if asker.viewer is not None:
        token = form.get("csrf") or request.headers.get("x-csrf-token", "")
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), asker.csrf.encode()):
            raise Forged


async def _present(request: Request) -> Asker:
    asker: Asker = request.state.asker
    return asker


async def _viewer(request: Request) -> Viewer:
    viewer: Viewer | None = request.state.asker.viewer
    if viewer is None:
        raise SignInNeeded
    return viewer


async def _posted(request: Request) -> FormData:
    form: FormData = request.state.form
    return form


AskerDep = Annotated[Asker, Depends(_present)]
ViewerDep = Annotated[Viewer, Depends(_viewer)]
Posted = Annotated[FormData, Depends(_posted)]


def word(form: FormData, name: str, limit: int = 40_000) -> str:
    """Return a text field of a posted form, empty when it is missing, cut at `limit` characters."""
    value = form.get(name, "")
    return value[:limit] if isinstance(value, str) else ""


def number(form: FormData, name: str) -> int | None:
    """Return a whole number of at most 15 digits from a posted form, or None when it is anything else."""
    text = word(form, name, 16)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
