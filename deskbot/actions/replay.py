"""Running rules over past tickets: each routed anew by the live evaluator with its facts as they were at opening."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.actions.opening import settle
from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import Found, Knowledge
from deskbot.desk.access import Grant, Viewer, reads
from deskbot.desk.errors import Fault
from deskbot.desk.outcome import Outcome, outcome_from, person_facts_from
from deskbot.desk.people import Person
from deskbot.desk.replay import RESTRICTED, Case, Source, Tally, Verdicts, line, verdicts
from deskbot.desk.routing import Facts
from deskbot.ports import Policybook
from deskbot.store import people, tickets
from deskbot.store import replay as past
from deskbot.store.replay import Extent, Past
from deskbot.store.sealing import Sealer
from deskbot.store.session import Store
from deskbot.store.tables import Ticket

BATCH = 300
_REMEMBERED = 5_000
_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)  # beyond these a time zone cannot be counted in


@dataclass(frozen=True, slots=True)
class Held:
    """A book that stays as it is: rules that are tried, not those that are in force."""

    current: Policybook
    faults: tuple[Fault, ...] = ()


class _Remembering:
    """The articles, searched once for a text that two sets of rules ask about one after the other."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._asked: tuple[object, ...] = ()
        self._found: Found | None = None

    def find(self, question: str, viewer: Audience | None, language: str = "", top: int = 10) -> Found:
        """Answer as the articles do."""
        asked = question, viewer, language, top
        if self._found is None or self._asked != asked:
            self._asked, self._found = asked, self._knowledge.find(*asked)
        return self._found

    def roles_for(self, question: str) -> dict[str, float]:
        """Return the owner roles of the best articles with their weights."""
        return self._knowledge.roles_for(question)


def remembering(*desks: Desk) -> Iterator[Desk]:
    """Return these desks with the articles of the first, which remember what they were asked last."""
    knowledge = cast(Knowledge, _Remembering(desks[0].book.knowledge))
    return (replace(desk, content=Held(replace(desk.book, knowledge=knowledge))) for desk in desks)


class Routed(NamedTuple):
    """What a ticket was routed by. `role` and `policy` are those that whoever opened it gave."""

    facts: Facts
    requester: Person
    role: str | None
    policy: str | None
    source: Source


