"""The rules tried on past tickets, and the decision record of one ticket in words."""

from collections.abc import Mapping
from datetime import date, timedelta
from threading import Lock
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from deskbot.actions import own_pages
from deskbot.actions.replay import Replay, recorded
from deskbot.desk.errors import Invalid, NotFound, Unavailable
from deskbot.desk.texts import say
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, ViewerDep
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)

NEWEST = 2_000  # tickets a page may go through: a second or two
LISTED = 50
DAYS = 90
_one_at_a_time = Lock()


def default_since(site: Site) -> str:
    """Return the day that the form begins with."""
    return (site.desk.now().date() - timedelta(days=DAYS)).isoformat()


@router.get("/rules/replay")
def replay(site: SiteDep, asker: AskerDep, viewer: ViewerDep, since: str = "") -> Response:
    """Show what the rules of now would have done to past tickets, beside what was decided at the time."""
    wanted = _day(since or default_since(site), asker)
    if not _one_at_a_time.acquire(blocking=False):
        raise Unavailable(say("web.rules.replay.busy", asker.language))
    try:
        lines, more, sums = _gathered(Replay(site.store, None, site.desk, viewer), wanted)
    finally:
        _one_at_a_time.release()
    words = _Words(site, asker)
    return site.pages.draw(
        "replay.html",
        asker,
        here="rules",
        since=wanted.isoformat(),
        sums=sums,
        restricted={kind: "<5" if count is None else count for kind, count in sums["restricted"].items()},
        deadlines=list(sums["deadlines"].items()),
        moves=words.moves(sums["changes"]),
        loads=[(words.value("role", load["role"]), load) for load in sums["load"]],
        lines=[(told["ticket"], words.line(told)) for told in lines],
        more=more,
        newest=NEWEST,
    )


def _gathered(run: Replay, since: date) -> tuple[list[dict[str, Any]], int, dict[str, Any]]:
    """Return the first differences, how many more there are, and the sums."""
    lines: list[dict[str, Any]] = []
    more, sums = 0, {}
    for told in run.told(since, NEWEST):
        if "load" in told:
            sums = told
        elif len(lines) < LISTED:
            lines.append(told)
        else:
            more += 1
    return lines, more, sums


def _day(text: str, asker: Asker) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(say("web.rules.replay.day", asker.language, day=text[:20])) from None


class _Words:
    """Says differences as the reader would."""

    def __init__(self, site: Site, asker: Asker) -> None:
        self._language = asker.language
        self._roles = {key: role.name(asker.language) for key, role in site.desk.book.roles.items()}

    def value(self, field: str, value: object) -> str:
        """Return one value in words."""
        if value is None or value == "":
            return "–"
        if field == "role":
            return self._roles.get(str(value), str(value))
        if field in ("tier", "priority"):
            key = "web.tier." if field == "tier" else "ticket.priority."
            return say(f"{key}{value}", self._language)
        return str(value)

    def moves(self, changes: Mapping[str, list[dict[str, Any]]]) -> list[tuple[str, str, str, int]]:
        """Return what changed from what to what, and how often."""
        return [
            (self._field(name), self.value(name, pair["from"]), self.value(name, pair["to"]), pair["tickets"])
            for name, pairs in changes.items()
            for pair in pairs
        ]

    def line(self, told: Mapping[str, Any]) -> list[str]:
        """Return one ticket's difference, a sentence for each thing that changed."""
        return [
            f"{self._field(name)}: {self._pair(self.value(name, before), self.value(name, after))}"
            for name, (before, after) in told["changes"].items()
            if before != after
        ]

    def _field(self, name: str) -> str:
        return say(f"web.rules.replay.field.{name}", self._language)

    def _pair(self, before: str, after: str) -> str:
        return say("web.rules.replay.from_to", self._language, before=before, after=after)


@router.get("/rules/decisions/{ref}")
def decision(site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str) -> Response:
    """Show why a ticket went where it went, to who may read it."""
    with site.store.read() as session:
        found = recorded(session, viewer, ref)
    if found is None:
        raise NotFound(say("web.not_found", asker.language))
    ticket, outcome = found
    if ticket.tier >= 3:
        with site.store.write() as session:
            own_pages.looked_at(session, site.desk, viewer, ticket)
    words = _Words(site, asker)
    return site.pages.draw(
        "decision.html",
        asker,
        here="rules",
        ref=ticket.ref,
        record=ticket.decision,
        outcome=outcome,
        role=words.value("role", outcome.role),
        moved=words.value("role", ticket.role) if ticket.role != outcome.role else "",
    )
