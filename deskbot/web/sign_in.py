"""Signing in and out, and how somebody likes to read: language and colours."""

import ipaddress
import re
import time
from collections import OrderedDict
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from deskbot.actions import sign_in as accounts
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.texts import LANGUAGES, say
from deskbot.store import demo_people
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, Posted, Sessions, cookie_name, word
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)

_FORWARDING = re.compile(
    r"forwarded|via|x-(?:forwarded|original|real|client|cluster-client|envoy)\b.*|cf-.+|true-client-ip|fastly-client-ip"
)
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def safe_next(path: str) -> str:
    """Return a path of this site to go on to; anything else becomes the front page."""
    return path if _PATH.fullmatch(path) and len(path) < 1000 else "/"


def next_query(path: str) -> str:
    """Return the query that brings somebody back to `path` after signing in."""
    return urlencode({"next": path})


class Tries:
    """At most `most` tries in a minute for one peer; remembers 10,000 peers."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def allow(self, peer: str) -> bool:
        """Count a try and say whether it may go on."""
        now = time.monotonic()
        recent = [at for at in self._seen.pop(peer, []) if now - at < 60]
        self._seen[peer] = [*recent, now][-self._most - 1 :]
        if len(self._seen) > 10_000:
            self._seen.popitem(last=False)
        return len(recent) < self._most


_TRIES = Tries(20)


def from_this_machine(request: Request) -> bool:
    """Whether the browser runs on this very machine: loopback peer and Host, and no proxy in between."""
    if request.client is None or any(map(_FORWARDING.fullmatch, request.headers)):
        return False
    try:
        loopback = ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        loopback = False
    return loopback and urlsplit(f"//{request.headers.get('host', '')}").hostname in _LOOPBACK_NAMES


def _one_click(request: Request, site: Site) -> bool:
    return site.demo and site.desk.demo and from_this_machine(request)


@router.get("/sign-in")
def page(request: Request, site: SiteDep, asker: AskerDep, next: str = "/") -> Response:
    """Show how to sign in: one click in the demo, address and password elsewhere."""
    if asker.viewer is not None:
        return RedirectResponse(safe_next(next), 303)
    return _page(request, site, asker, safe_next(next))


def _page(request: Request, site: Site, asker: Asker, to: str, sentence: str = "", status: int = 200) -> Response:
    groups: object = ()
    if _one_click(request, site):
        with site.store.read() as session:
            groups = demo_people.showcase(session, site.desk.book.roles, asker.language)
    return site.pages.draw(
        "sign_in.html", asker, status=status, groups=groups, one_click=bool(groups), next=to, sentence=sentence
    )


@router.post("/sign-in")
def with_password(request: Request, site: SiteDep, asker: AskerDep, form: Posted) -> Response:
    """Check address and password; what is refused is refused in the same words and the same time."""
    to = safe_next(word(form, "next"))
    found, matched = None, False
    if _TRIES.allow(request.client.host if request.client else ""):
        with site.store.read() as session:
            found = accounts.credentials(session, word(form, "email", 300), site.desk.now())
        matched = accounts.matches(found, word(form, "password", 1000))
    cookie = None
    if found is not None:
        with site.store.write() as session:
            cookie = accounts.enter(session, site.desk, found, matched)
    if cookie is None:
        return _page(request, site, asker, to, say("web.sign_in_refused", asker.language), 401)
    return _enter(request, site, cookie, to)


@router.get("/sign-in/as/{email}")
def as_somebody(request: Request, site: SiteDep, asker: AskerDep, email: str, next: str = "/") -> Response:
    """Sign in as somebody of the demo from a link that was typed or opened from the terminal, not from another site."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return _page(request, site, asker, safe_next(next))
    return _as(request, site, asker, email, safe_next(next))


@router.post("/sign-in/as")
def as_chosen(request: Request, site: SiteDep, asker: AskerDep, form: Posted) -> Response:
    """Sign in as the person whose button was pressed, in demo and test only."""
    return _as(request, site, asker, word(form, "email", 300), safe_next(word(form, "next")))


def _as(request: Request, site: Site, asker: Asker, email: str, to: str) -> Response:
    if not _one_click(request, site):
        raise NotFound(say("web.not_found", asker.language))
    with site.store.write() as session:
        cookie = accounts.one_click(session, site.desk, email)
    if cookie is None:
        raise NotFound(say("web.not_found", asker.language))
    return _enter(request, site, cookie, to)


@router.get("/sign-in/set-up")
def set_up_page(site: SiteDep, asker: AskerDep, email: str = "", code: str = "") -> Response:
    """Show the form that turns a one-time code into a password, filled in from the link that was sent."""
    return site.pages.draw("set_up.html", asker, sentence="", email=email[:300], code=code[:200])


@router.post("/sign-in/set-up")
def set_up(request: Request, site: SiteDep, asker: AskerDep, form: Posted) -> Response:
    """Set a password with a one-time code."""
    email, sentence, cookie = word(form, "email", 300), say("web.set_up_refused", asker.language), None
    if _TRIES.allow(request.client.host if request.client else ""):
        try:
            hashed = accounts.hash_of(word(form, "password", 1000), asker.language)
            with site.store.write() as session:
                cookie = accounts.set_up(session, site.desk, email, word(form, "code", 200), hashed)
        except Invalid as error:
            sentence = error.message
    if cookie is None:
        return site.pages.draw("set_up.html", asker, status=422, sentence=sentence, email=email, code="")
    return _enter(request, site, cookie, "/")


def _enter(request: Request, site: Site, cookie: str, to: str) -> Response:
    """Give the browser its new session; whatever session it had before ends here."""
    _end(request, site)
    response = RedirectResponse(to, 303)
    lifetime = int(accounts.LIFETIME.total_seconds())
    response.set_cookie(
        cookie_name(site), cookie, max_age=lifetime, path="/", secure=site.secure, httponly=True, samesite="lax"
    )
    return response


def _end(request: Request, site: Site) -> None:
    cookie = request.cookies.get(cookie_name(site))
    if cookie:
        known: Sessions = request.app.state.sessions
        known.forget(cookie)
        with site.store.write() as session:
            accounts.sign_out(session, cookie)


@router.post("/sign-out")
def sign_out(request: Request, site: SiteDep) -> Response:
    """End the session."""
    _end(request, site)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(site), path="/", secure=site.secure, httponly=True, samesite="lax")
    return response


@router.post("/preferences")
def prefer(request: Request, site: SiteDep, form: Posted) -> Response:
    """Keep the reader's language and colours in the browser, and go back to the page they came from."""
    back = urlsplit(request.headers.get("referer", ""))
    to = safe_next(quote(back.path, safe="/%") + (f"?{back.query}" if back.query else ""))
    response = RedirectResponse(to if back.path else "/", 303)
    for name, allowed in (("language", LANGUAGES), ("theme", ("light", "dark", "system"))):
        value = word(form, name, 10)
        if value in allowed:
            response.set_cookie(
                f"deskbot_{name}",
                value,
                max_age=31_536_000,
                path="/",
                secure=site.secure,
                httponly=True,
                samesite="lax",
            )
    return response
