"""A ticket's SLA clocks, computed from its events, and the moments at which somebody is to be told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from deskbot.desk.calendars import DAY_MINUTES, CalendarSpec, Window
from deskbot.desk.open_spans import local_time
from deskbot.desk.sla_policy import ClockName, PausePolicy, Receiver, SlaPolicy
from deskbot.desk.working_time import Pause, WorkingTime, compile_calendar

ClockEventKind = Literal[
    "opened", "public_reply", "employee_message", "paused", "resumed", "resolved", "reopened", "closed",
    "priority_changed", "policy_changed",
]  # fmt: skip
SEALED_TIER = 4


class ClockEvent(NamedTuple):
    """One happening that clocks know; `public_reply` is a person of HR, `reason` why a pause began."""

    at: datetime
    kind: ClockEventKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockState:
    """One clock: what it may take, when that is used up, and how it ended.

    `target` is in minutes of `working_time`: the ticket's calendar, or for a period of the law every hour of the week.
    `due` is None without a target and while a pause holds it back. `met_at` is when what was owed was given,
    `stopped_at` when the work ended without it. `cycle` counts the employee's turns for the next reply, from 1.
    """

    clock: ClockName
    cycle: int
    started: datetime
    due: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    target: float | None
    pauses: tuple[Pause, ...]
    working_time: WorkingTime
    as_of: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When the clock ended, met or not; None while it runs or is paused."""
        return self.met_at or self.stopped_at

    @property
    def paused(self) -> bool:
        """Whether a pause holds it now."""
        return self.ended_at is None and any(_lasts(pause, self.as_of) for pause in self.pauses)

    @property
    def breached(self) -> bool | None:
        """Whether it took too long; None while that is not known, or there was nothing to keep."""
        if self.target is None:
            return None
        until = self.ended_at or self.as_of
        late = until is not None and self.due is not None and until > self.due
        return late or (False if self.met_at else None)

    @property
    def elapsed_minutes(self) -> float | None:
        """The minutes counted up to its end, or up to the instant the clocks were computed for; None without either."""
        until = self.ended_at or self.as_of
        return None if until is None else self.working_time.elapsed(self.started, until, self.pauses)

    def after(self, minutes: float) -> datetime | None:
        """Return the instant at which `minutes` are used up, its pauses respected."""
        return self.working_time.due(self.started, minutes, self.pauses)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pause as it happened: `number` counts from 1, `end` is None while it lasts; its rule is the policy's."""

    number: int
    begin: datetime
    end: datetime | None
    reason: str
    rule: PausePolicy


@dataclass(frozen=True, slots=True)
class Clocks:
    """One ticket's clocks. `next_reply` is the latest turn, None before the first; `earlier_replies` are the others."""

    first_response: ClockState
    next_reply: ClockState | None
    resolution: ClockState
    earlier_replies: tuple[ClockState, ...]
    waits: tuple[Waiting, ...]

    @property
    def states(self) -> tuple[ClockState, ...]:
        """The clocks that were started, the earlier turns left out."""
        return tuple(state for state in (self.first_response, self.next_reply, self.resolution) if state)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to be done at an instant. `key` is the same for the same fact, whenever it is computed.

    "warning" and "breach" go to the ladder's receivers; "nudge" asks again whoever is waited for, "close" ends a wait
    that nobody answered.
    """

    key: str
    at: datetime
    kind: Literal["warning", "breach", "nudge", "close"]
    clock: str
    receivers: tuple[Receiver, ...] = ()


@dataclass(slots=True)
class _Turn:
    """An employee's message that waits for a reply."""

    begin: datetime
    met_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(slots=True)
