"""What other rules would have done to past tickets: outcomes compared, load by role, and deadlines forecast."""

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deskbot.desk import sla
from deskbot.desk.outcome import Outcome
from deskbot.desk.sla_policy import CLOCKS, ClockName
from deskbot.desk.working_time import WorkingTime

FEWEST = 5  # smaller counts of protected and sealed work are not told
RESTRICTED = 3
FIELDS = ("role", "tier", "priority", "policy", "calendar", "request_type")
Source = Literal["kept", "directory"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One clock of a ticket as it went: until when, whether it was late, its target and what was used, in minutes.

    `late` is None while that is not known. Of several replies the first late one counts, else the last.
    """

    due: datetime | None = None
    late: bool | None = None
    target: float | None = None
    taken: float | None = None


Verdicts = Mapping[ClockName, Verdict]


@dataclass(frozen=True, slots=True)
class Case:
    """A past ticket under two sets of rules.

    `tier` is the highest of its opening and today. `was` and `would` are its clocks before and after, both with the
    events as they happened. `own_pace` says that the role before is the one that did the work. `source` says whether
    the facts about the requester are those kept at opening or the directory's of today.
    """

    ref: str
    opened_at: datetime
    tier: int
    before: Outcome
    after: Outcome
    was: Verdicts
    would: Verdicts
    own_pace: bool = True
    source: Source = "kept"

    @property
    def restricted(self) -> bool:
        """Whether it is protected or sealed work, of which only counts from five up are told."""
        return self.tier >= RESTRICTED

    @property
    def moves(self) -> bool:
        """Whether another role gets it."""
        return self.before.role != self.after.role

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What differs, as (before, after); the rule is told beside a difference, and is none by itself."""
        pairs = {name: (getattr(self.before, name), getattr(self.after, name)) for name in FIELDS}
        found = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if found:
            found["rule"] = (self.before.rule, self.after.rule)
        return found

    @property
    def verdicts(self) -> dict[ClockName, tuple[Verdict, Verdict]]:
        """The clocks whose deadline or verdict differs, as (before, after)."""
        pairs = {clock: (self.was[clock], self.would[clock]) for clock in CLOCKS}
        return {name: (a, b) for name, (a, b) in pairs.items() if (a.due, a.late) != (b.due, b.late)}

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.changes or self.verdicts)


def verdicts(
    events: Iterable[sla.ClockEvent], outcome: Outcome, policy: sla.SlaPolicy, calendar: WorkingTime, as_of: datetime
) -> Verdicts:
    """Return how a ticket's clocks went with these targets and events; what still runs is judged as of `as_of`."""
    found = sla.clocks(events, policy, calendar, outcome.priority, outcome.tier, as_of)
    replies = (*found.earlier_replies, *((found.next_reply,) if found.next_reply else ()))
    late = next((state for state in replies if state.breached), replies[-1] if replies else None)
    return {
        "first_response": _verdict(found.first_response),
        "next_reply": _verdict(late) if late else Verdict(),
        "resolution": _verdict(found.resolution),
    }


def _verdict(state: sla.ClockState) -> Verdict:
    taken = state.elapsed_minutes if state.met_at else None
    return Verdict(state.due, state.breached, state.target, taken)


