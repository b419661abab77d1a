"""The weekly digest, pure: the figures of one ISO week for one role or for the whole desk, from plain rows.

Restricted work (tier 3 and 4, and everything of a role that handles it) counts only in groups of five or more; a
smaller group counts nowhere, totals included, so that no subtraction brings it back. Its own figure is then None.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from deskbot.desk.errors import Invalid

SMALLEST = 5
TREND_WEEKS = 12
AGES = (1, 3, 7, 14, 30)  # a backlog's buckets: up to so many days old, and older
LISTED = 50  # breaches named one by one; the rest is counted
_TOP = 5

Clock = Literal["first_response", "resolution"]
Cause = Literal["unassigned", "handed_over", "reopened", "waited", "assigned_late", "not_answered", "not_finished"]


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, such as 2026-W46."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The week's first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    def start(self, zone: str) -> datetime:
        """Return the instant at which the week begins in `zone`."""
        return datetime.combine(self.monday, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)

    def before(self, weeks: int = 1) -> "Week":
        """Return the week that many weeks earlier."""
        return week_of(self.monday - timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """Return the ISO week of a day."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def last_week(now: datetime, zone: str) -> Week:
    """Return the last week that is over in `zone`."""
    return week_of(now.astimezone(ZoneInfo(zone)).date()).before()


def parse_week(text: str) -> Week:
    """Return the week written as 2026-W46; raise Invalid for anything else."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", text.strip().upper())
    if found and "1971" <= found.group(1) <= "2199":
        week = Week(int(found.group(1)), int(found.group(2)))
        try:
            if week_of(week.monday) == week:
                return week
        except ValueError:
            pass
    raise Invalid(f"“{text}” is not an ISO week; write it as 2026-W46.", "week")


class Case(NamedTuple):
    """A ticket as it stood at the instant of the digest; minutes are business minutes."""

    ref: str
    role: str
    tier: int
    opened_at: datetime
    assignee_id: int | None = None
    request_type: str | None = None
    tags: tuple[str, ...] = ()
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    first_due: datetime | None = None
    resolution_due: datetime | None = None
    answer_minutes: float | None = None
    resolution_minutes: float | None = None
    csat: int | None = None
    id: int = 0
    policy: str = ""
    calendar: str = ""
    priority: str = "normal"


@dataclass(frozen=True, slots=True)
class Breach:
    """A target that was missed in the week: the ticket, which clock, when it ran out, and why as far as events tell."""

    case: Case
    clock: Clock
    due: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class Pile:
    """Open tickets of one role, confidentiality, age bucket (index into `AGES` and one more) and assignee."""

    role: str
    restricted: bool
    age: int
    assignee_id: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the knowledge base in the week: by section, and what had no answer."""

    sections: Mapping[str, int] = field(default_factory=dict)
    no_article: int = 0
    not_found: int = 0
    helped: int = 0
    not_helped: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a digest is computed from. `trend` holds (opened, resolved) by week and role, oldest first."""

    opened: Sequence[Case] = ()
    resolved: Sequence[Case] = ()
    breaches: Sequence[Breach] = ()
    backlog: Sequence[Pile] = ()
    trend: Sequence[tuple[Week, Mapping[str, tuple[int, int]]]] = ()
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a ticket's history, as far as a digest needs it."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


def replay(case: Case, history: Iterable[Happening]) -> Case:
    """Return the case as these events leave it, whatever the row says today."""
    state = case._replace(assignee_id=None, answered_at=None, resolved_at=None, csat=None)
    for event in history:
        state = _after(state, event)
    return state


def _after(case: Case, event: Happening) -> Case:
    data = event.data
    if event.kind == "opened":
        return case._replace(role=data.get("role", case.role), tier=data.get("tier", case.tier))
    if event.kind == "assigned":
        return case._replace(assignee_id=data.get("to"))
    if event.kind == "routed":
        return case._replace(role=data.get("to", case.role), assignee_id=data.get("person"))
    if event.kind == "tier_changed":
        return case._replace(tier=data.get("to", case.tier))
    if event.kind == "public_reply" and case.answered_at is None:
        return case._replace(answered_at=event.at)
    if event.kind == "resolved":
        return case._replace(resolved_at=event.at)
    if event.kind == "reopened":
        return case._replace(resolved_at=None)
    if event.kind == "rated":
        return case._replace(csat=data.get("score"))
    return case


def cause_of(case: Case, clock: Clock, due: datetime, history: Sequence[Happening]) -> Cause:
    """Say why a target was missed, from what happened before it ran out; the first that applies counts."""
    before = [event for event in history if event.at <= due]
    kinds = Counter(event.kind for event in before)
    given = [event.at for event in before if event.kind in ("assigned", "routed") and _to_somebody(event)]
    if not given:
        return "unassigned"
    if kinds["routed"]:
        return "handed_over"
    if clock == "resolution" and kinds["reopened"]:
        return "reopened"
    if clock == "resolution" and kinds["paused"]:
        return "waited"
    if (given[0] - case.opened_at) * 2 > due - case.opened_at:
        return "assigned_late"
    return "not_answered" if case.answered_at is None or case.answered_at > due else "not_finished"


def _to_somebody(event: Happening) -> bool:
    return event.data.get("to" if event.kind == "assigned" else "person") is not None


def age_bucket(opened_at: datetime, at: datetime) -> int:
    """Return the index of the bucket of `AGES` that a ticket's age falls into."""
    days = (at - opened_at) / timedelta(days=1)
    return next((index for index, limit in enumerate(AGES) if days <= limit), len(AGES))


