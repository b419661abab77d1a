"""Draws pages: the templates, the words and times they use, and the static files they name."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from deskbot.answers.markdown import to_html
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.texts import say
from deskbot.web import times
from deskbot.web.asker import Asker

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class NavItem:
    """A line of the side bar; it is there only for those who have the right."""

    key: str
    path: str
    icon: str
    group: str
    action: str
    scopes: frozenset[str] = frozenset()


NAVIGATION = (
    NavItem("chat", "/chat", "chat", "you", "case.open"),
    NavItem("my", "/my", "inbox", "you", "case.open"),
    NavItem("requests", "/requests", "form", "you", "case.open"),
    NavItem("knowledge", "/knowledge", "book", "you", "kb.read"),
    NavItem("queue", "/queue", "queue", "work", "queue.read"),
    NavItem("digests", "/digests", "chart", "work", "digest.read", frozenset({"all", "team"})),
    NavItem("rules", "/rules", "rules", "desk", "rules.read"),
    NavItem("admin", "/admin", "gear", "desk", "admin.health"),
)


def navigation(viewer: Viewer) -> dict[str, list[NavItem]]:
    """Return the side bar's groups with the pages this person may open."""
    groups: dict[str, list[NavItem]] = {}
    for item in NAVIGATION:
        held = scopes(viewer, item.action)
        if held & item.scopes if item.scopes else held:
            groups.setdefault(item.group, []).append(item)
    return groups


def initials(name: str) -> str:
    """Return the first letters of the first and the last name."""
    parts = name.split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"


@cache
def static(name: str) -> str:
    """Return the address of a static file; it carries the content's hash, so it may be kept for ever."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


@cache
def _templates() -> Environment:
    """Return the templates; they are compiled once in a process."""
    environment = Environment(
        loader=PackageLoader("deskbot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(static=static, initials=initials, iso=times.iso)
    environment.filters["markdown"] = lambda text: Markup(to_html(text))  # noqa: S704 - cleaned by nh3
    return environment


@lru_cache(maxsize=500)
def part(template: str, macro: str, *values: str) -> Markup:
    """Return what a macro draws from these texts, for parts that are the same in many places."""
    drawn: Markup = getattr(_templates().get_template(template).module, macro)(*values)
    return drawn


class Pages:
    """The templates, ready to be drawn for a reader at a moment; `zone` is for those who are not signed in."""

    def __init__(self, now: Callable[[], datetime], zone: str) -> None:
        self._now = now
        self._zone = zone

    def text(self, template: str, asker: Asker, **values: Any) -> str:
        """Return a template drawn for the reader."""
        return _templates().get_template(template).render(self._context(asker) | values)

    def draw(
        self, template: str, asker: Asker, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Return a template drawn for the reader as a response."""
        return HTMLResponse(self.text(template, asker, **values), status, headers)

    def _context(self, asker: Asker) -> dict[str, Any]:
        now, language = self._now(), asker.language
        zone = asker.zone if asker.viewer else self._zone
        return {
            "asker": asker,
            "viewer": asker.viewer,
            "nav": navigation(asker.viewer) if asker.viewer else {},
            "here": "",
            "csrf": asker.csrf,
            "language": language,
            "now": now,
            "t": partial(say, language=language),
            "short": lambda at: times.short(at, language, zone, now),
            "full": lambda at: times.full(at, language, zone),
            "day": lambda on: times.day(on, language),
            "left": lambda due: times.left(due, now, language),
            "at": utc,
            "due": partial(_due, now, language, zone),
        }


def _due(now: datetime, language: str, zone: str, at: datetime | None, paused: bool = False) -> Markup:
    """Return a due instant as a countdown that the page keeps running; a stopped clock says so."""
    if paused:
        return part("icons.html", "still", "pause", say("web.paused", language))
    if at is None:
        return part("icons.html", "still", "", "–")
    title, words = escape(times.full(at, language, zone)), escape(times.left(at, now, language))
    look, instant = times.urgency(at, now), times.iso(at)
    return Markup(  # noqa: S704 - every part is escaped or our own
        f'<time class="due {look}" datetime="{instant}" title="{title}" data-due>{words}</time>'
    )


def utc(text: str) -> datetime:
    """Return an ISO instant as an aware time in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