class _History:
    """What the events come to: when each clock started and ended, and the pauses."""

    policy: SlaPolicy
    may_pause: bool
    opened_at: datetime | None = None
    answered_at: datetime | None = None
    finished_at: datetime | None = None
    turns: list[_Turn] = field(default_factory=list)
    waits: list[Pause] = field(default_factory=list)
    finished: list[Pause] = field(default_factory=list)
    unheard_at: datetime | None = None

    def take(self, event: ClockEvent) -> None:
        """Take one event; those that no clock knows change nothing."""
        at, kind, reason = event
        if self.opened_at is None:
            self.opened_at = at
        if kind == "public_reply":
            self._replied(at)
        elif kind == "employee_message":
            self._asked(at)
        elif kind == "paused":
            self._resume(at)
            if self.may_pause and reason in self.policy.pauses and self.finished_at is None:
                self.waits.append(Pause(at, None, reason))
        elif kind == "resumed":
            self._resume(at)
        elif kind in ("resolved", "closed"):
            self._finish(at)
        elif kind == "reopened" and self.finished_at is not None:
            self._reopen(self.finished_at, at)

    def _replied(self, at: datetime) -> None:
        if self.answered_at is None:
            self.answered_at = at
        if self.turns and self.turns[-1].met_at is None and self.turns[-1].stopped_at is None:
            self.turns[-1].met_at = at

    def _asked(self, at: datetime) -> None:
        turn = self.turns[-1] if self.turns else None
        waiting = turn is not None and turn.met_at is None and turn.stopped_at is None
        if self.finished_at is not None:
            self.unheard_at = at  # A word of thanks owes no reply, unless it reopens the ticket.
        elif self.answered_at is not None and not waiting:  # Before that the first response covers every message.
            self.turns.append(_Turn(at))

    def _reopen(self, finished_at: datetime, at: datetime) -> None:
        self.finished.append(Pause(finished_at, at, "resolved"))
        self.finished_at = None
        if self.unheard_at == at:
            self._asked(at)

    def _resume(self, at: datetime) -> None:
        if self.waits and self.waits[-1].end is None:
            self.waits[-1] = self.waits[-1]._replace(end=at)

    def _finish(self, at: datetime) -> None:
        self._resume(at)
        if self.finished_at is None:
            self.finished_at = at
        if self.turns and self.turns[-1].met_at is None and self.turns[-1].stopped_at is None:
            self.turns[-1].stopped_at = at