def figures(
    week: Week, role: str, material: Material, *, zone: str, as_of: datetime, restricted: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the digest of a week as plain data: counts, minutes and shares; None stands for a masked figure.

    `role` is "" for the whole desk; `restricted` names the roles whose work is of tier 3 or 4.
    """
    opened, opened_hidden = _countable(material.opened, restricted)
    resolved, resolved_hidden = _countable(material.resolved, restricted)
    piles, piles_hidden = _countable_piles(material.backlog, restricted)
    small = role in restricted
    breaches = _breaches(material.breaches, restricted, small)
    return {
        "week": str(week),
        "role": role,
        "from": _iso(week.start(zone), zone),
        "to": _iso(week.before(-1).start(zone), zone),
        "as_of": _iso(as_of, zone),
        "zone": zone,
        "opened": _figure(len(opened), opened_hidden, small),
        "resolved": _figure(len(resolved), resolved_hidden, small),
        "backlog": _backlog(piles, piles_hidden, small),
        "first_response": _times([(c.answer_minutes, _kept(c.answered_at, c.first_due, as_of)) for c in opened]),
        "resolution": _times([(c.resolution_minutes, _kept(c.resolved_at, c.resolution_due, as_of)) for c in resolved]),
        "breaches": breaches,
        "recurring": _recurring(opened, material.asked),
        "questions": _questions(material.asked),
        "csat": _csat(resolved),
        "load": _load(role, opened, resolved, piles, restricted),
        "trend": _trend(material.trend, role, restricted),
    }


def is_quiet(figures: Mapping[str, Any]) -> bool:
    """Whether nothing happened in the week and nothing is open, so that nobody needs to be told."""
    return not any((figures["opened"], figures["resolved"], figures["backlog"]["count"], figures["breaches"]["count"]))


def _iso(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _is_restricted(case: Case, restricted: frozenset[str]) -> bool:
    return case.tier >= 3 or case.role in restricted


def _countable(cases: Sequence[Case], restricted: frozenset[str]) -> tuple[list[Case], bool]:
    """Return the cases that may be counted, and whether some were left out."""
    groups = Counter((c.role, c.tier) for c in cases if _is_restricted(c, restricted))
    kept = [c for c in cases if not _is_restricted(c, restricted) or groups[(c.role, c.tier)] >= SMALLEST]
    return kept, len(kept) < len(cases)


def _countable_piles(piles: Sequence[Pile], restricted: frozenset[str]) -> tuple[list[Pile], bool]:
    groups: Counter[str] = Counter()
    for pile in piles:
        groups[pile.role] += pile.count if pile.restricted or pile.role in restricted else 0
    kept = [p for p in piles if not (p.restricted or p.role in restricted) or groups[p.role] >= SMALLEST]
    return kept, len(kept) < len(piles)


def _figure(count: int, hidden: bool, small: bool) -> int | None:
    """Return a count, or None where it is of restricted work and too small to be told."""
    return None if (small and count < SMALLEST) or (hidden and count == 0) else count


def _backlog(piles: Sequence[Pile], hidden: bool, small: bool) -> dict[str, Any]:
    by_age: Counter[int] = Counter()
    for pile in piles:
        by_age[pile.age] += pile.count
    limits: list[int | None] = [*AGES, None]
    return {
        "count": _figure(by_age.total(), hidden, small),
        "ages": [
            {"up_to_days": limit, "count": _figure(by_age[index], False, small)} for index, limit in enumerate(limits)
        ],
    }


def _kept(met_at: datetime | None, due: datetime | None, as_of: datetime) -> bool | None:
    """Whether a target was kept; None while it is still running or where there is none."""
    if due is None or (met_at is None and as_of <= due):
        return None
    return met_at is not None and met_at <= due


def _times(measured: Sequence[tuple[float | None, bool | None]]) -> dict[str, Any]:
    minutes = sorted(m for m, _ in measured if m is not None)
    kept = [k for _, k in measured if k is not None]
    return {
        "count": len(minutes),
        "median": round(median(minutes)) if minutes else None,
        "p90": round(minutes[-(-len(minutes) * 9 // 10) - 1]) if minutes else None,
        "in_target": _share(sum(kept), len(kept)),
    }


def _share(part: int, whole: int) -> float | None:
    """Return a percentage to one decimal, None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def _breaches(breaches: Sequence[Breach], restricted: frozenset[str], small: bool) -> dict[str, Any]:
    """Count all that may be counted, and name only those of ordinary work (tier 2 and below)."""
    groups = Counter(b.case.role for b in breaches if _is_restricted(b.case, restricted))
    open_ones = [b for b in breaches if not _is_restricted(b.case, restricted)]
    counted = len(open_ones) + sum(count for count in groups.values() if count >= SMALLEST)
    named = sorted(open_ones, key=lambda b: (b.due, b.case.ref, b.clock))
    return {
        "count": _figure(counted, counted < len(breaches), small),
        "causes": dict(sorted(Counter(b.cause for b in open_ones).items())),
        "list": [
            {
                "ref": b.case.ref,
                "role": b.case.role,
                "clock": b.clock,
                "due": b.due.astimezone(UTC).isoformat(timespec="seconds"),
                "cause": b.cause,
                "minutes": _minutes(b),
            }
            for b in named[:LISTED]
        ],
    }


def _minutes(breach: Breach) -> int | None:
    minutes = breach.case.answer_minutes if breach.clock == "first_response" else breach.case.resolution_minutes
    return None if minutes is None else round(minutes)


def _recurring(opened: Sequence[Case], asked: Asked) -> dict[str, Any]:
    """The most frequent request types, tags and questions; one of a kind is not recurring, nor is a sealed case."""
    cases = [c for c in opened if c.tier < 4]
    return {
        "request_types": _top(_told(cases, lambda c: [c.request_type] if c.request_type else [])),
        "tags": _top(_told(cases, lambda c: c.tags)),
        "sections": _top(Counter(asked.sections)),
    }


def _told(cases: Sequence[Case], names: Any) -> Counter[str]:
    ordinary = Counter(name for c in cases if c.tier < 3 for name in names(c))
    protected = Counter(name for c in cases if c.tier == 3 for name in names(c))
    return ordinary + Counter({name: count for name, count in protected.items() if count >= SMALLEST})


def _top(counts: Counter[str]) -> list[dict[str, Any]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"key": key, "count": count} for key, count in ranked[:_TOP] if count > 1]