@dataclass(slots=True)
class _Deadlines:
    """Counts of one clock. `late_stay` and `late_gone` are late ones before, of tickets that stay and that move."""

    late_stay: int = 0
    late_gone: int = 0
    missed: int = 0
    avoided: int = 0
    pace: "dict[str, array[float]]" = field(default_factory=lambda: defaultdict(lambda: array("d")))
    coming: Counter[tuple[str, float]] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)  # movers late by their own times, by the role they move to

    def add(self, case: Case, was: Verdict, would: Verdict) -> None:
        """Count one ticket."""
        if case.own_pace and was.taken is not None:
            self.pace[case.before.role].append(was.taken)
        if case.moves:
            self.late_gone += was.late is True
            if would.target is not None:
                self.coming[case.after.role, would.target] += 1
                self.own[case.after.role] += would.late is True
            return
        self.late_stay += was.late is True
        self.missed += would.late is True and was.late is not True
        self.avoided += was.late is True and would.late is not True

    def expected(self) -> float:
        """Return how many of the tickets that move would have been late, at the pace of the roles they move to.

        Each is late with the share of that role's own past tickets that took longer than its target. A role without
        a past is taken to be as quick as those who did the work.
        """
        paces = {role: sorted(taken) for role, taken in self.pace.items()}
        total = sum(
            count * (1 - bisect_right(paces[role], target) / len(paces[role]))
            for (role, target), count in sorted(self.coming.items())
            if paces.get(role)
        )
        return total + sum(late for role, late in self.own.items() if not paces.get(role))

    def told(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        expected = round(self.expected(), 1)
        stay = self.late_stay + self.missed - self.avoided
        return {
            "late_before": self.late_stay + self.late_gone,
            "late_after": round(stay + expected, 1),
            "missed": self.missed,
            "avoided": self.avoided,
            "moved": {"late_before": self.late_gone, "late_expected": expected},
        }


class Tally:
    """Adds up cases as they come; holds counts and the minutes that work took, never the cases themselves."""

    def __init__(self) -> None:
        self.tickets = 0
        self.changed = 0
        self.by_another_rule = 0
        self.unread = 0
        self.sources: Counter[str] = Counter()
        self._pairs: dict[str, Counter[tuple[Any, Any]]] = {name: Counter() for name in FIELDS}
        self._load: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._deadlines: dict[ClockName, _Deadlines] = {clock: _Deadlines() for clock in CLOCKS}
        self._restricted: Counter[str] = Counter()

    def add(self, case: Case) -> None:
        """Count one ticket; protected and sealed work is counted apart."""
        self.sources[case.source] += 1
        if case.restricted:
            self._add_restricted(case)
            return
        self.tickets += 1
        self.changed += case.differs
        self.by_another_rule += not case.changes and case.before.rule != case.after.rule
        for name in FIELDS:
            pair = getattr(case.before, name), getattr(case.after, name)
            if pair[0] != pair[1]:
                self._pairs[name][pair] += 1
        self._load[0][case.before.role] += 1
        self._load[1][case.after.role] += 1
        for clock, deadlines in self._deadlines.items():
            deadlines.add(case, case.was[clock], case.would[clock])

    def _add_restricted(self, case: Case) -> None:
        pairs = [(case.was[clock].late is True, case.would[clock].late is True) for clock in CLOCKS]
        self._restricted["tickets"] += 1
        self._restricted["changed"] += case.differs
        self._restricted["moved"] += case.moves
        self._restricted["missed"] += any(would and not was for was, would in pairs)
        self._restricted["avoided"] += any(was and not would for was, would in pairs)

    def summary(self, days: int) -> dict[str, Any]:
        """Return everything counted, over this many days, as plain data in a fixed order; None is a masked count."""
        kinds = ("tickets", "changed", "moved", "missed", "avoided")
        return {
            "tickets": self.tickets,
            "changed": self.changed,
            "by_another_rule": self.by_another_rule,
            "facts": {
                "kept_at_opening": self.sources["kept"],
                "from_directory_of_today": self.sources["directory"],
                "unreadable": self.unread,
            },
            "changes": {name: _pairs(counted) for name, counted in self._pairs.items()},
            "load": self._loads(max(days, 1) / 7),
            "deadlines": {clock: deadlines.told() for clock, deadlines in self._deadlines.items()},
            "restricted": {kind: masked(self._restricted[kind]) for kind in kinds},
        }

    def _loads(self, weeks: float) -> list[dict[str, Any]]:
        before, after = self._load
        return [
            {
                "role": role,
                "before": before[role],
                "after": after[role],
                "per_week_before": round(before[role] / weeks, 1),
                "per_week_after": round(after[role] / weeks, 1),
            }
            for role in sorted({*before, *after})
        ]


def masked(count: int) -> int | None:
    """Return a count of protected or sealed work, or None where it is too small to be told."""
    return count if count >= FEWEST else None


def _pairs(counted: Counter[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """The most frequent first; equal ones by name, so that the same run always reads the same."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    return [{"from": pair[0], "to": pair[1], "tickets": count} for pair, count in ordered]


def line(case: Case, known: bool) -> dict[str, Any]:
    """Return one ticket's difference as plain data; who may not know of the ticket gets no reference and no instant."""
    return {
        "ticket": case.ref if known else None,
        "opened": case.opened_at.isoformat() if known else None,
        "changes": {name: list(pair) for name, pair in case.changes.items()},
        "deadlines": {
            clock: {
                "due": [_said(was.due), _said(would.due)] if known else None,
                "late": [was.late, None if case.moves else would.late],
            }
            for clock, (was, would) in case.verdicts.items()
        },
        "pace_of": case.after.role if case.moves else None,
    }


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
