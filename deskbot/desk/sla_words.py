"""The clock in words: the promise said in chat, and why a due instant is what it is, from the same segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from deskbot.desk.sla_clocks import Clocks, ClockState
from deskbot.desk.sla_policy import SlaPolicy
from deskbot.desk.texts import say
from deskbot.desk.working_time import Pause, Segment, WorkingTime

_LOCALES = {"en": "en_GB", "pt": "pt_PT"}
# Beyond two weeks a weekday off says nothing about the promise any more.
_NEAR = timedelta(days=14)


def promise(
    owner: str, due: datetime | None, now: datetime, language: str, zone: ZoneInfo | str, working_time: WorkingTime
) -> str:
    """Say who answers by when, in the reader's zone: "Payroll answers by Thu 14:00; Monday is a holiday."""
    if due is None:
        return say("sla.promise.open", language, owner=owner)
    when = moment_words(due, now, language, zone)
    if due <= now:
        return say("sla.promise.late", language, owner=owner, when=when)
    return say("sla.promise", language, owner=owner, when=when, days_off=_days_off(now, due, language, working_time))


def moment_words(at: datetime, now: datetime, language: str, zone: ZoneInfo | str) -> str:
    """Say an instant in the reader's zone as shortly as the distance from now allows: "14:00", "Thu 14:00"."""
    there = at.astimezone(_zone(zone))
    away = abs((there.date() - now.astimezone(_zone(zone)).date()).days)
    key = "sla.when.today" if away == 0 else "sla.when.week" if away < 7 else "sla.when.later"
    weekday = _day_words(there.date(), "EEE", language)
    return say(key, language, weekday=weekday, day=_short_date(there, language), time=_time(there))


def explain_words(
    found: Clocks, policy: SlaPolicy, working_time: WorkingTime, now: datetime, language: str, zone: ZoneInfo | str
) -> str:
    """Explain a ticket's clocks as Markdown in the reader's language and zone.

    A clock that was kept is one sentence; one that runs or was late is told segment by segment, and its counted
    minutes add up to the figure that the engine has.
    """
    told = [state_words(state, now, language, zone) for state in found.states if state.target is not None]
    return "\n\n".join(told) or say("sla.no_target", language)


