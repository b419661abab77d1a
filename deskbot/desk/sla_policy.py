"""SLA policies as HR people write them: targets, the calendar they count in, pauses with their caps, the ladder."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from deskbot.desk.errors import Invalid
from deskbot.desk.plain_data import Plain, nearest
from deskbot.desk.tickets import PRIORITIES

ClockName = Literal["first_response", "next_reply", "resolution"]
CLOCKS: tuple[ClockName, ...] = get_args(ClockName)
Receiver = Literal["assignee", "role_lead", "ops_manager"]
RECEIVERS: tuple[Receiver, ...] = get_args(Receiver)
PAUSE_REASONS = ("waiting_employee", "waiting_third_party")
CALENDAR_RULES = ("owner", "requester", "office")
KEYS = ("title", "source", "calendar", *CLOCKS, "pauses", "ladder")

_DURATION = re.compile(r"(?:(\d{1,5})\s*h)?\s*(?:(\d{1,6})\s*m(?:in)?)?")
_PERIOD = re.compile(r"(\d{1,3})\s+(day|month)s?")
_PERCENT = re.compile(r"(\d{1,3})\s*%")


@dataclass(frozen=True, slots=True)
class Period:
    """A time that the law gives in days or months: it runs through nights and holidays and never pauses."""

    days: int = 0
    months: int = 0

    def after(self, start: datetime) -> datetime:
        """Return the same time of day this much later in `start`'s zone, at most on the last day of the month."""
        months = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(months, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class PausePolicy:
    """What waiting for one reason does: after these business minutes ask again, then close or run on; None = never."""

    nudge_after: float | None = None
    close_after: float | None = None
    resume_after: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder: tell these at `fraction` of a target and `minutes` after it (before, when negative)."""

    key: str
    fraction: float
    minutes: float
    receivers: tuple[Receiver, ...]
    clocks: tuple[ClockName, ...] = CLOCKS

    @property
    def kind(self) -> Literal["warning", "breach"]:
        """A warning comes before the target is used up, a breach when it is and after."""
        return "warning" if self.fraction < 1 or self.minutes < 0 else "breach"


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """Targets in business minutes by priority; a clock without a target has none.

    `calendar` is "owner", "requester", "office" or a calendar's name. `periods` hold the targets that the law gives in
    days or months, for every priority alike. `pauses` hold the reasons that stop the clocks; a reason that is not
    there stops nothing, and the first response never pauses.
    """

    key: str
    calendar: str = "owner"
    first_response: Mapping[str, float] = field(default_factory=dict)
    next_reply: Mapping[str, float] = field(default_factory=dict)
    resolution: Mapping[str, float] = field(default_factory=dict)
    periods: Mapping[str, Period] = field(default_factory=dict)
    pauses: Mapping[str, PausePolicy] = field(default_factory=dict)
    ladder: tuple[Step, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def minutes(self, clock: ClockName, priority: str) -> float | None:
        """Return the target of a clock in business minutes, or None where it has none."""
        targets: Mapping[str, float] = getattr(self, clock)
        return targets.get(priority, targets.get("normal"))


def parse_policy(data: object, name: str = "") -> SlaPolicy:
    """Read a policy from plain data; raise Invalid, with the dotted path of the place in `field`, when it is wrong."""
    plain = Plain(data, "", "an SLA policy")
    plain.allow(KEYS)
    targets = {clock: _targets(plain, clock) for clock in CLOCKS if plain.data.get(clock) is not None}
    if not targets:
        raise plain.invalid("an SLA policy needs a target: first_response, next_reply or resolution, such as 8h")
    minutes = {clock: target for clock, target in targets.items() if not isinstance(target, Period)}
    return SlaPolicy(
        key=name,
        calendar=plain.text("calendar", "owner"),
        first_response=minutes.get("first_response", {}),
        next_reply=minutes.get("next_reply", {}),
        resolution=minutes.get("resolution", {}),
        periods={clock: target for clock, target in targets.items() if isinstance(target, Period)},
        pauses=_pauses(plain),
        ladder=_ladder(plain),
        title=plain.by_language("title", required=False),
        source=plain.text("source", ""),
    )


def _targets(plain: Plain, clock: str) -> dict[str, float] | Period:
    """Read one target for all priorities, or one for each; a priority left out has that of `normal`."""
    value = plain.data[clock]
    if not isinstance(value, Mapping):
        period = _period(value)
        if period:
            return period
        return dict.fromkeys(PRIORITIES, _minutes(value, plain.at(clock)))
    inner = plain.inner(clock, f"'{clock}'")
    inner.allow(PRIORITIES)
    if "normal" not in inner:
        raise plain.invalid(f"'{clock}' needs a target for the priority normal", clock)
    given = {priority: priority if priority in inner else "normal" for priority in PRIORITIES}
    return {priority: _minutes(inner.data[key], inner.at(key)) for priority, key in given.items()}


def _minutes(value: object, path: str) -> float:
    """Read business time: minutes as a number, or such as 30m, 8h, 1h 30m."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**7:
        return float(value)
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if not minutes:
        raise Invalid(f"'{value}' is not a working time; write it as 30m, 8h or 1h 30m", path)
    return float(minutes)


def _period(value: object) -> Period | None:
    found = _PERIOD.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not int(found[1]):
        return None
    return Period(days=int(found[1])) if found[2] == "day" else Period(months=int(found[1]))


def _pauses(plain: Plain) -> dict[str, PausePolicy]:
    pauses = plain.inner("pauses", "'pauses'")
    pauses.allow(PAUSE_REASONS)
    return {reason: _pause(pauses.inner(reason, f"'{reason}'")) for reason in pauses.data}


def _pause(plain: Plain) -> PausePolicy:
    keys = ("nudge_after", "close_after", "resume_after")
    plain.allow(keys)
    nudge, close, resume = (_minutes(plain.data[key], plain.at(key)) if key in plain else None for key in keys)
    if close and resume:
        raise plain.invalid("give either 'close_after' or 'resume_after', not both", "resume_after")
    if nudge and nudge >= (close or resume or nudge + 1):
        raise plain.invalid("'nudge_after' must come before the end of the wait", "nudge_after")
    return PausePolicy(nudge, close, resume)


def _ladder(plain: Plain) -> tuple[Step, ...]:
    steps = tuple(_step(inner) for inner in plain.inners("ladder", "a step of the ladder"))
    keys = [step.key for step in steps]
    for index, step in enumerate(steps):
        if step.key in keys[:index] and any(set(step.clocks) & set(other.clocks) for other in steps[:index]):
            message = f"two steps of the ladder are '{step.key}'; make them one and list everybody in 'tell'"
            raise Invalid(message, f"ladder.{index}")
    return steps


def _step(plain: Plain) -> Step:
    plain.allow(("at", "before", "after", "tell", "clocks"))
    given = [key for key in ("at", "before", "after") if key in plain]
    if len(given) != 1:
        raise plain.invalid("a step needs one of at: 75%, before: 1h, after: 4h")
    key = given[0]
    if key == "at":
        found = _PERCENT.fullmatch(plain.text("at"))
        if not found or not int(found[1]):
            raise plain.invalid("'at' is a part of the target, such as 75% or 100%", "at")
        name, fraction, minutes = f"{int(found[1])}%", int(found[1]) / 100, 0.0
    else:
        length = _minutes(plain.data[key], plain.at(key))
        name, fraction, minutes = f"{key}-{length:g}", 1.0, -length if key == "before" else length
    clocks = tuple(clock for clock in CLOCKS if clock in _known(plain, "clocks", CLOCKS)) or CLOCKS
    receivers = tuple(receiver for receiver in RECEIVERS if receiver in _known(plain, "tell", RECEIVERS))
    if not receivers:
        raise plain.invalid(f"a step needs somebody to 'tell': {', '.join(RECEIVERS)}")
    return Step(name, fraction, minutes, receivers, clocks)


def _known(plain: Plain, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
    given = plain.texts(key)
    for index, word in enumerate(given):
        if word not in words:
            raise Invalid(f"'{key}' cannot be '{word}'; {nearest(word, words)}", f"{plain.at(key)}.{index}")
    return given
