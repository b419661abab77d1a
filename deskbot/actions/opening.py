"""Opening a ticket: routed by rules, given to a person, its clocks started; never without an owner."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.actions.outgoing import seal_subject
from deskbot.desk import staffing
from deskbot.desk.access import owner_for
from deskbot.desk.outcome import Outcome, keep_facts
from deskbot.desk.people import Person
from deskbot.desk.routing import Decision, Facts
from deskbot.desk.staffing import Pick
from deskbot.desk.texts import say
from deskbot.desk.tickets import reference, sealed_reference
from deskbot.store import conversations, events, files, people, rows, search, tickets
from deskbot.store.announce import announce
from deskbot.store.tables import Attachment, Conversation, Message, Ticket

TITLE_LENGTH = 80
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ticket is opened with. `role` and `tier_floor` come from the sensitive screen or a specialist."""

    requester: Person
    text: str
    channel: str
    conversation: Conversation | None = None
    message: Message | None = None
    request_type: str | None = None
    fields: Mapping[str, str] | None = None
    tier_floor: int = 0
    role: str | None = None
    policy: str | None = None
    title: str = ""
    language: str = "en"
    opened_by: int | None = None
    subject_id: int | None = None


def open_ticket(session: Session, desk: Desk, opening: Opening) -> Ticket:
    """Open a ticket: route it, choose its person, start its clocks; never without an owner."""
    now = desk.now()
    facts = _facts(opening, now)
    decision, outcome = settle(desk, facts, opening.requester, opening.role, opening.policy)
    role, ref = outcome.role, _reference(session, desk, outcome.tier)
    chosen = pick(session, desk, role, ref, now, _parties(opening))
    ticket = _row(session, desk, opening, decision, outcome, ref, chosen, now)
    rows.add(session, ticket)
    _seal_title(session, desk, ticket, opening)
    _seal_facts(session, desk, ticket, opening, facts)
    _first_events(session, ticket, opening, decision, chosen, now)
    _bring_conversation(session, desk, ticket, opening)
    clocks.reclock(session, desk, ticket, now)
    session.flush()
    announce(session, f"queue:{role}", f"ticket:{ticket.id}", f"person:{ticket.requester_id}")
    return ticket


def _facts(opening: Opening, now: datetime) -> Facts:
    return Facts(
        text=opening.text,
        language=opening.language,
        request_type=opening.request_type,
        fields=opening.fields or {},
        person=opening.requester,
        channel=opening.channel,
        at=now,
        tier=opening.tier_floor,
    )


def settle(
    desk: Desk, facts: Facts, requester: Person, role: str | None = None, policy: str | None = None
) -> tuple[Decision, Outcome]:
    """Return the rules' decision and what it comes to; the same for a ticket that is opened and one that is replayed.

    `role` and `policy` are those that whoever opens it has given; a tier may send it to another role all the same.
    """
    decision = desk.book.route(facts)
    tier = max(decision.tier, facts.tier)
    owner = owner_for(role or decision.role, tier)
    known = desk.book.roles.get(owner)
    wanted = policy or decision.sla_policy or (known.sla_policy if known else "default")
    targets = wanted if wanted in desk.book.policies else "default"
    return decision, Outcome(
        role=owner,
        tier=tier,
        priority=decision.priority,
        policy=targets,
        calendar=clocks.calendar_name(desk, desk.book.policies[targets], owner, requester),
        rule=decision.rule,
        request_type=facts.request_type or decision.request_type,
    )


def _reference(session: Session, desk: Desk, tier: int) -> str:
    """A sealed case has a random reference: its number must not tell how many there are or when it was opened."""
    if tier < 4:
        return reference(tickets.next_number(session))
    return sealed_reference(desk.randomness(6))


def _parties(opening: Opening) -> set[int]:
    return {opening.requester.id} | ({opening.subject_id} if opening.subject_id is not None else set())


def pick(session: Session, desk: Desk, role: str, ref: str, now: datetime, parties: set[int]) -> Pick:
    """Choose who of a role takes a ticket today: nobody absent, nobody party to it."""
    members = people.memberships(session, role)
    ids = {member.person_id for member in members}
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    # A personal stand-in who is not in the role has no right to read its tickets, so never gets one.
    away = people.absences(session, role, today)
    outsiders = {absence.deputy_id for absence in away if absence.deputy_id is not None} - ids
    strategy = desk.book.roles[role].strategy if role in desk.book.roles else "load"
    return staffing.choose(
        role, members, away, tickets.load(session, role), today, ref, strategy, parties=parties | outsiders
    )


