"""The queue: what waits for whom, until when; filters live in the address."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from deskbot.desk.access import MATRIX, Viewer
from deskbot.desk.texts import say
from deskbot.desk.tickets import PRIORITIES, STATES
from deskbot.store import queue as store_queue
from deskbot.store.queue import SORTS, VIEWS, Filters, QueueRow
from deskbot.web import live
from deskbot.web.guard import AskerDep, ViewerDep
from deskbot.web.page import initials, part
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)


def filters_of(request: Request, viewer: Viewer, site: Site) -> Filters:
    """Read the filters from the address; what is not one of the known values counts as not given."""
    asked = request.query_params
    tier = asked.get("tier", "")

    def one_of(name: str, known: object) -> str:
        value = asked.get(name, "")
        return value if value in known else ""  # type: ignore[operator]

    view = one_of("view", VIEWS) or "all"
    sort = one_of("sort", SORTS) or ("newest" if asked.get("state") == "closed" else "due")
    return Filters(
        view=view,  # type: ignore[arg-type]
        role=one_of("role", site.desk.book.roles),
        state=one_of("state", STATES),
        priority=one_of("priority", PRIORITIES),
        tier=int(tier) if tier in ("0", "1", "2", "3", "4") else None,
        request_type=one_of("type", site.desk.book.requests),
        text=asked.get("q", "")[:200],
        sort=sort,  # type: ignore[arg-type]
    )


def _query(filters: Filters, **changes: str) -> str:
    """Return the address of the queue with these filters and changes; a change of filter starts at the first page."""
    values = {
        "view": filters.view if filters.view != "all" else "",
        "role": filters.role,
        "state": filters.state,
        "priority": filters.priority,
        "tier": "" if filters.tier is None else str(filters.tier),
        "type": filters.request_type,
        "q": filters.text,
        "sort": filters.sort if filters.sort != "due" else "",
    } | changes
    query = urlencode({name: value for name, value in values.items() if value})
    return f"/queue?{query}" if query else "/queue"


@router.get("/queue")
def page(request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, after: str = "") -> Response:
    """Show the queue, or to a script its list alone."""
    filters = filters_of(request, viewer, site)
    now = site.desk.now()
    with site.store.read() as session:
        found = store_queue.page(session, site.store.sealer, viewer, filters, now, after[:100])
        counted = store_queue.counts(session, viewer, filters, now)
    names = {key: role.name(asker.language) for key, role in site.desk.book.roles.items()}
    shown = _roles_shown(viewer, list(names))
    partial = request.headers.get("hx-request-type") == "partial"
    return site.pages.draw(
        "queue_list.html" if partial else "queue.html",
        asker,
        here="queue",
        filters=filters,
        rows=found.rows,
        counts=counted,
        views=VIEWS,
        sorts=SORTS,
        role_names=names,
        shown_roles=shown,
        role_options=[(role, names[role]) for role in shown],
        state_names=[(state, say(f"ticket.state.{state}", asker.language)) for state in STATES],
        priority_names=[(level, say(f"ticket.priority.{level}", asker.language)) for level in PRIORITIES],
        tier_names=[(str(tier), say(f"web.tier.{tier}", asker.language)) for tier in range(5) if _sees(viewer, tier)],
        types={key: kind.name(asker.language) for key, kind in site.desk.book.requests.items()},
        address=lambda **changes: _query(filters, **changes),
        following=_query(filters, after=found.after) if found.after else "",
        first=not after,
        busy=store_queue.COUNTED,
        **_looks(found.rows, asker.language),
    )


def _looks(rows: Sequence[QueueRow], language: str) -> dict[str, Any]:
    """Return what is the same in many rows, drawn once: signs, pills, faces."""
    faces = {row.assignee: row.assignee or say("web.nobody", language) for row in rows}
    return {
        "signs": {
            level: part("icons.html", "priority", level, say(f"ticket.priority.{level}", language))
            for level in PRIORITIES
        },
        "pills": {
            state: part("icons.html", "pill", state, say(f"web.queue.state.{state}", language)) for state in STATES
        },
        "faces": {
            name: part("icons.html", "face", initials(name) if name else "", shown) for name, shown in faces.items()
        },
        "tiers": [say(f"web.tier.{tier}", language) for tier in range(5)],
        "hidden": say("web.queue.closed_to_you", language),
    }


def _sees(viewer: Viewer, tier: int) -> bool:
    return bool(MATRIX[f"case.read.{tier}"].keys() & viewer.columns - {"EMP", "MGR"})


def _roles_shown(viewer: Viewer, roles: list[str]) -> list[str]:
    wide = {"all", "meta", "team_or_unassigned"}
    tier_one = MATRIX["case.read.1"]
    everything = any(tier_one.get(column) in wide for column in viewer.columns)
    return roles if everything else [role for role in roles if role in viewer.roles]


@router.get("/queue/events")
async def events(request: Request, site: SiteDep, viewer: ViewerDep) -> StreamingResponse:
    """Tell the open queue that a ticket of one of its roles changed."""
    roles = _roles_shown(viewer, list(site.desk.book.roles))

    async def still() -> bool:
        now = await request.app.state.sessions.still(request, site, viewer.person.id)
        return now is not None and now.roles == viewer.roles

    return live.stream(request, site, [f"queue:{role}" for role in roles], still)
