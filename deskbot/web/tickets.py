"""One ticket for those who work on it: the conversation, notes apart from replies, what can be done, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response, StreamingResponse

from deskbot.actions import clocks, learning, own_pages
from deskbot.actions import tickets as actions
from deskbot.answers.audience import Audience
from deskbot.answers.markdown import to_plain
from deskbot.answers.tidy import tidy
from deskbot.desk import sla
from deskbot.desk.access import Grant, Viewer, allows, reads
from deskbot.desk.errors import NotFound
from deskbot.desk.people import Person
from deskbot.desk.texts import say
from deskbot.desk.tickets import PRIORITIES, STATES, can_become
from deskbot.store import events as store_events
from deskbot.store import once, people, ticket_page, tickets
from deskbot.store.tables import Ticket
from deskbot.web import live
from deskbot.web.asker import Asker
from deskbot.web.chat import files_of, new_key
from deskbot.web.guard import AskerDep, Posted, ViewerDep, number, word
from deskbot.web.history import people_in, timeline
from deskbot.web.site import Site, SiteDep
from deskbot.web.thread import lines
from deskbot.web.times import zone_of

router = APIRouter(include_in_schema=False)

_SNIPPET = 220
_QUOTE = 700


@dataclass(frozen=True, slots=True)
class Match:
    """An article that may help; `quote` and `link` are Markdown to put into the reply."""

    section: str
    title: str
    url: str
    snippet: str
    quote: str
    link: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """A ticket's running clock for the page: which, until when, how far, and the whole story in words."""

    name: str
    due: datetime | None
    paused: bool
    late: bool
    elapsed: int
    target: int
    words: str


# --- Reading --------------------------------------------------------------------------------------------------------


@router.get("/tickets/{ref}")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str) -> Response:
    """Show a ticket; its requester is sent to their own page of it."""
    with site.store.read() as session:
        ticket, grant = _found(session, viewer, ref)
        if grant == Grant.OWN:
            return RedirectResponse(f"/my/{ticket.ref}", 303)
        if grant == Grant.META:
            return _outline(site, asker, ticket)
        values = _values(session, site, asker, viewer, ticket)
    if ticket.tier >= 3:
        with site.store.write() as session:
            own_pages.looked_at(session, site.desk, viewer, ticket)
    return site.pages.draw("ticket.html", asker, here="queue", **values)


@router.get("/tickets/{ref}/timeline")
def body(site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str) -> Response:
    """Return what changes on a ticket's page, for a page that was told that it did."""
    with site.store.read() as session:
        ticket, grant = _found(session, viewer, ref)
        if grant < Grant.FULL:
            raise NotFound(say("web.not_found", asker.language))
        values = _values(session, site, asker, viewer, ticket)
    return site.pages.draw("ticket_body.html", asker, **values)


@router.get("/tickets/{ref}/events")
async def events(request: Request, site: SiteDep, viewer: ViewerDep, ref: str) -> StreamingResponse:
    """Tell the open page when its ticket changes, for as long as its reader may see it."""
    ticket = await run_in_threadpool(_readable, site, viewer, ref)
    if ticket is None:
        raise NotFound(say("web.not_found", viewer.person.language))

    async def still() -> bool:
        now = await request.app.state.sessions.still(request, site, viewer.person.id)
        return now is not None and await run_in_threadpool(_readable, site, now, ref) is not None

    return live.stream(request, site, [f"ticket:{ticket}"], still)


def _readable(site: Site, viewer: Viewer, ref: str) -> int | None:
    with site.store.read() as session:
        ticket = tickets.by_ref(session, ref)
        if ticket is None or reads(viewer, tickets.facts(session, ticket)) < Grant.FULL:
            return None
        return ticket.id


def _found(session: Session, viewer: Viewer, ref: str) -> tuple[Ticket, Grant]:
    ticket = tickets.by_ref(session, ref)
    grant = reads(viewer, tickets.facts(session, ticket)) if ticket else Grant.NONE
    if ticket is None or grant == Grant.NONE:
        raise NotFound(say("web.not_found", viewer.person.language))
    return ticket, grant


def _outline(site: Site, asker: Asker, ticket: Ticket) -> Response:
    """Show that a ticket exists and how it stands, without a word of it."""
    role = site.desk.book.roles.get(ticket.role)
    name = role.name(asker.language) if role else ticket.role
    return site.pages.draw("ticket_outline.html", asker, here="queue", ticket=ticket, role=name)


