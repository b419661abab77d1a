"""The weekly digest of one role or of the whole desk: computed as of an instant, and kept once a week."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from deskbot.actions import clocks, notify
from deskbot.actions.desk import Desk
from deskbot.desk import digest, digest_words, sla
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.digest import Asked, Breach, Case, Clock, Happening, Material, Pile, Week
from deskbot.desk.errors import NotAllowed
from deskbot.desk.messages import Reply
from deskbot.desk.texts import say
from deskbot.store import digest as rows
from deskbot.store import notices, people, prepared
from deskbot.store.tables import Digest


def compute(session: Session, desk: Desk, role: str, week: Week, as_of: datetime | None = None) -> dict[str, Any]:
    """Return the figures of a week as they stood at `as_of`, by default at its end or now, whichever is earlier.

    What happened to a ticket after that instant is undone from its events, so the same call gives the same figures
    at any later time.
    """
    start, end = week.start(desk.zone), week.before(-1).start(desk.zone)
    moment = min(as_of or end, desk.now())
    material = _Gathering(session, desk, role, start, min(end, moment), moment).material(week)
    return digest.figures(week, role, material, zone=desk.zone, as_of=moment, restricted=restricted_roles(desk))


def restricted_roles(desk: Desk) -> frozenset[str]:
    """Return the roles whose work is protected or sealed, so that small counts of it are masked."""
    return frozenset(key for key, role in desk.book.roles.items() if role.tier >= 3)


def keep(session: Session, desk: Desk, role: str, week: Week) -> Digest:
    """Return the stored digest of a week that is over; the unique key (role, week) lets exactly one be made."""
    found = rows.kept(session, role, str(week))
    if found is not None:
        return found
    return put(session, desk, compute(session, desk, role, week))


def put(session: Session, desk: Desk, figures: Mapping[str, Any]) -> Digest:
    """Store the figures of a week, unless somebody else has; returns what is stored."""
    role, week = figures["role"], figures["week"]
    values = {"role": role, "week": week, "figures": dict(figures), "created_at": desk.now()}
    prepared.insert(session, Digest, values, unless_there=True)
    stored = rows.kept(session, role, week)
    assert stored is not None
    return stored


def show(
    session: Session, desk: Desk, viewer: Viewer, role: str, week: Week, as_of: datetime | None = None
) -> dict[str, Any]:
    """Return the digest for somebody who may read it, the stored one where there is one."""
    if role not in readable(desk, viewer):
        raise NotAllowed(say("digest.error.not_allowed", viewer.person.language))
    stored = rows.kept(session, role, str(week)) if as_of is None else None
    return stored.figures if stored is not None else compute(session, desk, role, week, as_of)


def readable(desk: Desk, viewer: Viewer) -> list[str]:
    """Return whose digests somebody may read: "" is the whole desk's, the others are roles."""
    allowed = scopes(viewer, "digest.read")
    if "all" in allowed:
        return ["", *sorted(desk.book.roles)]
    return sorted(role for role in viewer.roles if role in desk.book.roles) if "team" in allowed else []