def state_words(state: ClockState, now: datetime, language: str, zone: ZoneInfo | str) -> str:
    """Explain one clock as Markdown; see `explain_words`."""
    teller = _Teller(state, now, language, _zone(zone))
    if state.met_at is not None and not state.breached:
        return teller.kept()
    told = "\n".join([teller.heading(), *(f"- {line}" for line in teller.lines())])
    return f"{told}\n\n{teller.verdict()}"


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells one clock to one reader."""

    state: ClockState
    now: datetime
    language: str
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        return say(f"sla.{key}", self.language, **values)

    def at(self, moment: datetime) -> str:
        """Say an instant in full, for a line that stands by itself."""
        there = moment.astimezone(self.zone)
        return f"{_short_date(there, self.language)} {_time(there)}"

    @property
    def name(self) -> str:
        return self.say(f"clock.{self.state.clock}")

    @property
    def target(self) -> str:
        return duration_words(self.state.target or 0)

    def kept(self) -> str:
        used, met_at = self.state.elapsed_minutes or 0.0, self.state.met_at or self.now
        return self.say("kept", clock=self.name, at=self.at(met_at), used=duration_words(used), target=self.target)

    def heading(self) -> str:
        key = "heading.period" if self.state.working_time.name == "always" else "heading"
        return self.say(key, clock=self.name, target=self.target, at=self.at(self.state.started))

    def until(self) -> datetime | None:
        """Return how far the explanation goes: to the end, to now when it is late, else to the due instant."""
        if self.state.ended_at is not None:
            return self.state.ended_at
        if self.state.due is not None and self.state.due < self.now:
            return self.now
        return self.state.due

    def segments(self) -> tuple[Segment, ...]:
        state = self.state
        return state.working_time.explain(state.started, self.until(), state.pauses, self.language)

    def lines(self) -> Iterator[str]:
        """Yield a line for each day that counts and for each time that stands still.

        Plain nights and breaks between windows are left out; whole days that are closed are told.
        """
        total = 0.0
        windows: list[Segment] = []
        for segment in self.segments():
            still = "" if segment.kind == "open" else self._still(segment)
            if windows and (still or (segment.kind == "open" and self._day(segment) != self._day(windows[0]))):
                yield self._worked(windows, total)
                total, windows = total + _sum(windows), []
            if segment.kind == "open":
                windows.append(segment)
            elif still:
                yield still
        if windows:
            yield self._worked(windows, total)

    def _day(self, segment: Segment) -> date:
        return segment.begin.astimezone(self.zone).date()

    def _worked(self, windows: Sequence[Segment], before: float) -> str:
        """Tell the windows of a day; `before` is the running total, whose whole minutes the lines share out."""
        day = _short_date(windows[0].begin.astimezone(self.zone), self.language)
        spans = ", ".join(self._span(window) for window in windows)
        used = duration_words(_whole(before + _sum(windows)) - _whole(before))
        return self.say("line.open", day=day, spans=spans, used=used)

    def _span(self, window: Segment) -> str:
        end = window.end or self.now
        return f"{_time(window.begin.astimezone(self.zone))}–{_time(end.astimezone(self.zone))}"

    def _still(self, segment: Segment) -> str:
        """Tell a time that does not count; nothing for a plain night."""
        if segment.kind == "pause":
            reason = self.say(f"pause.{self._reason(segment)}")
            if segment.end is None:
                return self.say("line.paused_still", begin=self.at(segment.begin), reason=reason)
            return self.say("line.paused", begin=self.at(segment.begin), end=self.at(segment.end), reason=reason)
        if segment.end is None:
            return self.say("line.never", begin=self.at(segment.begin))
        days = _whole_days(segment)
        if not days and not segment.label and segment.kind != "holiday":
            return ""
        first, last = (days[0], days[-1]) if days else (segment.begin.date(), segment.end.date())
        key = f"line.{segment.kind}" + ("_named" if segment.label else "")
        return self.say(key, days=self._days(first, last), name=segment.label)

    def _days(self, first: date, last: date) -> str:
        begin, end = _short_date(first, self.language), _short_date(last, self.language)
        return begin if first == last else f"{begin} – {end}"

    def _reason(self, segment: Segment) -> str:
        """Return why the clock stood still; of pauses that overlap the first one says."""
        covering = [pause for pause in self.state.pauses if _covers(pause, segment)]
        return min(covering, key=_begin).reason if covering else "other"

    def verdict(self) -> str:
        """Say the sum, and what it means."""
        state = self.state
        used = _sum(self.segments())
        over = duration_words(_whole(used) - _whole(state.target or 0))
        figures = {"used": duration_words(used), "target": self.target, "over": over}
        if state.due is None:
            return self.say("verdict.paused", **figures)
        due = self.at(state.due)
        if state.ended_at is None:
            return self.say("verdict.late" if state.due < self.now else "verdict.due", due=due, **figures)
        key = "verdict.stopped" if state.ended_at <= state.due else "verdict.ended_late"
        return self.say(key, due=due, end=self.at(state.ended_at), **figures)


def duration_words(minutes: float) -> str:
    """Say a length in hours and whole minutes, the same in both languages: "1 h 30 min"."""
    hours, rest = divmod(_whole(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _sum(segments: Sequence[Segment]) -> float:
    return sum(segment.minutes for segment in segments)


def _whole(minutes: float) -> int:
    """Return whole minutes; lines take differences of running totals, so that they add up to the whole."""
    return int(minutes + 1e-9)


def _days_off(now: datetime, due: datetime, language: str, working_time: WorkingTime) -> str:
    """Return "; Monday is a holiday" for the days off that the promise reaches over, nothing without any."""
    if due - now > _NEAR:
        return ""
    told = []
    first, last = now.astimezone(working_time.zone).date(), due.astimezone(working_time.zone).date()
    off = [(day, reason) for day in _days_between(first, last) if (reason := working_time.day_off(day, language))]
    for kind in ("holiday", "closed"):
        days = [_day_words(day, "EEEE", language) for day, reason in off if reason.kind == kind]
        if days:
            listed = say("sla.and", language).join([", ".join(days[:-1]), days[-1]] if days[1:] else days)
            told.append(say(f"sla.off.{kind}.{'many' if days[1:] else 'one'}", language, days=listed))
    return "".join(f"; {sentence}" for sentence in told)


def _days_between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _whole_days(segment: Segment) -> list[date]:
    """Return the days of the calendar that lie wholly in the segment."""
    if segment.end is None:
        return []
    first = (segment.begin + timedelta(days=1, microseconds=-1)).date()
    return list(_days_between(first, segment.end.date() - timedelta(days=1)))


def _begin(pause: Pause) -> datetime:
    return pause.begin


def _covers(pause: Pause, segment: Segment) -> bool:
    return pause.begin <= segment.begin and (pause.end is None or pause.end > segment.begin)


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def _time(at: datetime) -> str:
    return f"{at:%H:%M}"


def _short_date(day: date, language: str) -> str:
    return _day_words(day if not isinstance(day, datetime) else day.date(), "EEE d MMM", language)


@lru_cache(maxsize=4096)
def _day_words(day: date, pattern: str, language: str) -> str:
    words: str = format_date(day, pattern, locale=_LOCALES.get(language, "en_GB"))
    return words.rstrip(".")
