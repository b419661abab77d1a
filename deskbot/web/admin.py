"""Health for people: files, parts, messages on their way, jobs, and who holds which role. No word of any ticket."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from deskbot.store import desk_health
from deskbot.web.guard import AskerDep
from deskbot.web.health import parts_of
from deskbot.web.site import SiteDep

router = APIRouter(include_in_schema=False)


@router.get("/admin")
async def page(site: SiteDep, asker: AskerDep) -> Response:
    """Show how the desk itself is doing."""
    return await run_in_threadpool(_page, site, asker)


def _page(site: SiteDep, asker: AskerDep) -> Response:
    with site.store.read() as session:
        traffic = desk_health.traffic(session)
        runs = desk_health.last_runs(session)
        members = desk_health.members(session)
    names = {key: role.name(asker.language) for key, role in site.desk.book.roles.items()}
    return site.pages.draw(
        "admin.html",
        asker,
        here="admin",
        traffic=traffic,
        runs=runs,
        roles=[(names[key], members.get(key, ())) for key in sorted(names, key=lambda key: names[key])],
        parts=parts_of(site),
        semantic=site.semantic(),
        faults=site.desk.content.faults[:100],
        version=site.desk.book.version[:12],
    )
