"""What can be done with a ticket: answer, note, assign, hand over, change its state, and hear from its asker."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from deskbot.actions import attachments, clocks
from deskbot.actions.desk import Desk
from deskbot.actions.opening import pick, seal_under
from deskbot.actions.outgoing import post, seal_subject
from deskbot.desk.access import Grant, TicketFacts, Viewer, allows, owner_for, reads
from deskbot.desk.errors import Conflict, Invalid, NotAllowed, NotFound
from deskbot.desk.messages import Choice, FileIn, FileLink, Reply
from deskbot.desk.texts import say
from deskbot.desk.tickets import PRIORITIES, WAITING, EventKind, can_become
from deskbot.store import conversations, events, people, search, ticket_page, tickets
from deskbot.store.announce import announce
from deskbot.store.tables import Message, Ticket

# --- What specialists do --------------------------------------------------------------------------------------------


def handled(
    session: Session, viewer: Viewer, ref: str, action: str, version: int | None = None
) -> tuple[Ticket, TicketFacts]:
    """Return the ticket for an action, or refuse: absent and hidden tickets look the same."""
    ticket = tickets.by_ref(session, ref)
    facts = tickets.facts(session, ticket) if ticket else None
    language = viewer.person.language
    if ticket is None or facts is None or reads(viewer, facts) == Grant.NONE:
        raise NotFound(say("ticket.error.not_found", language))
    if not allows(viewer, action, facts):
        raise NotAllowed(say("ticket.error.not_allowed", language))
    if version is not None and version != ticket.version:
        raise Conflict(say("ticket.error.conflict", language))
    return ticket, facts


def reply(
    session: Session,
    desk: Desk,
    viewer: Viewer,
    ref: str,
    text_md: str,
    *,
    files: Sequence[FileIn] = (),
    resolve: bool = False,
    version: int | None = None,
) -> Message:
    """Answer the employee: the only thing that counts as a first response. Goes to the channel they last used.

    Files go with it, into the channel as far as the ticket's tier allows. Raises `Invalid` for one that is too large.
    """
    ticket, _ = handled(session, viewer, ref, "case.reply", version)
    text = _words(text_md, viewer)
    now = desk.now()
    kept = attachments.of_specialist(session, desk, ticket, viewer, files, now)
    message = _say(session, desk, ticket, viewer, text, now, [attachments.link(session, desk, row) for row in kept])
    for row in kept:
        row.message_id = message.id
    _note_event(session, ticket, "public_reply", viewer, now, message)
    if resolve:
        _become(session, desk, ticket, viewer, "resolved", "", now)
    elif ticket.state != "open":
        _become(session, desk, ticket, viewer, "open", "", now)
    return _changed(session, desk, ticket, now, message)


def note(session: Session, desk: Desk, viewer: Viewer, ref: str, text_md: str) -> Message:
    """Write an internal note; the employee never sees it, and it never stops a clock."""
    ticket, _ = handled(session, viewer, ref, "case.note")
    now = desk.now()
    message = conversations.add_message(
        session,
        conversation_id=None,
        ticket_id=ticket.id,
        author_kind="specialist",
        author_id=viewer.person.id,
        visibility="note",
        text=desk.sealer.seal(session, seal_subject(ticket), _words(text_md, viewer)),
        sent_at=now,
    )
    _note_event(session, ticket, "note", viewer, now, message)
    return _changed(session, desk, ticket, now, message)


def assign(
    session: Session, desk: Desk, viewer: Viewer, ref: str, person_id: int | None, version: int | None = None
) -> Ticket:
    """Give the ticket to somebody of its role, or (None) back to the role."""
    ticket, facts = handled(session, viewer, ref, "case.assign", version)
    if person_id == ticket.assignee_id:
        return ticket
    if person_id is not None and not _may_handle(session, desk, person_id, facts):
        raise Invalid(say("ticket.error.assignee", viewer.person.language), "assignee")
    now = desk.now()
    ticket.assignee_id = person_id
    if ticket.state == "new" and person_id == viewer.person.id:
        ticket.state = "open"
    _event(session, ticket, "assigned", viewer, now, {"to": person_id, "role": ticket.role, "why": "chosen by hand"})
    _changed(session, desk, ticket, now)
    return ticket


def _may_handle(session: Session, desk: Desk, person_id: int, facts: TicketFacts) -> bool:
    candidate = people.viewer(session, person_id)
    if candidate is None or candidate.person.status != "active":
        return False
    would_be = TicketFacts(facts.requester_id, facts.role, facts.tier, facts.subject_id, person_id, facts.conflicts)
    return facts.role in candidate.roles and reads(candidate, would_be) == Grant.FULL


def reroute(
    session: Session, desk: Desk, viewer: Viewer, ref: str, role: str, reason: str, version: int | None = None
) -> Ticket:
    """Hand the ticket to another role; a person there is chosen as for a new ticket, and the clocks go on."""
    ticket, facts = handled(session, viewer, ref, "case.assign", version)
    if role not in desk.book.roles:
        raise Invalid(say("ticket.error.role", viewer.person.language), "role")
    tier = max(ticket.tier, desk.book.roles[role].tier)
    owner = owner_for(role, tier)
    now = desk.now()
    parties = {facts.requester_id, *facts.conflicts} | ({facts.subject_id} if facts.subject_id else set())
    chosen = pick(session, desk, owner, ticket.ref, now, parties)
    before = ticket.role
    announce(session, f"queue:{before}")
    if tier > ticket.tier:
        _raise_tier(session, desk, ticket, tier)
        _event(session, ticket, "tier_changed", viewer, now, {"to": tier, "reason": "role"})
    ticket.role, ticket.assignee_id = owner, chosen.person_id
    _event(
        session,
        ticket,
        "routed",
        viewer,
        now,
        {"from": before, "to": owner, "person": chosen.person_id, "why": chosen.why},
    )
    if reason.strip():
        note_text = desk.sealer.seal(session, seal_subject(ticket), reason.strip())
        message = conversations.add_message(
            session,
            conversation_id=None,
            ticket_id=ticket.id,
            author_kind="specialist",
            author_id=viewer.person.id,
            visibility="note",
            text=note_text,
            sent_at=now,
        )
        _note_event(session, ticket, "note", viewer, now, message)
    _changed(session, desk, ticket, now)
    return ticket


def set_state(
    session: Session, desk: Desk, viewer: Viewer, ref: str, state: str, reason: str = "", version: int | None = None
) -> Ticket:
    """Move the ticket to another state; waiting pauses the clocks, except in a sealed case, which never waits."""
    ticket, _ = handled(session, viewer, ref, "case.assign", version)
    if state == ticket.state:
        return ticket
    now = desk.now()
    _become(session, desk, ticket, viewer, state, reason, now)
    _changed(session, desk, ticket, now)
    return ticket


def set_priority(
    session: Session, desk: Desk, viewer: Viewer, ref: str, priority: str, version: int | None = None
) -> Ticket:
    """Change the priority; targets and due times follow."""
    ticket, _ = handled(session, viewer, ref, "case.assign", version)
    if priority not in PRIORITIES:
        raise Invalid(say("ticket.error.priority", viewer.person.language), "priority")
    if priority == ticket.priority:
        return ticket
    now = desk.now()
    before, ticket.priority = ticket.priority, priority
    _event(session, ticket, "priority_changed", viewer, now, {"from": before, "to": priority})
    _changed(session, desk, ticket, now)
    return ticket


def set_tier(
    session: Session, desk: Desk, viewer: Viewer, ref: str, tier: int, reason: str = "", version: int | None = None
) -> Ticket:
    """Raise the tier, or lower it: lowering takes the owner team and a reason."""
    ticket, facts = handled(session, viewer, ref, "case.assign", version)
    if tier == ticket.tier or not 0 <= tier <= 4:
        return ticket
    if tier < ticket.tier and not (allows(viewer, "case.lower_tier", facts) and reason.strip()):
        raise NotAllowed(say("ticket.error.tier", viewer.person.language))
    now = desk.now()
    before = ticket.tier
    if tier > before:
        _raise_tier(session, desk, ticket, tier)
    ticket.tier = tier
    _event(session, ticket, "tier_changed", viewer, now, {"from": before, "to": tier, "reason": "by hand"})
    _give_to_owner(session, desk, ticket, viewer, now)
    _changed(session, desk, ticket, now)
    return ticket


def _give_to_owner(session: Session, desk: Desk, ticket: Ticket, viewer: Viewer, now: datetime) -> None:
    """A ticket whose tier changed goes to the role that may read it, and there to a person as a new one would."""
    owner, before, facts = owner_for(ticket.role, ticket.tier), ticket.role, tickets.facts(session, ticket)
    if owner == before and (ticket.assignee_id is None or _may_handle(session, desk, ticket.assignee_id, facts)):
        return
    parties = {facts.requester_id, *facts.conflicts} | ({facts.subject_id} if facts.subject_id else set())
    chosen = pick(session, desk, owner, ticket.ref, now, parties)
    announce(session, f"queue:{before}")
    ticket.role, ticket.assignee_id = owner, chosen.person_id
    data = {"from": before, "to": owner, "person": chosen.person_id, "why": chosen.why}
    _event(session, ticket, "routed", viewer, now, data)


def _raise_tier(session: Session, desk: Desk, ticket: Ticket, tier: int) -> None:
    """A ticket that becomes protected gets a title without content and leaves the full-text index."""
    title = desk.sealer.open(session, ticket.title) or ""
    ticket.tier = tier
    if tier >= 3:
        key = "ticket.sealed_title" if tier >= 4 else "ticket.protected_title"
        title = say(key, ticket.language)
        assert ticket.id is not None
        search.drop(session, ticket.id)
        seal_under(session, desk, ticket, ticket_page.messages(session, ticket.id, notes=True))
    ticket.title = desk.sealer.seal(session, seal_subject(ticket), title)


# --- What the employee does -----------------------------------------------------------------------------------------


def employee_message(
    session: Session, desk: Desk, ticket: Ticket, message: Message, person_id: int, now: datetime
) -> bool:
    """Take an employee's further message into the ticket; returns whether it opened the ticket again."""
    assert ticket.id is not None
    message.ticket_id = ticket.id
    events.append(
        session, ticket.id, "employee_message", now, actor_kind="employee", actor_id=person_id, message_id=message.id
    )
    reopened = ticket.state in ("resolved", "closed")
    if reopened:
        ticket.state, ticket.live = "open", True
        ticket.resolved_at = ticket.closed_at = None
        events.append(session, ticket.id, "reopened", now, actor_kind="employee", actor_id=person_id)
    elif ticket.state == "waiting_employee":
        ticket.state, ticket.paused_at = "open", None
        events.append(session, ticket.id, "resumed", now, actor_kind="employee", actor_id=person_id)
    _changed(session, desk, ticket, now)
    return reopened