def _row(
    session: Session,
    desk: Desk,
    opening: Opening,
    decision: Decision,
    outcome: Outcome,
    ref: str,
    chosen: Pick,
    now: datetime,
) -> Ticket:
    return Ticket(
        ref=ref,
        requester_id=opening.requester.id,
        subject_id=opening.subject_id,
        opened_by_id=opening.opened_by,
        channel=opening.channel,
        role=outcome.role,
        assignee_id=chosen.person_id,
        tier=outcome.tier,
        priority=outcome.priority,
        request_type=outcome.request_type,
        sla_policy=outcome.policy,
        calendar=outcome.calendar,
        title=desk.sealer.seal(session, ("desk", 0), ""),
        language=opening.language,
        tags=list(decision.tags),
        decision=record(decision, outcome, chosen),
        opened_at=now,
        updated_at=now,
    )


def record(decision: Decision, outcome: Outcome, chosen: Pick) -> dict[str, object]:
    """Return the decision record: why this role and this person, with the near misses; no words of the asker."""
    return {
        "rule": decision.rule,
        "role": decision.role,
        "reason": decision.reason,
        "file_hash": decision.file_hash,
        "facts": list(decision.facts_matched),
        "near_misses": [asdict(miss) for miss in decision.near_misses],
        "person": chosen.why,
        "empty_pool": chosen.empty_pool,
        "outcome": outcome.kept(),
    }


def _seal_facts(session: Session, desk: Desk, ticket: Ticket, opening: Opening, facts: Facts) -> None:
    """Keep what the ticket was routed with, sealed like its texts, so that other rules can be tried on it later."""
    told = json.dumps(keep_facts(facts, opening.role, opening.policy), separators=(",", ":"))
    sealed = desk.sealer.seal(session, seal_subject(ticket), told)
    ticket.decision = {**ticket.decision, "facts_then": b64encode(sealed).decode()}


def _seal_title(session: Session, desk: Desk, ticket: Ticket, opening: Opening) -> None:
    title = _title(desk, ticket, opening)
    ticket.title = desk.sealer.seal(session, seal_subject(ticket), title)
    if ticket.tier <= 2 and ticket.id is not None:
        search.index(session, ticket.id, f"{ticket.ref} {opening.requester.name} {title} {opening.text}")


def _title(desk: Desk, ticket: Ticket, opening: Opening) -> str:
    if ticket.tier >= 4:
        return say("ticket.sealed_title", opening.language)
    if ticket.tier == 3:
        return say("ticket.protected_title", opening.language)
    if opening.title:
        return opening.title
    named = desk.book.requests.get(opening.request_type or "")
    if named is not None:
        return named.name(opening.language)
    first = " ".join(opening.text.split())
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _first_events(
    session: Session, ticket: Ticket, opening: Opening, decision: Decision, chosen: Pick, now: datetime
) -> None:
    assert ticket.id is not None
    actor = opening.opened_by or opening.requester.id
    kind: events.ActorKind = "employee" if actor == opening.requester.id else "specialist"
    opened = {
        "role": ticket.role,
        "tier": ticket.tier,
        "priority": ticket.priority,
        "rule": decision.rule,
        "policy": ticket.sla_policy,
        "calendar": ticket.calendar,
        "request_type": ticket.request_type,
    }
    message = opening.message.id if opening.message else None
    events.append(
        session, ticket.id, "opened", now, actor_kind=kind, actor_id=actor, message_id=message, data=opened, seq=1
    )
    assigned = {"to": chosen.person_id, "role": ticket.role, "why": chosen.why, "empty_pool": chosen.empty_pool}
    events.append(session, ticket.id, "assigned", now, data=assigned, seq=2)


def _bring_conversation(session: Session, desk: Desk, ticket: Ticket, opening: Opening) -> None:
    """A thread turned into a ticket brings its earlier messages along, sealed anew where the ticket has its own key."""
    conversation = opening.conversation
    if conversation is None or conversation.id is None or ticket.id is None:
        return
    # A chat that goes on for years brings only what was said about this.
    since = ticket.opened_at - RECENT if conversations.is_lasting(conversation) else None
    brought = conversations.bring_along(
        session, conversation.id, ticket.id, sensitive_too=ticket.tier >= 4, since=since
    )
    conversation.ticket_id = ticket.id
    seal_under(session, desk, ticket, brought)


def seal_under(session: Session, desk: Desk, ticket: Ticket, messages: Sequence[Message]) -> None:
    """Seal these messages and their files anew where the ticket has a key of its own, from tier 3 on."""
    if ticket.tier < 3 or ticket.id is None:
        return
    for message in messages:
        _seal_anew(session, desk, ticket.id, message, ("text", "reply"))
    for file in files.rows_of(session, [message.id for message in messages if message.id is not None]):
        file.ticket_id = ticket.id
        _seal_anew(session, desk, ticket.id, file, ("name", "content"))


def _seal_anew(session: Session, desk: Desk, ticket_id: int, row: Message | Attachment, parts: Sequence[str]) -> None:
    for part in parts:
        plain = desk.sealer.open_bytes(session, getattr(row, part))
        if plain is not None:
            setattr(row, part, desk.sealer.seal(session, ("ticket", ticket_id), plain))
