"""Changed texts: what people were told and is no longer so, who would get the correction, and HR's decision."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from deskbot.actions import recall as actions
from deskbot.actions import stock
from deskbot.actions.recall import Recipient
from deskbot.answers.changes import Reason, spans
from deskbot.desk.access import Viewer
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import people, recall
from deskbot.store.recall import Receipt
from deskbot.store.tables import Correction, Told
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, Posted, ViewerDep, number, word
from deskbot.web.knowledge import address
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)

FEW = 5
_DONE = ("sent", "dismissed", "editorial", "withdrawn")
_NOT_TOLD = ("left", "not_admitted", "unreachable")


@dataclass(frozen=True, slots=True)
class Line:
    """A change in a list; `people` is how many get the correction, None where that may not be shown exactly."""

    id: int
    title: str
    state: str
    material: bool
    why: str
    people: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a correction has come: receipts by state, and how many people are left; None hides small numbers."""

    done: int | None
    all: int | None
    states: tuple[tuple[str, str], ...]
    receipts: tuple[Receipt, ...]


@router.get("/knowledge/changes")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep) -> Response:
    """List the changes that wait for the viewer's decision, those that are being sent, and the history."""
    owners = actions.decided_by(viewer)
    with site.store.read() as session:
        waiting = recall.in_state(session, "pending", told=True, owners=owners)
        lines = [(_line(session, site, asker, viewer, one), one) for one in waiting]
        to_decide = [line for line, one in lines if actions.recipients(session, site.desk, one)]
        settled = [one for one in waiting if one.id not in {line.id for line in to_decide}]
        past = recall.in_state(session, *_DONE, owners=owners, limit=recall.HISTORY) + settled
        past += recall.in_state(session, "pending", told=False, owners=owners, limit=recall.HISTORY)
        newest = sorted(past, key=lambda one: one.done_at or one.found_at, reverse=True)
        history = [_line(session, site, asker, viewer, one, past=True) for one in newest[: recall.HISTORY]]
        sent = recall.in_state(session, "sending", owners=owners)
        sending = [_line(session, site, asker, viewer, one) for one in sent]
    return site.pages.draw(
        "changes.html", asker, here="knowledge", open=to_decide, sending=sending, history=history, few=FEW
    )


def _line(session: Session, site: Site, asker: Asker, viewer: Viewer, one: Correction, *, past: bool = False) -> Line:
    assert one.id is not None
    after = recall.text(session, one.after_id)
    told = [] if past else actions.recipients(session, site.desk, one)
    count = sum(each.standing == "tell" for each in told)
    reasons = "" if past and not one.material else _why(session, site, one, asker.language)
    at = one.done_at or one.found_at
    state = "nobody" if past and one.state == "pending" else one.state
    return Line(one.id, after.title, state, one.material, reasons, _shown(count, viewer, one.owner), at)


def _why(session: Session, site: Site, one: Correction, language: str) -> str:
    if one.ended:
        return say(f"web.recall.ended.{one.ended}", language)
    if one.before_id == one.after_id:
        return say("web.recall.ended.again", language)
    return "; ".join(map(str, _reasons(session, site, one)[:3]))


def _reasons(session: Session, site: Site, one: Correction) -> tuple[Reason, ...]:
    before, after = recall.text(session, one.before_id), recall.text(session, one.after_id)
    return stock.difference(site.desk, before, after).reasons


def _shown(count: int, viewer: Viewer, owner: str) -> int | None:
    """Return a count, or None for a small one that would tell on people whose names the viewer may not see."""
    return count if count == 0 or count >= FEW or actions.sees_names(viewer, owner) else None


@router.get("/knowledge/changes/{change}")
def one(site: SiteDep, asker: AskerDep, viewer: ViewerDep, change: str) -> Response:
    """Show a change: why it matters, before and after, who gets the correction, and what they will read."""
    with site.store.read() as session:
        values = _values(session, site, asker, viewer, _found(session, asker, viewer, change))
    return site.pages.draw("change.html", asker, here="knowledge", confirm=False, **values)


@router.get("/knowledge/changes/{change}/progress")
def progress(site: SiteDep, asker: AskerDep, viewer: ViewerDep, change: str) -> Response:
    """Return how far the sending has come, for a page that asks again and again."""
    with site.store.read() as session:
        values = _values(session, site, asker, viewer, _found(session, asker, viewer, change))
    return site.pages.draw("change_progress.html", asker, **values)