def clocks(
    events: Iterable[ClockEvent],
    policy: SlaPolicy,
    working_time: WorkingTime,
    priority: str = "normal",
    tier: int = 1,
    now: datetime | None = None,
) -> Clocks:
    """Compute a ticket's clocks from its events, in their order.

    The first response is a person's public message and nothing else, and no pause holds it back: a change of state
    never stops it. Pauses hold the other two when the policy names their reason; a ticket of tier 4 never pauses. The
    time between resolved and reopened counts for no clock. The present policy and priority govern the whole ticket.
    With `now` running clocks know what they have used and whether they are late.
    """
    history = _History(policy, may_pause=tier < SEALED_TIER)
    for event in events:
        history.take(event)
    if history.opened_at is None:
        raise ValueError("a ticket without events has no clocks")
    make = _Maker(policy, working_time, priority, now)
    waits = tuple(make.capped(wait) for wait in history.waits)
    finished = tuple(history.finished)
    replies = [
        make.state("next_reply", turn.begin, turn.met_at, turn.stopped_at, waits, cycle)
        for cycle, turn in enumerate(history.turns, 1)
    ]
    unanswered = history.finished_at if history.answered_at is None else None
    return Clocks(
        make.state("first_response", history.opened_at, history.answered_at, unanswered, finished),
        replies[-1] if replies else None,
        make.state("resolution", history.opened_at, history.finished_at, None, (*waits, *finished)),
        tuple(replies[:-1]),
        tuple(Waiting(n, w.begin, w.end, w.reason, policy.pauses[w.reason]) for n, w in enumerate(history.waits, 1)),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the states of one ticket's clocks."""

    policy: SlaPolicy
    working_time: WorkingTime
    priority: str
    now: datetime | None

    def capped(self, wait: Pause) -> Pause:
        """Return a pause as it counts: it ends by itself where the policy lets the clock run on."""
        cap = self.policy.pauses[wait.reason].resume_after
        ends = self.working_time.due(wait.begin, cap) if cap else None
        if ends is None or (wait.end is not None and wait.end <= ends):
            return wait
        return wait._replace(end=ends)

    def state(
        self, clock: ClockName, start: datetime, met_at: datetime | None, stopped_at: datetime | None,
        pauses: tuple[Pause, ...], cycle: int = 1,
    ) -> ClockState:  # fmt: skip
        working_time, minutes, due = self.working_time, self.policy.minutes(clock, self.priority), None
        period = self.policy.periods.get(clock)
        if period:
            working_time, pauses = round_the_clock(working_time.zone), ()
            due = local_time(period.after(start.astimezone(working_time.zone)).timestamp(), working_time.zone)
            minutes = working_time.elapsed(start, due)
        elif minutes is not None:
            due = working_time.due(start, minutes, pauses)
        return ClockState(clock, cycle, start, due, met_at, stopped_at, minutes, pauses, working_time, self.now)


@lru_cache(maxsize=128)
def round_the_clock(zone: ZoneInfo) -> WorkingTime:
    """Return the calendar of every hour of the week, in which the periods of the law run."""
    spec = CalendarSpec("always", zone, ((Window(0, DAY_MINUTES),),) * 7)
    return compile_calendar(spec, 2020, 2030)


def moments(found: Clocks, policy: SlaPolicy, working_time: WorkingTime) -> tuple[Moment, ...]:
    """Return every warning and breach of the clocks that run, in order, those of the past included.

    `key` holds the clock, its turn, its target and the step: a pause moves a moment and does not repeat it, another
    target is another fact.
    """
    running = [state for state in found.states if state.ended_at is None and state.target is not None]
    return tuple(sorted((moment for state in running for moment in _warnings(state, policy)), key=_order))


def pause_moments(found: Clocks, working_time: WorkingTime) -> tuple[Moment, ...]:
    """Return when the wait that lasts now is to be asked about again, and when it ends in closing, in order."""
    lasting = [wait for wait in found.waits if wait.end is None]
    return tuple(sorted((moment for wait in lasting for moment in _asking(wait, working_time)), key=_order))


def next_moment(found: Clocks, policy: SlaPolicy, working_time: WorkingTime, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which something is to be done, or None."""
    coming = (*moments(found, policy, working_time), *pause_moments(found, working_time))
    return min((moment.at for moment in coming if moment.at > now), default=None)


def notice_time(at: datetime, receiver: WorkingTime) -> datetime:
    """Return when somebody is told of something: at once inside their hours, else when they begin again."""
    return receiver.next_opening(at) or at


def _warnings(state: ClockState, policy: SlaPolicy) -> Iterator[Moment]:
    target = state.target or 0.0
    for step in policy.ladder:
        minutes = target * step.fraction + step.minutes
        if state.clock not in step.clocks or minutes <= 0:
            continue
        at = state.after(minutes)
        if at is not None:
            key = f"{state.clock}.{state.cycle}.{target:g}.{step.key}"
            yield Moment(key, at, step.kind, state.clock, step.receivers)


def _asking(wait: Waiting, working_time: WorkingTime) -> Iterator[Moment]:
    receivers: tuple[Receiver, ...] = ("assignee",) if wait.reason == "waiting_third_party" else ()
    todo: tuple[tuple[Literal["nudge", "close"], float | None], ...]
    todo = ("nudge", wait.rule.nudge_after), ("close", wait.rule.close_after)
    for kind, minutes in todo:
        at = working_time.due(wait.begin, minutes) if minutes else None
        if at is not None:
            yield Moment(f"{wait.reason}.{wait.number}.{kind}", at, kind, wait.reason, receivers)


def _lasts(pause: Pause, as_of: datetime | None) -> bool:
    if as_of is None:
        return pause.end is None
    return pause.begin <= as_of and (pause.end is None or as_of < pause.end)


def _order(moment: Moment) -> tuple[datetime, str]:
    return moment.at, moment.key
