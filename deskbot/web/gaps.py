"""Questions without an answer on the web: the list, one with its evidence and its draft, what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from deskbot.actions import gap_pages as actions
from deskbot.actions.gap_pages import FEWEST, Line, Page
from deskbot.answers.articles import Section
from deskbot.answers.draft_article import article, golden
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, Posted, ViewerDep, word
from deskbot.web.knowledge import address
from deskbot.web.site import Site, SiteDep
from deskbot.web.times import span

router = APIRouter(include_in_schema=False)

KINDS = ("no_article", "not_found", "unhelpful", "found")
STATES = ("open", "dismissed")
_WIDTH, _BASE = 720, 92


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of the chart, in its own units."""

    x: float
    y: float
    width: float
    height: float
    week: datetime
    count: int


@router.get("/knowledge/gaps")
def listed(
    site: SiteDep, asker: AskerDep, viewer: ViewerDep, kind: str = "", language: str = "", state: str = "open"
) -> Response:
    """List the gaps of this person's topics, the most asked first."""
    shown, wanted = state if state in STATES else "open", kind if kind in KINDS else ""
    with site.store.read() as session:
        found = actions.listed(session, site.desk, viewer, state=shown, kind=wanted, language=language)
    return site.pages.draw(
        "gaps.html",
        asker,
        here="knowledge",
        lines=found.lines,
        kinds=[(name, found.kinds.get(name, 0)) for name in KINDS],
        languages=found.languages,
        kind=wanted,
        chosen=language,
        state=shown,
        states=STATES,
        few=FEWEST,
    )


@router.get("/knowledge/gaps/{gap}")
def one(site: SiteDep, asker: AskerDep, viewer: ViewerDep, gap: str, taught: str = "") -> Response:
    """Show a gap with its evidence."""
    page = _page(site, asker, viewer, gap)
    return site.pages.draw(
        "gap.html",
        asker,
        here="knowledge",
        page=page,
        line=page.line,
        bars=_bars(page.line),
        about=_about(site, viewer, page.line.section),
        teachable=page.line.kind == "not_found" and _may_teach(site, viewer, page.line.section),
        nearest=[_about(site, viewer, section.id) for section in page.nearest if section.id != page.line.section],
        roles=[(_role(site, asker, role), count) for role, count in page.roles],
        owner=_role(site, asker, page.draft.owner),
        handled="" if page.minutes is None else span(page.minutes, asker.language),
        golden=golden(page.draft),
        few=FEWEST,
        taught=taught if taught.isdigit() else "",
    )


@router.get("/knowledge/gaps/{gap}/draft")
def draft(site: SiteDep, asker: AskerDep, viewer: ViewerDep, gap: str) -> Response:
    """Give the draft article as a file."""
    made = _page(site, asker, viewer, gap).draft
    name = made.name.encode("ascii", "ignore").decode().strip("-") or "article.md"
    headers = {"Content-Disposition": f'attachment; filename="{name if name != ".md" else "article.md"}"'}
    return Response(article(made), media_type="text/markdown; charset=utf-8", headers=headers)


@router.post("/knowledge/gaps/{gap}")
def decide(site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, gap: str) -> Response:
    """Dismiss a gap, put it back, or offer its questions to the section that they should have found."""
    then, where = word(form, "then", 20), _number(asker, gap)
    with site.store.write() as session:
        if then == "dismiss":
            actions.dismiss(session, site.desk, viewer, where, word(form, "reason", 500))
        elif then == "reopen":
            actions.reopen(session, site.desk, viewer, where)
        elif then == "teach":
            offered = actions.teach(session, site.desk, viewer, where, word(form, "section", 400))
            return RedirectResponse(f"/knowledge/gaps/{where}?taught={offered}", 303)
        else:
            raise NotFound(say("web.not_found", asker.language))
    return RedirectResponse("/knowledge/gaps" if then == "dismiss" else f"/knowledge/gaps/{where}", 303)


def _number(asker: Asker, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(say("web.not_found", asker.language))
    return int(text)


def _page(site: Site, asker: Asker, viewer: Viewer, gap: str) -> Page:
    where = _number(asker, gap)
    with site.store.read() as session:
        return actions.one(session, site.desk, viewer, where)


def _about(site: Site, viewer: Viewer, section_id: str) -> dict[str, Any] | None:
    section = actions.readable(site.desk, viewer, section_id) if section_id else None
    return None if section is None else {"id": section.id, "title": _title(section), "url": address(section.id)}


def _title(section: Section) -> str:
    title = section.article.title
    return title if section.title == title else f"{title}: {section.title}"


def _may_teach(site: Site, viewer: Viewer, section_id: str) -> bool:
    section = actions.readable(site.desk, viewer, section_id)
    return section is not None and ("all" in scopes(viewer, "kb.edit") or section.article.owner in viewer.roles)


def _role(site: Site, asker: Asker, role: str) -> str:
    found = site.desk.book.roles.get(role)
    return found.name(asker.language) if found is not None else role


def _bars(line: Line) -> Sequence[Bar]:
    """Return a bar for each week; a week without questions has none."""
    highest = max((count for _, count in line.weeks), default=0) or 1
    slot = _WIDTH / max(1, len(line.weeks))
    bars = []
    for place, (week, count) in enumerate(line.weeks):
        height = round((_BASE - 16) * count / highest, 1)
        bars.append(Bar(round(place * slot + slot / 4, 1), round(_BASE - height, 1), slot / 2, height, week, count))
    return bars
