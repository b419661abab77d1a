"""Business time: when minutes are used up, how many were counted, and why, segment by segment.

A minute counts when the local wall clock lies in one of the calendar's windows and no pause covers it; seconds count
as parts of a minute. Begins are included and ends are not, of windows and pauses alike.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Literal, NamedTuple

from deskbot.desk.calendars import CalendarSpec, DayOff
from deskbot.desk.errors import Invalid
from deskbot.desk.open_spans import DAY_SECONDS, OpenSpans, Span, local_time, merged, open_spans

HORIZON_YEARS = 5
_SHORT_OF_HORIZON = (365.0 * HORIZON_YEARS - 1) * DAY_SECONDS
_PAST_HORIZON = (366 * HORIZON_YEARS + 1) * DAY_SECONDS

Kind = Literal["open", "closed", "holiday", "pause"]
Drawn = tuple[float, float, Kind, str]


class Pause(NamedTuple):
    """A time in which the clock stands still; one without an end is still running."""

    begin: datetime
    end: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time with one reason; `minutes` are the counted ones, `end` is None where it has none yet."""

    begin: datetime
    end: datetime | None
    minutes: float
    kind: Kind
    label: str = ""

    @property
    def why(self) -> str:
        """The reason in English: "open", "closed", "holiday: Christmas Day", "pause"."""
        return f"{self.kind}: {self.label}" if self.label else self.kind