def _values(session: Session, site: Site, asker: Asker, viewer: Viewer, ticket: Ticket) -> dict[str, Any]:
    assert ticket.id is not None
    language, book = asker.language, site.desk.book
    facts = tickets.facts(session, ticket)
    history = store_events.history(session, ticket.id)
    said = lines(session, site.store.sealer, ticket_page.messages(session, ticket.id, notes=True))
    members = [one.person_id for one in people.memberships(session, ticket.role)]
    names = people.names(session, [*people_in(history), *members, ticket.assignee_id])
    role_names = {key: role.name(language) for key, role in book.roles.items()}
    row = people.by_id(session, ticket.requester_id)
    requester = people.person(session, row) if row else None
    words = " ".join(line.text for line in said if line.side == "employee")
    kind = book.requests.get(ticket.request_type or "")
    return {
        "ticket": ticket,
        "title": site.store.sealer.open(session, ticket.title) or "",
        "story": timeline(history, said, names, role_names, language),
        "drawn": {line.id: _drawn(site, line.reply) for line in said if line.reply and line.side == "desk"},
        "requester": requester,
        "manager": _name(session, requester.manager_id) if requester else "",
        "assignee": names.get(ticket.assignee_id or 0, ""),
        "assignees": _choices(members, names, ticket),
        "role_names": role_names,
        "namedstates": _states(ticket, language),
        "namedpriorities": [(level, say(f"ticket.priority.{level}", language)) for level in PRIORITIES],
        "namedtiers": [(tier, say(f"web.tier.{tier}", language)) for tier in range(ticket.tier, 5)],
        "local": f"{site.desk.now().astimezone(zone_of(requester.zone)):%H:%M}" if requester else "",
        "may": {name: allows(viewer, f"case.{name}", facts) for name in ("reply", "note", "assign", "lower_tier")},
        "kind": kind.name(language) if kind else "",
        "answers": _answers(session, site, ticket, language),
        "clock": _clock(session, site, asker, ticket),
        "matches": _matches(site, requester, ticket, words) if words and ticket.tier < 4 else (),
        **_teaching(session, site, viewer, ticket, requester),
        "sending": (new_key(), new_key()),
    }


def _states(ticket: Ticket, language: str) -> list[tuple[str, str]]:
    following = [s for s in STATES if s == ticket.state or can_become(ticket.state, s, ticket.tier)]
    return [(state, say(f"ticket.state.{state}", language)) for state in following]


def _name(session: Session, person_id: int | None) -> str:
    return people.names(session, [person_id]).get(person_id or 0, "")


def _drawn(site: Site, reply: Any) -> str:
    return site.chat.draw(reply, action="", csrf="", live=False)


def _choices(members: list[int], names: dict[int, str], ticket: Ticket) -> list[tuple[int, str]]:
    """Return who may be given the ticket: the people of its role, never those it is about."""
    parties = {ticket.requester_id, ticket.subject_id}
    return sorted(((one, names[one]) for one in members if one in names and one not in parties), key=lambda c: c[1])


def _answers(session: Session, site: Site, ticket: Ticket, language: str) -> list[tuple[str, str]]:
    assert ticket.id is not None
    kind = site.desk.book.requests.get(ticket.request_type or "")
    given = ticket_page.answers(session, site.store.sealer, ticket.id)
    if kind is None:
        return list(given.items())
    fields = {field.key: field for field in kind.fields(language)}
    return [
        (fields[key].label, dict(fields[key].options).get(value, value)) if key in fields else (key, value)
        for key, value in given.items()
    ]


def _clock(session: Session, site: Site, asker: Asker, ticket: Ticket) -> ClockView | None:
    """Return the clock that runs out first, with the whole story in words from the code that computes it."""
    found = clocks.clocks(session, site.desk, ticket, site.desk.now())
    policy, counted = clocks.policy_of(site.desk, ticket), clocks.working_time(site.desk, ticket)
    now = site.desk.now()
    words = sla.explain_words(found, policy, counted, now, asker.language, asker.zone)
    named = (
        ("first_response", found.first_response),
        ("next_reply", found.next_reply),
        ("resolution", found.resolution),
    )
    running = [(name, state) for name, state in named if state and state.met_at is None and state.due]
    paused = any(state and state.paused for _, state in named)
    if not running:
        return ClockView("", None, paused, False, 0, 0, words)
    name, state = min(running, key=lambda pair: pair[1].due or now)
    late = state.due is not None and state.due < now
    elapsed = counted.elapsed(state.started, now, state.pauses)
    return ClockView(name, state.due, state.paused, late, int(elapsed), int(state.target or 0), words)


def _matches(site: Site, requester: Person | None, ticket: Ticket, words: str) -> list[Match]:
    """Return the articles that the employee may read and that fit their words."""
    if requester is None:
        return []
    audience = Audience(
        country=requester.country,
        contract=requester.contract,
        is_manager=requester.is_manager,
        language=ticket.language,
    )
    found = site.desk.book.knowledge.find(words[:2000], audience, ticket.language, top=3)
    return [_match(site, section) for section, _ in found.ranked[:3]]


def _teaching(session: Session, site: Site, viewer: Viewer, ticket: Ticket, requester: Person | None) -> dict[str, Any]:
    """Return the question that a section may learn, and the sections to pick from; none above tier 2."""
    said = learning.asked(session, site.desk, ticket).text
    if requester is None or not said:
        return {"teaches": "", "picks": ()}
    found = learning.suggestions(site.desk, viewer, requester, said, ticket.language)
    return {"teaches": said, "picks": [_match(site, section) for section in found[:3]]}