class _Gathering:
    """Collects the rows of one digest: tickets as their columns have them, and the touched ones by replay."""

    def __init__(
        self, session: Session, desk: Desk, role: str, start: datetime, end: datetime, as_of: datetime
    ) -> None:
        self.session, self.desk, self.role = session, desk, role
        self.start, self.end, self.as_of = start, end, as_of
        self.restricted = restricted_roles(desk)
        self.touched = rows.touched(session, as_of)
        self.columns = rows.numbered(session, self.touched)
        self.replayed = list(self._replays())

    def material(self, week: Week) -> Material:
        """Return everything the figures are computed from."""
        return Material(
            opened=self._between("opened_at", rows.opened(self.session, self.start, self.end, self.role)),
            resolved=self._between("resolved_at", rows.resolved(self.session, self.start, self.end, self.role)),
            breaches=self._breaches(),
            backlog=self._backlog(),
            trend=[self._point(week.before(back)) for back in range(digest.TREND_WEEKS - 1, -1, -1)],
            asked=_asked(rows.asked(self.session, self.start, self.end))
            if self.role in ("", "service_desk")
            else Asked(),
        )

    def _between(self, name: Literal["opened_at", "resolved_at"], found: Sequence[Case]) -> list[Case]:
        again = [c for c in self._mine() if (at := getattr(c, name)) is not None and self.start <= at < self.end]
        clock: Clock = "first_response" if name == "opened_at" else "resolution"
        return [self._measured(c, clock) for c in (*self._as_stored(found), *again)]

    def _as_stored(self, found: Iterable[Case]) -> Iterable[Case]:
        """Leave out the cases whose rows say more than was known at the time."""
        return [case for case in found if case.id not in self.touched] if self.touched else found

    def _mine(self) -> Iterator[Case]:
        return (case for case in self.replayed if self.role in ("", case.role))

    def _replays(self) -> Iterator[Case]:
        histories = rows.histories(self.session, self.touched, self.as_of)
        for case in self.columns:
            if case.opened_at < self.as_of and case.id in histories:
                yield self._replay(case, histories[case.id])

    def _replay(self, stored: Case, history: Sequence[Happening]) -> Case:
        case = digest.replay(stored, history)
        policy, calendar = self._policy(case.policy), self._calendar(case.calendar)
        if policy is None or calendar is None:
            return case
        found = sla.clocks(clocks.clock_events(history), policy, calendar, case.priority, case.tier)
        return case._replace(first_due=found.first_response.due, resolution_due=found.resolution.due)

    def _measured(self, case: Case, clock: Clock) -> Case:
        """Add the business minutes that a clock has used."""
        policy, calendar = self._policy(case.policy), self._calendar(case.calendar)
        if policy is None or calendar is None:
            return case
        target = policy.minutes(clock, case.priority)
        if clock == "first_response":
            used = _used(calendar, case.opened_at, case.answered_at, case.first_due, target)
            return case._replace(answer_minutes=used)
        used = _used(calendar, case.opened_at, case.resolved_at, case.resolution_due, target)
        return case._replace(resolution_minutes=used)

    def _policy(self, name: str) -> sla.SlaPolicy | None:
        policies = self.desk.book.policies
        return policies.get(name) or policies.get("default")

    def _calendar(self, name: str) -> Any:
        calendars = self.desk.book.calendars
        return calendars.get(name) or next(iter(calendars.values()), None)

    def _breaches(self) -> list[Breach]:
        found = self._as_stored(rows.overdue(self.session, self.start, self.end, self.role))
        missed = [(case, clock, due) for case in (*found, *self._mine()) for clock, due in self._missed(case)]
        histories = rows.histories(self.session, {case.id for case, _, _ in missed}, self.as_of)
        return [
            Breach(
                self._measured(case, clock), clock, due, digest.cause_of(case, clock, due, histories.get(case.id, []))
            )
            for case, clock, due in missed
        ]

    def _missed(self, case: Case) -> Iterator[tuple[Clock, datetime]]:
        targets: tuple[tuple[Clock, datetime | None, datetime | None], ...] = (
            ("first_response", case.first_due, case.answered_at),
            ("resolution", case.resolution_due, case.resolved_at),
        )
        for clock, due, met_at in targets:
            if due is not None and self.start <= due < self.end and (met_at is None or met_at > due):
                yield clock, due

    def _backlog(self) -> list[Pile]:
        piles: Counter[tuple[str, bool, int, int | None]] = Counter()
        for *key, count in rows.backlog(self.session, self.as_of, self.role):
            piles[tuple(key)] += count  # type: ignore[index]
        piles.subtract(self._pile(c) for c in self.columns if self._is_open(c))
        piles.update(self._pile(c) for c in self._mine() if self._is_open(c))
        return [Pile(*key, count) for key, count in piles.items() if count > 0]

    def _is_open(self, case: Case) -> bool:
        return case.resolved_at is None and case.opened_at < self.as_of and self.role in ("", case.role)

    def _pile(self, case: Case) -> tuple[str, bool, int, int | None]:
        assignee = case.assignee_id if self.role else None
        return case.role, case.tier >= 3, digest.age_bucket(case.opened_at, self.as_of), assignee

    def _point(self, week: Week) -> tuple[Week, Mapping[str, tuple[int, int]]]:
        start, end = week.start(self.desk.zone), min(week.before(-1).start(self.desk.zone), self.as_of)
        apart = {self.role} if self.role else self.restricted
        opened, resolved = (Counter(part) for part in rows.counts(self.session, start, end, apart))
        for cases, sign in ((self.columns, -1), (self.replayed, 1)):
            for case in cases:
                role = case.role if case.role in apart else ""
                opened[role] += sign * (start <= case.opened_at < end)
                resolved[role] += sign * (case.resolved_at is not None and start <= case.resolved_at < end)
        told = sorted(apart) if self.role else sorted({*apart, ""})
        return week, {role: (opened[role], resolved[role]) for role in told}


