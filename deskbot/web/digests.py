"""The weekly digest on the web: the stored or computed figures of a role or of the whole desk, with charts in SVG."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from deskbot.actions import digest as actions
from deskbot.desk.access import may
from deskbot.desk.digest import Week, last_week, parse_week
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.texts import say
from deskbot.store import people
from deskbot.web.guard import AskerDep, ViewerDep
from deskbot.web.knowledge import address
from deskbot.web.site import Site, SiteDep
from deskbot.web.times import span

router = APIRouter(include_in_schema=False)

_WIDTH, _HEIGHT, _BASE = 720, 170, 140
_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    look: str
    label: str


@router.get("/digests")
def front(site: SiteDep, viewer: ViewerDep) -> Response:
    """Go to last week's digest."""
    return RedirectResponse(f"/digests/{last_week(site.desk.now(), site.desk.zone)}", 303)


@router.get("/digests/{week}")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep, week: str, role: str | None = None) -> Response:
    """Show the digest of a week for one role, or for the whole desk."""
    readable = actions.readable(site.desk, viewer)
    if not readable:
        return site.pages.draw("digest_none.html", asker, here="digests")
    shown = readable[0] if role is None else role
    try:
        asked = parse_week(week)
    except Invalid as error:
        raise NotFound(say("web.not_found", asker.language)) from error
    with site.store.read() as session:
        figures = actions.show(session, site.desk, viewer, shown, asked)
        names = people.names(session, [row.get("person") for row in figures["load"]])
    roles = {key: one.name(asker.language) for key, one in site.desk.book.roles.items()}
    return site.pages.draw(
        "digest.html",
        asker,
        here="digests",
        figures=figures,
        role=shown,
        readable=[(key, roles.get(key) or say("web.digest.whole", asker.language)) for key in readable],
        week=str(asked),
        weeks=_weeks(site),
        load=[_load(row, roles, names, asker.language) for row in figures["load"]],
        bars=_trend(figures["trend"], asker.language),
        labels=_labels(figures["trend"]),
        sections=_sections(site, figures["recurring"]["sections"]),
        types={key: kind.name(asker.language) for key, kind in site.desk.book.requests.items()},
        role_names=roles,
        sees_gaps=may(viewer, "kb.edit"),
        spoken=lambda minutes: "–" if minutes is None else span(minutes, asker.language),
        top=max((row["open"] or 0 for row in figures["load"]), default=0) or 1,
    )


def _sections(site: Site, asked: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Return the sections that people asked for, as title, address and count; one that is gone keeps its path."""
    known = {section.id: section for section in site.desk.book.knowledge.sections}
    found = []
    for one in asked:
        section = known.get(one["key"])
        heading = section.path[-1] if section and section.path else ""
        title = section.article.title if section else one["key"]
        shown = f"{title}: {heading}" if heading and heading != title else title
        found.append((shown, address(one["key"]), one["count"]))
    return found


def _weeks(site: Site) -> list[str]:
    week: Week = last_week(site.desk.now(), site.desk.zone)
    found = [week]
    while len(found) < _WEEKS:
        week = week.before()
        found.append(week)
    return [str(one) for one in found]


def _load(row: dict[str, Any], roles: dict[str, str], names: dict[int, str], language: str) -> dict[str, Any]:
    nobody = say("web.nobody", language)
    name = roles.get(row["role"], row["role"]) if "role" in row else names.get(row["person"] or 0, nobody)
    return {**row, "name": name}


def _trend(trend: list[dict[str, Any]], language: str) -> list[Bar]:
    """Return the bars of opened and resolved tickets by week; a masked figure has no bar."""
    highest = max((point[name] or 0 for point in trend for name in ("opened", "resolved")), default=0) or 1
    slot = _WIDTH / max(1, len(trend))
    bars = []
    for index, point in enumerate(trend):
        for place, name in enumerate(("opened", "resolved")):
            count = point[name] or 0
            height = round((_BASE - 14) * count / highest, 1)
            width = min(20.0, slot * 0.32)
            x = round(index * slot + slot / 2 + (place - 1) * (width + 2), 1)
            shown = "<5" if point[name] is None else point[name]
            label = f"{point['week']}: {say(f'web.digest.{name}', language)} {shown}"
            bars.append(Bar(x, round(_BASE - height, 1), width, height, "" if name == "opened" else "other", label))
    return bars


def _labels(trend: list[dict[str, Any]]) -> list[tuple[float, str]]:
    slot = _WIDTH / max(1, len(trend))
    return [(round(index * slot + slot / 2, 1), point["week"][-3:]) for index, point in enumerate(trend)]
