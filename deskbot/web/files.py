"""Downloads: a file opens for those who may see its ticket or message, and never inside the site."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from deskbot.desk.access import Grant, Viewer, reads
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import files, tickets
from deskbot.store.tables import Attachment, Message, Ticket
from deskbot.web.guard import AskerDep, ViewerDep
from deskbot.web.site import SiteDep

router = APIRouter(include_in_schema=False)

# A sandbox without any allowance: should a browser open the file after all, nothing in it can run or reach the site.
_SANDBOX = "sandbox; default-src 'none'"


@router.get("/files/{file_id}")
def download(site: SiteDep, asker: AskerDep, viewer: ViewerDep, file_id: Annotated[int, Path(le=10**15)]) -> Response:
    """Send a file as an attachment, with the type that its content shows."""
    with site.store.read() as session:
        row = files.by_id(session, file_id)
        if row is None or not _may_read(session, viewer, row):
            raise NotFound(say("web.not_found", asker.language))
        content = site.store.sealer.open_bytes(session, row.content)
        name = site.store.sealer.open(session, row.name) or "file"
    if content is None:
        raise NotFound(say("web.not_found", asker.language))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _SANDBOX,
    }
    return Response(content, media_type=row.media_type, headers=headers)


def _may_read(session: Session, viewer: Viewer, row: Attachment) -> bool:
    """As the ticket, where there is one; a file on an internal note is not the employee's; else its owner alone."""
    message = session.get(Message, row.message_id) if row.message_id else None
    number = row.ticket_id or (message.ticket_id if message else None)
    ticket = session.get(Ticket, number) if number else None
    if ticket is None:
        return row.owner_id == viewer.person.id
    grant = reads(viewer, tickets.facts(session, ticket))
    note = message is not None and message.visibility == "note"
    return grant == Grant.FULL or (grant == Grant.OWN and not note)
