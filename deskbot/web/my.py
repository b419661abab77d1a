"""What is the reader's own: requests with state, owner and promised time, their conversations, and letters."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response, StreamingResponse

from deskbot.actions import clocks, own_pages
from deskbot.desk import sla
from deskbot.desk.access import Viewer
from deskbot.store import letters, ticket_page, tickets
from deskbot.store.tables import Ticket
from deskbot.web import live
from deskbot.web.asker import Asker
from deskbot.web.chat import deliver, files_of, new_key
from deskbot.web.guard import AskerDep, Posted, ViewerDep, word
from deskbot.web.site import Site, SiteDep
from deskbot.web.thread import Line, lines

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One of the reader's requests; `promise` says who answers by when."""

    ref: str
    title: str
    owner: str
    state: str
    finished: bool
    promise: str
    updated_at: datetime


@router.get("/my")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep) -> Response:
    """Show the reader's requests and letters."""
    with site.store.read() as session:
        rows = [_own(session, site, asker, row) for row in tickets.of_requester(session, viewer, 100)]
        mine = letters.of_person(session, viewer.person.id)[:50]
    return site.pages.draw(
        "my.html",
        asker,
        here="my",
        open_ones=[row for row in rows if not row.finished],
        finished=[row for row in rows if row.finished],
        letters=mine,
    )


def _own(session: Session, site: Site, asker: Asker, ticket: Ticket) -> OwnRequest:
    finished = not ticket.live or ticket.state == "resolved"
    return OwnRequest(
        ref=ticket.ref,
        title=site.store.sealer.open(session, ticket.title) or "",
        owner=_owner(site, asker, ticket),
        state=ticket.state,
        finished=finished,
        promise="" if finished else promise(site, asker, ticket),
        updated_at=ticket.updated_at,
    )


def _owner(site: Site, asker: Asker, ticket: Ticket) -> str:
    role = site.desk.book.roles.get(ticket.role)
    return role.name(asker.language) if role else ticket.role


def promise(site: Site, asker: Asker, ticket: Ticket) -> str:
    """Return who answers by when, in words, in the reader's zone."""
    due = ticket.first_response_due if ticket.first_response_at is None else ticket.next_reply_due
    counted = clocks.working_time(site.desk, ticket)
    owner, now = _owner(site, asker, ticket), site.desk.now()
    return sla.promise(owner, due or ticket.resolution_due, now, asker.language, asker.zone, counted)


@router.get("/my/{ref}")
def one(site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str) -> Response:
    """Show one of the reader's requests with its conversation."""
    with site.store.read() as session:
        ticket = own_pages.own(session, viewer, ref)
        request = _own(session, site, asker, ticket)
        said = _public(session, site, ticket)
        found = clocks.clocks(session, site.desk, ticket, site.desk.now())
        policy, counted = clocks.policy_of(site.desk, ticket), clocks.working_time(site.desk, ticket)
        why = sla.explain_words(found, policy, counted, site.desk.now(), asker.language, asker.zone)
    return site.pages.draw(
        "my_ticket.html",
        asker,
        here="my",
        ticket=ticket,
        request=request,
        said=[(line, _html(site, asker, line)) for line in said],
        why=why,
        sending=new_key(),
    )


@router.get("/my/{ref}/thread")
def thread(site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str) -> Response:
    """Return the conversation of a request alone."""
    with site.store.read() as session:
        said = _public(session, site, own_pages.own(session, viewer, ref))
    drawn = [(line, _html(site, asker, line)) for line in said]
    return site.pages.draw("thread.html", asker, said=drawn, turn=None, key="", panel="")


@router.get("/my/{ref}/events")
async def events(request: Request, site: SiteDep, viewer: ViewerDep, ref: str) -> StreamingResponse:
    """Tell the open page when the request changes."""
    number = await run_in_threadpool(_number, site, viewer, ref)

    async def still() -> bool:
        return await request.app.state.sessions.still(request, site, viewer.person.id) is not None

    return live.stream(request, site, [f"ticket:{number}"], still)


def _number(site: Site, viewer: Viewer, ref: str) -> int:
    with site.store.read() as session:
        return own_pages.own(session, viewer, ref).id or 0


def _public(session: Session, site: Site, ticket: Ticket) -> list[Line]:
    assert ticket.id is not None
    return lines(session, site.store.sealer, ticket_page.messages(session, ticket.id, notes=False))


def _html(site: Site, asker: Asker, line: Line) -> str:
    return site.chat.draw(line.reply, action="", csrf="", live=False) if line.reply else ""


@router.post("/my/{ref}")
async def say_more(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Add to a request; it goes into the conversation under the same reference, whatever channel it began in."""
    text, files = word(form, "text"), await files_of(form)
    if text.strip() or files:
        conversation = await run_in_threadpool(_conversation, site, viewer, ref)
        key = word(form, "key", 64) or new_key()
        await deliver(site, asker, viewer, conversation, key, "message", text=text, files=files)
    if request.headers.get("hx-request"):
        return await run_in_threadpool(thread, site, asker, viewer, ref)
    return RedirectResponse(f"/my/{ref}", 303)


def _conversation(site: Site, viewer: Viewer, ref: str) -> str:
    with site.store.write() as session:
        return own_pages.continue_on_web(session, site.desk, viewer, ref)