def _used(
    calendar: Any, opened: datetime, met_at: datetime | None, due: datetime | None, target: float | None
) -> float | None:
    """Return the business minutes up to `met_at`; the due instant already has the pauses in it."""
    if met_at is None:
        return None
    if due is None or target is None:
        return float(calendar.elapsed(opened, met_at))
    if met_at <= due:
        return max(0.0, target - float(calendar.elapsed(met_at, due)))
    return target + float(calendar.elapsed(due, met_at))


def _asked(found: Iterable[tuple[str, str | None, str | None, Any, int]]) -> Asked:
    sections: Counter[str] = Counter()
    totals: defaultdict[str, int] = defaultdict(int)
    for decision, reason, section, helpful, count in found:
        if decision in ("answer", "suggest") and section:
            sections[section] += count
        if decision == "unknown":
            totals["not_found" if reason == "not_found" else "no_article"] += count
        if helpful is not None:
            totals["helped" if helpful else "not_helped"] += count
    return Asked(sections, totals["no_article"], totals["not_found"], totals["helped"], totals["not_helped"])


def names(session: Session, desk: Desk, figures: Mapping[str, Any], language: str) -> dict[Any, str]:
    """Return what the keys in a digest are called: roles, request types, sections, people."""
    found: dict[Any, str] = {key: role.name(language) for key, role in desk.book.roles.items()}
    for entry in figures["recurring"]["request_types"]:
        request = desk.book.requests.get(entry["key"])
        found |= {entry["key"]: request.name(language)} if request is not None else {}
    for entry in figures["recurring"]["sections"]:
        section = desk.book.knowledge.section(entry["key"]) if desk.book.knowledge is not None else None
        found |= {entry["key"]: section.title} if section is not None else {}
    return found | people.names(session, (row.get("person") for row in figures["load"]))


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who gets a digest each week: "" is the whole desk's."""

    person_id: int
    role: str
    zone: str
    language: str


def receivers(session: Session, desk: Desk) -> list[Receiver]:
    """Return who gets which digest: members of a role their role's, operations managers the desk's."""
    found = []
    for role in desk.book.roles:
        for member in people.memberships(session, role):
            person = people.by_id(session, member.person_id)
            if person is not None and person.status == "active" and member.kind != "deputy":
                whose = "" if role == "hr_ops_manager" else role
                found.append(Receiver(member.person_id, whose, person.zone, person.language))
    return found


def told(session: Session, week: Week) -> set[str]:
    """Return the keys of the digests of a week that were given out already."""
    return notices.keys(session, f"digest:{week}:")


def key_of(receiver: Receiver, week: Week) -> str:
    """Return the key under which a receiver gets a week's digest once."""
    return f"digest:{week}:{receiver.role or 'desk'}:{receiver.person_id}"


def give(session: Session, desk: Desk, receiver: Receiver, week: Week, now: datetime) -> bool:
    """Send a stored digest to a receiver; False when they have had it. A week without any work is not sent."""
    key = key_of(receiver, week)
    if not notices.first_time(session, key, now, person_id=receiver.person_id):
        return False
    figures = keep(session, desk, receiver.role, week).figures
    if not digest.is_quiet(figures):
        known = names(session, desk, figures, receiver.language)
        text = digest_words.to_markdown(figures, receiver.language, known, desk.base_url)
        notify.tell(session, desk, receiver.person_id, Reply(text, language=receiver.language), key, now)
    return True