@router.get("/tickets/{ref}/sections")
def sections(request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, ref: str, q: str = "") -> Response:
    """Return the sections that fit some words, to pick the one that answers; without scripts, search the articles."""
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/knowledge?q={quote(q[:300])}", 303)
    with site.store.read() as session:
        ticket, grant = _found(session, viewer, ref)
        row = people.by_id(session, ticket.requester_id)
        if grant < Grant.FULL or row is None:
            raise NotFound(say("web.not_found", asker.language))
        found = learning.suggestions(site.desk, viewer, people.person(session, row), q[:300], asker.language)
    return site.pages.draw("ticket_sections.html", asker, picks=[_match(site, section) for section in found[:6]])


def _match(site: Site, section: Any) -> Match:
    title = section.article.title
    heading = section.path[-1] if section.path else ""
    if heading and heading != title:
        title = f"{title}: {heading}"
    url = f"/knowledge/{section.id.replace('.md', '', 1)}"
    text = tidy(section.text_md, section.article.path)
    quoted = "\n".join(f"> {line}" for line in text[:_QUOTE].split("\n"))
    link = f"[{title}]({site.desk.base_url}{url})"
    snippet = " ".join(to_plain(text).split())[:_SNIPPET]
    return Match(section.id, title, url, snippet, f"{quoted}\n\n{link}", link)


# --- Writing --------------------------------------------------------------------------------------------------------


def _done(request: Request, site: Site, asker: Asker, viewer: Viewer, ref: str) -> Response:
    """Show the ticket as it is now; whoever has just lost sight of it goes back to the queue."""
    scripted = bool(request.headers.get("hx-request"))
    if _readable(site, viewer, ref) is None:
        return Response(headers={"HX-Redirect": "/queue"}) if scripted else RedirectResponse("/queue", 303)
    return body(site, asker, viewer, ref) if scripted else RedirectResponse(f"/tickets/{ref}", 303)


async def _write(
    request: Request, site: Site, asker: Asker, viewer: Viewer, ref: str, act: Callable[[Session], object]
) -> Response:
    def work() -> Response:
        with site.store.write() as session:
            act(session)
        return _done(request, site, asker, viewer, ref)

    return await run_in_threadpool(work)


def _key(viewer: Viewer, form: Any) -> str:
    return f"page:{viewer.person.id}:{word(form, 'key', 64) or new_key()}"


@router.post("/tickets/{ref}/reply")
async def reply(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Answer the employee; a second click on the same form does nothing."""
    files = await files_of(form)

    def act(session: Session) -> None:
        now = site.desk.now()
        if not once.first_time(session, _key(viewer, form), now):
            return
        ends = word(form, "then") == "resolve"
        text = word(form, "text")
        actions.reply(session, site.desk, viewer, ref, text, files=files, resolve=ends)
        section, question = word(form, "section", 500), word(form, "question", 2000)
        learning.resolved_with(session, site.desk, viewer, ref, text, section, question)

    return await _write(request, site, asker, viewer, ref, act)


@router.post("/tickets/{ref}/note")
async def note(request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str) -> Response:
    """Write an internal note."""

    def act(session: Session) -> None:
        if once.first_time(session, _key(viewer, form), site.desk.now()):
            actions.note(session, site.desk, viewer, ref, word(form, "text"))

    return await _write(request, site, asker, viewer, ref, act)


@router.post("/tickets/{ref}/assignee")
async def assign(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Give the ticket to somebody of its role, or to nobody."""
    person = number(form, "assignee")
    return await _write(
        request, site, asker, viewer, ref,
        lambda session: actions.assign(session, site.desk, viewer, ref, person, number(form, "version")),
    )  # fmt: skip


@router.post("/tickets/{ref}/role")
async def reroute(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Hand the ticket to another role."""
    role, reason = word(form, "role", 100), word(form, "reason", 2000)
    return await _write(
        request, site, asker, viewer, ref,
        lambda session: actions.reroute(session, site.desk, viewer, ref, role, reason, number(form, "version")),
    )  # fmt: skip


@router.post("/tickets/{ref}/state")
async def set_state(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Move the ticket to another state."""
    state = word(form, "state", 100)
    return await _write(
        request, site, asker, viewer, ref,
        lambda session: actions.set_state(session, site.desk, viewer, ref, state, "", number(form, "version")),
    )  # fmt: skip


@router.post("/tickets/{ref}/priority")
async def set_priority(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Change the priority."""
    priority = word(form, "priority", 100)
    return await _write(
        request, site, asker, viewer, ref,
        lambda session: actions.set_priority(session, site.desk, viewer, ref, priority, number(form, "version")),
    )  # fmt: skip


@router.post("/tickets/{ref}/tier")
async def set_tier(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, ref: str
) -> Response:
    """Raise the tier, or lower it with a reason."""
    tier, reason = number(form, "tier"), word(form, "reason", 2000)
    return await _write(
        request, site, asker, viewer, ref,
        lambda session: actions.set_tier(
            session, site.desk, viewer, ref, -1 if tier is None else tier, reason, number(form, "version")
        ),
    )  # fmt: skip
