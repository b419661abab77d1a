"""The routing rules as they are in force, and what is wrong with the files on disk."""

from fastapi import APIRouter
from starlette.responses import Response

from deskbot.web.guard import AskerDep
from deskbot.web.replay import default_since
from deskbot.web.site import SiteDep

router = APIRouter(include_in_schema=False)


@router.get("/rules")
def page(site: SiteDep, asker: AskerDep) -> Response:
    """List the rules in the order in which they are asked, by role; a broken file leaves the last good state live."""
    book = site.desk.book
    names = {key: role.name(asker.language) for key, role in book.roles.items()}
    faults = [fault for fault in site.desk.content.faults if not fault.file.endswith(".md")]
    return site.pages.draw(
        "rules.html",
        asker,
        here="rules",
        rules=sorted(book.router.rules, key=lambda rule: rule.order),
        names=names,
        errors=[fault for fault in faults if fault.severity == "error"],
        warnings=[fault for fault in faults if fault.severity == "warning"],
        version=book.version[:12],
        since=default_since(site),
    )