class WorkingTime:
    """A calendar made ready for counting. Its table grows by itself when it is asked about other years."""

    __slots__ = ("_spans", "_years", "name", "spec", "zone")

    def __init__(self, spec: CalendarSpec, first_year: int, last_year: int) -> None:
        self.spec = spec
        self.name = spec.name
        self.zone = spec.zone
        self._years = first_year, last_year
        self._spans = open_spans(spec, first_year, last_year)

    @property
    def version(self) -> str:
        """A short hash of the calendar and of the holiday tables it counts with."""
        return self.spec.version

    def due(self, start: datetime, minutes: float, pauses: Collection[Pause] = ()) -> datetime | None:
        """Return the instant at which `minutes` from `start` are used up, with the calendar's offset.

        None when a running pause comes first, or when the windows that begin within five years are not enough.
        """
        at = start.timestamp()
        if minutes <= 0:
            return local_time(at, self.zone)
        spans = self._spans
        if not spans.low <= at < spans.high:
            spans = self._reaching(at, at)
        if pauses:
            spans, target = self._moved_by_pauses(at, minutes * 60, pauses)
        else:
            target = spans.counted(at) + minutes * 60
        index = bisect_left(spans.through, target)
        if index == len(spans.ends) or spans.begins[index] - at > _SHORT_OF_HORIZON:
            return self._late_due(start, minutes, pauses) if target < inf else None
        left = spans.through[index] - target
        zones = spans.zones if left else spans.end_zones
        return datetime.fromtimestamp(spans.ends[index] - left, zones[index])

    def elapsed(self, start: datetime, end: datetime, pauses: Collection[Pause] = ()) -> float:
        """Return the minutes counted from `start` to `end`; 0 when `end` is not after `start`."""
        at, stop = start.timestamp(), end.timestamp()
        if stop <= at:
            return 0.0
        spans = self._spans
        if at < spans.low or stop >= spans.high:
            spans = self._reaching(at, stop)
        counted = spans.counted
        seconds = counted(stop) - counted(at)
        for begin, pause_end in _clipped(pauses, at, stop) if pauses else ():
            seconds -= counted(pause_end) - counted(begin)
        return seconds / 60

    def explain(
        self, start: datetime, end: datetime | None, pauses: Collection[Pause] = (), language: str = "en"
    ) -> tuple[Segment, ...]:
        """Return the segments from `start` to `end` without gaps; their minutes add up to `elapsed`.

        Without an end (a `due` of None) the last segment has none either: the running pause, or a calendar with no
        window left. Times carry the calendar's offset; names of holidays are in `language`.
        """
        at = start.timestamp()
        stop = end.timestamp() if end else self._last_known(start, pauses)
        drawn = [part for part in self._drawn(at, stop, _clipped(pauses, at, stop), language) if part[0] < part[1]]
        segments = tuple(self._segment(*part) for part in drawn)
        return segments if end else (*segments, self._endless(stop, pauses))

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies in a window."""
        opening = self.next_opening(at)
        return opening is not None and opening.timestamp() == at.timestamp()

    def next_opening(self, at: datetime) -> datetime | None:
        """Return `at` when it lies in a window, else the next instant that does; None without one in five years."""
        moment = at.timestamp()
        limit = horizon(at).timestamp()
        for until in (moment, limit):
            spans = self._reaching(moment, until)
            index = bisect_right(spans.ends, moment)
            if index < len(spans.ends):
                opens = max(spans.begins[index], moment)
                return local_time(opens, self.zone) if opens < limit else None
        return None

    def day_off(self, day: date, language: str = "en") -> DayOff | None:
        """Return why `day` is off although its weekday is worked; None for a working day or a plain weekend."""
        return self.spec.day_off(day, language) if self.spec.hours[day.weekday()] else None

    def is_working_day(self, day: date) -> bool:
        """Whether a window starts on `day`."""
        return bool(self.spec.windows(day))

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day `count` working days after `day`, or before it when `count` is negative.

        With 0 it is `day` itself or the next working day. Invalid when none comes within five years.
        """
        step = timedelta(days=-1 if count < 0 else 1)
        day, left = (day - step, 1) if count == 0 else (day, abs(count))
        last_worked = day
        while left:
            day += step
            if self.is_working_day(day):
                left, last_worked = left - 1, day
            elif abs((day - last_worked).days) > 366 * HORIZON_YEARS:
                raise Invalid(f"the calendar '{self.name}' has no working day within five years")
        return day

    def _reaching(self, low: float, high: float) -> OpenSpans:
        """Return a table that answers for these instants, and keep it."""
        spans = self._spans
        if spans.low <= low and high < spans.high:
            return spans
        first = min(self._years[0], datetime.fromtimestamp(low, UTC).year)
        last = max(self._years[1], datetime.fromtimestamp(high, UTC).year)
        spans = open_spans(self.spec, first, last)
        self._years, self._spans = (first, last), spans
        return spans

    def _moved_by_pauses(self, at: float, seconds: float, pauses: Collection[Pause]) -> tuple[OpenSpans, float]:
        """Return the running total at which `seconds` from `at` are used up; infinite when a pause never lets them."""
        # A pause is of no interest beyond the horizon, so the table need not reach further.
        stood = _clipped(pauses, at, at + _PAST_HORIZON, endless=True)
        begin, end = stood[-1] if stood else (at, at)
        spans = self._reaching(at, end if end < inf else begin)
        target = spans.counted(at) + seconds
        for begin, end in stood:
            reached = spans.counted(begin)
            if reached >= target:
                break
            target = inf if end == inf else target + spans.counted(end) - reached
        return spans, target

    def _late_due(self, start: datetime, minutes: float, pauses: Collection[Pause]) -> datetime | None:
        """Return the due instant where the table at hand did not reach far enough to tell."""
        at, limit = start.timestamp(), horizon(start).timestamp()
        self._reaching(at, limit)
        spans, target = self._moved_by_pauses(at, minutes * 60, pauses)
        index = bisect_left(spans.through, target)
        if index == len(spans.ends) or spans.begins[index] >= limit:
            return None
        return local_time(spans.ends[index] - (spans.through[index] - target), self.zone)

    def _last_known(self, start: datetime, pauses: Collection[Pause]) -> float:
        """Return where the last segment begins, the one that has no end."""
        at, limit = start.timestamp(), horizon(start).timestamp()
        stood = _clipped(pauses, at, limit, endless=True)
        if stood and stood[-1][1] == inf:
            return stood[-1][0]
        spans = self._reaching(at, limit)
        last = spans.ends[bisect_left(spans.begins, limit) - 1]
        return max(at, last, *(end for _, end in stood))

    def _drawn(self, at: float, stop: float, stood: list[Span], language: str) -> Iterator[Drawn]:
        """Yield the segments between two instants in seconds, the pauses laid over the windows."""
        for begin, end in stood:
            yield from self._unpaused(at, begin, language)
            yield begin, end, "pause", ""
            at = end
        yield from self._unpaused(at, stop, language)

    def _unpaused(self, begin: float, end: float, language: str) -> Iterator[Drawn]:
        """Yield what lies between two instants: the windows, and why it is closed in the gaps between them."""
        if begin >= end:
            return
        spans = self._reaching(begin, end)
        for index in range(bisect_right(spans.ends, begin), bisect_left(spans.begins, end)):
            opens, closes = max(spans.begins[index], begin), min(spans.ends[index], end)
            yield from self._gap(begin, opens, language)
            yield opens, closes, "open", ""
            begin = closes
        yield from self._gap(begin, end, language)

    def _gap(self, begin: float, end: float, language: str) -> Iterator[Drawn]:
        """Yield the reasons of a time without windows, one for each run of days that share it."""
        if begin >= end:
            return
        since, reason = begin, self._reason(begin, language)
        for cut in sorted({cut for cut in self._reason_changes(begin, end) if begin < cut < end}):
            following = self._reason(cut, language)
            if following != reason:
                yield since, cut, *reason
                since, reason = cut, following
        yield since, end, *reason

    def _reason_changes(self, begin: float, end: float) -> Iterator[float]:
        """Yield the instants around a gap at which its reason may change: midnights, edges of closures."""
        day = datetime.fromtimestamp(begin, self.zone).date()
        last = datetime.fromtimestamp(end, self.zone).date()
        while day < last:
            day += timedelta(days=1)
            yield datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()
        for closed_from, closed_to, _ in self.spec.closures():
            yield closed_from.timestamp()
            yield closed_to.timestamp()

    def _reason(self, at: float, language: str) -> tuple[Kind, str]:
        off = self.day_off(datetime.fromtimestamp(at, self.zone).date(), language)
        if off:
            return off.kind, off.name
        for closed_from, closed_to, name in self.spec.closures():
            if closed_from.timestamp() <= at < closed_to.timestamp():
                return "closed", name
        return "closed", ""

    def _segment(self, begin: float, end: float, kind: Kind, label: str) -> Segment:
        minutes = (end - begin) / 60 if kind == "open" else 0.0
        edges = local_time(begin, self.zone), local_time(end, self.zone)
        return Segment(*edges, minutes, kind, label)

    def _endless(self, since: float, pauses: Collection[Pause]) -> Segment:
        begin = local_time(since, self.zone)
        if any(pause.end is None and pause.begin.timestamp() <= since for pause in pauses):
            return Segment(begin, None, 0.0, "pause", "still running")
        return Segment(begin, None, 0.0, "closed", "no window within five years")


def compile_calendar(spec: CalendarSpec, first_year: int, last_year: int) -> WorkingTime:
    """Make a calendar ready for counting, with a table for these years (inclusive) to begin with."""
    return WorkingTime(spec, first_year, last_year)


def horizon(start: datetime) -> datetime:
    """Return the instant five years after `start`; windows that begin later are not looked for."""
    try:
        return start.replace(year=start.year + HORIZON_YEARS)
    except ValueError:  # 29 February.
        return start.replace(year=start.year + HORIZON_YEARS, day=28)


def _clipped(pauses: Collection[Pause], low: float, high: float, endless: bool = False) -> list[Span]:
    """Return the union of the pauses within two instants, in order; `endless` keeps a running one infinite."""
    spans = []
    for begin, end, _ in pauses:
        first = begin.timestamp()
        last = end.timestamp() if end else inf
        if first < low:
            first = low
        if last > high and (end or not endless):
            last = high
        if first < last and first < high:
            spans.append((first, last))
    return spans if len(spans) < 2 else merged(spans)