class Replay:
    """Goes through past tickets; at most one batch of them is held in memory, and their words no longer than that.

    `before` is None to compare with what was decided at the time; `viewer` is None where references of protected and
    sealed tickets alone are to be kept back.
    """

    def __init__(self, store: Store, before: Desk | None, after: Desk, viewer: Viewer | None = None) -> None:
        self._store = store
        self._before: Desk | None = None
        self._after = after
        if before is not None:
            self._before, self._after = remembering(before, after)
        self._viewer = viewer
        self._people: dict[int, Person] = {}
        self.unread = 0

    def told(
        self, since: date, newest: int | None = None, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Iterator[dict[str, Any]]:
        """Yield every difference since a day of the desk's zone as plain data, and at the end the sums.

        `newest` goes through so many tickets at most. Of protected and sealed work only what the viewer may know of is
        told by itself. The same tickets and rules always give the same.
        """
        zone = ZoneInfo(self._after.zone)
        start = datetime.combine(min(max(since, _EARLIEST), _LATEST), time(), zone).astimezone(UTC)
        extent, tally, as_of = self.extent(start, newest), Tally(), start
        if extent is not None:
            as_of, total = extent.as_of, extent.count
            for case, known in self.cases(start, extent, lambda done: progress(done, total)):
                tally.add(case)
                if case.differs and (known or not case.restricted):
                    yield line(case, known)
        tally.unread = self.unread
        days = max((as_of.astimezone(zone).date() - max(since, _EARLIEST)).days + 1, 0)
        yield {"since": since.isoformat(), "as_of": as_of.isoformat(), "days": days, **tally.summary(days)}

    def extent(self, since: datetime, newest: int | None = None) -> Extent | None:
        """Return which tickets there are since an instant, or their newest."""
        with self._store.read() as session:
            return past.extent(session, since, newest)

    def cases(
        self, since: datetime, extent: Extent, progress: Callable[[int], None] = lambda done: None
    ) -> Iterator[tuple[Case, bool]]:
        """Yield each ticket under both sets of rules, and whether its reference may be told, in the order of their ids.

        Tickets whose words were erased are passed over and counted in `unread`.
        """
        after, done = extent.after, 0
        while after < extent.last:
            with self._store.read() as session:
                batch = past.batch(session, since, after, extent.last, BATCH)
                found = list(self._of_batch(session, batch, extent.as_of))
            if not batch:
                return
            yield from found
            after, done = batch[-1].id or extent.last, done + len(batch)
            progress(done)

    def _of_batch(self, session: Session, batch: list[Ticket], as_of: datetime) -> Iterator[tuple[Case, bool]]:
        ids = [ticket.id for ticket in batch if ticket.id is not None]
        pasts, forms = past.pasts(session, ids), past.forms(session, ids)
        words = past.texts(session, [one.message for one in pasts.values() if one.message is not None])
        may = past.known(session, self._viewer, ids) if self._viewer else set()
        reading = _Reading(session, self._after, self._person)
        for ticket, number in zip(batch, ids, strict=True):
            what = pasts.get(number)
            routed = what and reading.routed(ticket, what, words.get(what.message or 0), forms.get(number))
            if not what or not routed:
                self.unread += 1
                continue
            case = self._case(ticket, what, routed, as_of)
            yield case, number in may if self._viewer else not case.restricted

    def _case(self, ticket: Ticket, what: Past, routed: Routed, as_of: datetime) -> Case:
        after = rerouted(self._after, routed)
        was_desk = self._before or self._after
        before = rerouted(self._before, routed) if self._before else at_opening(ticket, what)
        was = _clocks(was_desk, before, what, as_of)
        same = was_desk is self._after and before == after
        return Case(
            ref=ticket.ref,
            opened_at=ticket.opened_at,
            tier=max(ticket.tier, at_opening(ticket, what).tier),
            before=before,
            after=after,
            was=was,
            would=was if same else _clocks(self._after, after, what, as_of),
            own_pace=before.role == ticket.role,
            source=routed.source,
        )

    def _person(self, session: Session, person_id: int) -> Person:
        if person_id not in self._people:
            if len(self._people) >= _REMEMBERED:
                self._people.clear()
            found = people.known(session, person_id)
            assert found is not None
            self._people[person_id] = found
        return self._people[person_id]


def rerouted(desk: Desk, routed: Routed) -> Outcome:
    """Return what opening this ticket would come to with the rules of `desk`."""
    facts = routed.facts
    kind = desk.book.requests.get(facts.request_type or "")
    if kind is not None:  # A form is opened with the tier of its request type, so a changed one counts.
        facts = replace(facts, tier=kind.tier)
    return settle(desk, facts, routed.requester, routed.role, routed.policy)[1]


def at_opening(ticket: Ticket, what: Past) -> Outcome:
    """Return what opening the ticket came to at the time, from its decision record or, for older ones, its history."""
    kept = ticket.decision.get("outcome")
    if kept:
        return outcome_from(kept)
    opened: dict[str, Any] = what.events[0].data if what.events else {}
    found = outcome_from({**ticket.decision, **opened})
    return replace(found, policy=found.policy or ticket.sla_policy, calendar=found.calendar or ticket.calendar)


def _clocks(desk: Desk, outcome: Outcome, what: Past, as_of: datetime) -> Verdicts:
    book = desk.book
    policy = book.policies.get(outcome.policy) or book.policies["default"]
    calendar = book.calendars.get(outcome.calendar) or next(iter(book.calendars.values()))
    return verdicts(clocks.clock_events(what.events), outcome, policy, calendar, as_of)


class _Reading:
    """Reads what a ticket was routed by, from what is kept of it."""

    def __init__(self, session: Session, desk: Desk, person: Callable[[Session, int], Person]) -> None:
        self._session = session
        self._sealer: Sealer = desk.sealer
        self._person = person
        self._typing = {rule.id: rule.request_type for rule in desk.book.router.rules}

    def routed(self, ticket: Ticket, what: Past, words: bytes | None, form: tuple[str, bytes] | None) -> Routed | None:
        """Return it, or None when the words it was routed by are gone."""
        kept = self._kept(ticket)
        worded = kept["worded"] if kept else ticket.tier < RESTRICTED or what.message is not None
        text = self._sealer.open(self._session, words) if worded else ""
        if text is None:
            return None
        today = self._person(self._session, ticket.requester_id)
        person = replace(today, **person_facts_from(kept["person"])) if kept else today
        told = kept or _older(ticket, what, form, self._typing)
        facts = Facts(
            text=text,
            language=told["language"],
            request_type=told["request_type"],
            fields=self._fields(form),
            person=person,
            channel=told["channel"],
            at=ticket.opened_at,
            tier=told["tier"],
            previous_ticket=told.get("previous_ticket"),
        )
        return Routed(facts, person, told.get("role"), told.get("policy"), "kept" if kept else "directory")

    def _kept(self, ticket: Ticket) -> dict[str, Any] | None:
        sealed = ticket.decision.get("facts_then")
        found = self._sealer.open(self._session, b64decode(sealed)) if sealed else None
        return json.loads(found) if found else None

    def _fields(self, form: tuple[str, bytes] | None) -> dict[str, str]:
        found = self._sealer.open(self._session, form[1]) if form else None
        return {key: str(value) for key, value in json.loads(found).items()} if found else {}


def _older(
    ticket: Ticket, what: Past, form: tuple[str, bytes] | None, typing: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return what a ticket that kept no facts must have been routed by, as its own columns and history have it.

    A type that a rule gave (`typing`) is no form's; a tier that only rules gave is no floor.
    """
    rule = str(ticket.decision.get("rule") or "")
    by_rule = not rule.startswith("request:") and typing.get(rule) == ticket.request_type
    tier = int((what.events[0].data if what.events else {}).get("tier", ticket.tier))
    return {
        "language": ticket.language,
        "channel": ticket.channel,
        "request_type": form[0] if form else None if by_rule else ticket.request_type,
        "tier": tier if tier >= RESTRICTED else 0,
    }


def recorded(session: Session, viewer: Viewer, ref: str) -> tuple[Ticket, Outcome] | None:
    """Return a ticket with what opening it came to, for who may read it in full; else None."""
    ticket = tickets.by_ref(session, ref)
    if ticket is None or ticket.id is None or reads(viewer, tickets.facts(session, ticket)) < Grant.FULL:
        return None
    what = past.pasts(session, [ticket.id]).get(ticket.id, Past([], None))
    return ticket, at_opening(ticket, what)