def rate(session: Session, desk: Desk, ticket: Ticket, person_id: int, score: int, now: datetime) -> None:
    """Keep whether the answer helped (1 no, 5 yes); the last word counts."""
    assert ticket.id is not None
    ticket.csat = score
    events.append(session, ticket.id, "rated", now, actor_kind="employee", actor_id=person_id, data={"score": score})


# --- What time does -------------------------------------------------------------------------------------------------


def nudge(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    """Remind the employee that their ticket waits for them."""
    assert ticket.id is not None
    talk = conversations.to_answer_in(session, ticket.id)
    if talk is not None and ticket.state == "waiting_employee":
        text = say("chat.nudge", ticket.language, reference=ticket.ref)
        post(session, desk, talk, [Reply(text, private=True, language=ticket.language)], now, ticket=ticket)


def give_up_waiting(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    """Resolve a ticket whose employee did not answer in time; their next message opens it again."""
    _become(session, desk, ticket, None, "resolved", "no_answer", now)
    _changed(session, desk, ticket, now)


def resolve_at_once(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    """Resolve a request that the desk fulfilled by itself; nobody is asked whether it helped."""
    assert ticket.id is not None
    ticket.state, ticket.resolved_at = "resolved", now
    _event(session, ticket, "resolved", None, now, {"reason": "fulfilled"})
    _changed(session, desk, ticket, now)


def close(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    """Close a ticket that was resolved long enough ago; a reply still opens it again."""
    _become(session, desk, ticket, None, "closed", "resolved", now)
    _changed(session, desk, ticket, now)


def _become(
    session: Session, desk: Desk, ticket: Ticket, viewer: Viewer | None, state: str, reason: str, now: datetime
) -> None:
    language = viewer.person.language if viewer else "en"
    if ticket.tier >= 4 and state in WAITING:
        raise Invalid(say("ticket.error.sealed_waits", language), "state")
    if not can_become(ticket.state, state, ticket.tier):
        states = {"state": say(f"ticket.state.{ticket.state}", language), "following": state}
        raise Conflict(say("ticket.error.state", language, **states))
    before, ticket.state = ticket.state, state
    if before in WAITING and state not in WAITING:
        ticket.paused_at = None
        _event(session, ticket, "resumed", viewer, now, {})
    if state in WAITING:
        ticket.paused_at = now
        _event(session, ticket, "paused", viewer, now, {"reason": state})
    _finish(session, desk, ticket, viewer, before, state, now)
    _event(session, ticket, "state_changed", viewer, now, {"from": before, "to": state, "reason": reason})


def _finish(
    session: Session, desk: Desk, ticket: Ticket, viewer: Viewer | None, before: str, state: str, now: datetime
) -> None:
    if state == "resolved":
        ticket.resolved_at = now
        _event(session, ticket, "resolved", viewer, now, {})
        _ask_whether_it_helped(session, desk, ticket, now)
    elif state == "closed":
        ticket.closed_at, ticket.live = now, False
        _event(session, ticket, "closed", viewer, now, {})
    elif before in ("resolved", "closed"):
        ticket.resolved_at = ticket.closed_at = None
        ticket.live = True
        _event(session, ticket, "reopened", viewer, now, {})


def _ask_whether_it_helped(session: Session, desk: Desk, ticket: Ticket, now: datetime) -> None:
    """Say that it is resolved and ask for a rating; never on protected or sealed cases."""
    if ticket.tier >= 3 or ticket.id is None:
        return
    language = ticket.language
    choices = (
        Choice("rate", say("chat.rate_yes", language), f"{ticket.ref}:5", "primary"),
        Choice("rate", say("chat.rate_no", language), f"{ticket.ref}:1"),
    )
    text = say("chat.resolved", language, reference=ticket.ref) + " " + say("chat.rate", language)
    talk = conversations.to_answer_in(session, ticket.id)
    if talk is not None:
        post(session, desk, talk, [Reply(text, choices=choices, language=language)], now, ticket=ticket)


# --- Shared by the above --------------------------------------------------------------------------------------------


def _words(text_md: str, viewer: Viewer) -> str:
    text = text_md.strip()
    if not text:
        raise Invalid(say("ticket.error.empty", viewer.person.language), "text")
    return text


def _say(
    session: Session,
    desk: Desk,
    ticket: Ticket,
    viewer: Viewer,
    text: str,
    now: datetime,
    files: Sequence[FileLink] = (),
) -> Message:
    """Store a specialist's answer, and send it where the employee last wrote."""
    assert ticket.id is not None
    answer = Reply(text, files=tuple(files), status=ticket.ref, speaker=viewer.person.name, language=ticket.language)
    talk = conversations.to_answer_in(session, ticket.id)
    if talk is not None:
        if conversations.is_lasting(talk):
            # What the employee writes next answers this.
            talk.ticket_id = ticket.id
        messages, _ = post(
            session, desk, talk, [answer], now, ticket=ticket, author_kind="specialist", author_id=viewer.person.id
        )
        messages[0].text = desk.sealer.seal(session, seal_subject(ticket), text)
        return messages[0]
    return conversations.add_message(
        session,
        conversation_id=None,
        ticket_id=ticket.id,
        author_kind="specialist",
        author_id=viewer.person.id,
        text=desk.sealer.seal(session, seal_subject(ticket), text),
        sent_at=now,
    )


def _event(
    session: Session,
    ticket: Ticket,
    kind: EventKind,
    viewer: Viewer | None,
    now: datetime,
    data: Mapping[str, object],
) -> None:
    assert ticket.id is not None
    actor = viewer.person.id if viewer else None
    events.append(
        session,
        ticket.id,
        kind,
        now,
        actor_kind="specialist" if viewer else "system",
        actor_id=actor,
        data=dict(data),
    )


def _note_event(
    session: Session, ticket: Ticket, kind: EventKind, viewer: Viewer, now: datetime, message: Message
) -> None:
    assert ticket.id is not None
    events.append(
        session, ticket.id, kind, now, actor_kind="specialist", actor_id=viewer.person.id, message_id=message.id
    )


def _changed(session: Session, desk: Desk, ticket: Ticket, now: datetime, message: Message | None = None) -> Message:
    ticket.updated_at = now
    clocks.reclock(session, desk, ticket, now)
    session.flush()
    announce(session, f"ticket:{ticket.id}", f"queue:{ticket.role}", f"person:{ticket.requester_id}")
    return message  # type: ignore[return-value]