def _questions(asked: Asked) -> dict[str, Any]:
    return {
        "answered": sum(asked.sections.values()),
        "no_article": asked.no_article,
        "not_found": asked.not_found,
        "helped": _share(asked.helped, asked.helped + asked.not_helped),
    }


def _csat(resolved: Sequence[Case]) -> dict[str, Any]:
    scores = [c.csat for c in resolved if c.csat is not None and c.tier < 3]
    return {"count": len(scores), "satisfied": _share(sum(score >= 4 for score in scores), len(scores))}


def _load(
    role: str, opened: Sequence[Case], resolved: Sequence[Case], piles: Sequence[Pile], restricted: frozenset[str]
) -> list[dict[str, Any]]:
    """Who carries the work: roles in the desk's digest, people (by id, None for nobody) in a role's."""
    table: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for case in opened:
        table[case.assignee_id if role else case.role][0] += 1
    for case in resolved:
        table[case.assignee_id if role else case.role][1] += 1
    for pile in piles:
        table[pile.assignee_id if role else pile.role][2] += pile.count
    small = role in restricted
    keys = sorted(table.keys() | (set() if role else restricted), key=lambda key: (-table[key][2], str(key)))
    return [
        {"person" if role else "role": key}
        | {
            name: _figure(table[key][index], False, small or key in restricted)
            for index, name in enumerate(("opened", "resolved", "open"))
        }
        for key in keys
    ]


def _trend(
    points: Sequence[tuple[Week, Mapping[str, tuple[int, int]]]], role: str, restricted: frozenset[str]
) -> list[dict[str, Any]]:
    small = role in restricted
    trend = []
    for week, by_role in points:
        counts = [
            tuple(0 if key in restricted and count < SMALLEST else count for count in pair)
            for key, pair in by_role.items()
            if role in ("", key)
        ]
        opened, resolved = sum(pair[0] for pair in counts), sum(pair[1] for pair in counts)
        trend.append(
            {"week": str(week), "opened": _figure(opened, False, small), "resolved": _figure(resolved, False, small)}
        )
    return trend