@router.post("/knowledge/changes/{change}")
def decide(site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, change: str) -> Response:
    """Take the decision; sending is asked about once more, because it cannot be undone."""
    decision = word(form, "decision", 20)
    if decision not in get_args(actions.Decision):
        raise NotFound(say("web.not_found", asker.language))
    if decision == "send" and word(form, "sure", 5) != "yes":
        with site.store.read() as session:
            values = _values(session, site, asker, viewer, _found(session, asker, viewer, change))
        return site.pages.draw("change.html", asker, here="knowledge", confirm=True, **values)
    now = site.desk.now()
    with site.store.write() as session:
        found = _found(session, asker, viewer, change)
        actions.decide(
            session,
            site.desk,
            found,
            cast(actions.Decision, decision),
            now,
            by=viewer.person.id,
            text=number(form, "text") or 0,
            note=word(form, "note", 1000),
        )
    if decision == "send" and found.id is not None:
        _send_first(site, found.id, now)
    return RedirectResponse(f"/knowledge/changes/{found.id}", 303)


def _send_first(site: Site, correction: int, now: datetime) -> None:
    """Let the first people hear of it at once; the rest follow in the background, and a restart goes on with them."""
    with site.store.read() as session:
        people = actions.due(session, site.desk, correction)
    with site.store.write() as session:
        actions.send_batch(session, site.desk, correction, people[: actions.BATCH], now)
        if len(people) <= actions.BATCH:
            actions.finish(session, correction, now)


def _found(session: Session, asker: Asker, viewer: Viewer, change: str) -> Correction:
    known = change.isascii() and change.isdigit() and len(change) < 16
    row = session.get(Correction, int(change)) if known else None
    if row is None or not actions.decides(viewer, row.owner):
        raise NotFound(say("web.not_found", asker.language))
    return row


def _values(session: Session, site: Site, asker: Asker, viewer: Viewer, one: Correction) -> dict[str, Any]:
    before, after = recall.text(session, one.before_id), recall.text(session, one.after_id)
    told = actions.recipients(session, site.desk, one) if one.state in ("pending", "sending") else []
    to_tell = [each for each in told if each.standing == "tell"]
    role = site.desk.book.roles.get(one.owner)
    names = people.names(session, [one.decided_by])
    pieces = spans(before.text_md, "" if one.ended == "removed" else after.text_md)
    return {
        "change": one,
        "title": after.title,
        "url": address(after.section),
        "owner": role.name(asker.language) if role else one.owner,
        "why": "" if not one.ended and one.before_id != one.after_id else _why(session, site, one, asker.language),
        "reasons": () if one.ended else _reasons(session, site, one),
        "pieces": pieces,
        "before": before,
        "after": after,
        "count": len(to_tell),
        "shown": _shown(len(to_tell), viewer, one.owner),
        "channels": _counts(to_tell, viewer, one.owner, "channel"),
        "languages": _counts(to_tell, viewer, one.owner, "language"),
        "not_told": [(why, sum(each.standing == why for each in told)) for why in _NOT_TOLD],
        "told": told,
        "names": actions.sees_names(viewer, one.owner),
        "preview": _preview(site, session, viewer, one, to_tell),
        "progress": _progress(session, viewer, one, len(to_tell)),
        "note": site.store.sealer.open(session, one.note) if one.note else "",
        "decided_by": names.get(one.decided_by or 0) or say("web.recall.somebody", asker.language),
        "few": FEW,
    }


def _counts(told: Sequence[Recipient], viewer: Viewer, owner: str, by: str) -> list[tuple[str, int | None]]:
    """Return how many people by channel or language, where these numbers may be shown."""
    found = Counter(one.channel if by == "channel" else one.knower.told.language for one in told)
    return [(name, _shown(count, viewer, owner)) for name, count in sorted(found.items())]


def _preview(site: Site, session: Session, viewer: Viewer, one: Correction, told: Sequence[Recipient]) -> str:
    """Return the correction as the first of its receivers will read it; the day they asked is theirs to know."""
    if not told:
        return ""
    after, knower, now = recall.text(session, one.after_id), told[0].knower, site.desk.now()
    if not actions.sees_names(viewer, one.owner):
        knower = knower._replace(told=Told(**knower.told.model_dump() | {"at": now}))
    reply = actions.message(site.desk, one, knower, after, now)
    return site.chat.draw(reply, action="", csrf="", live=False)


def _progress(session: Session, viewer: Viewer, one: Correction, left: int) -> Progress | None:
    if one.state not in ("sending", "sent") or one.id is None:
        return None
    receipts = recall.receipts(session, one.id)
    states = Counter(receipt_state(each) for each in receipts)
    shown = _shown(len(receipts) + left, viewer, one.owner)
    listed = [
        (state, "<5" if (many := _shown(count, viewer, one.owner)) is None else str(many))
        for state, count in sorted(states.items())
    ]
    may_read = actions.sees_names(viewer, one.owner)
    return Progress(
        len(receipts) if shown is not None else None, shown, tuple(listed), tuple(receipts) if may_read else ()
    )


def receipt_state(receipt: Receipt) -> str:
    """Return how far a correction came, as people read it: sent, shown, pending or failed."""
    if not receipt.state:
        return "shown"
    if receipt.state in ("failed", "parked"):
        return "failed"
    return "sent" if receipt.state == "sent" else "pending"
