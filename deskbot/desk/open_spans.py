"""From a calendar's windows on the wall clock to open spans of UTC, with running totals for binary search."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from deskbot.desk.calendars import CalendarSpec

DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
# A window ends at most two days after the day it starts on, and local days lead or trail UTC by less than one.
_MARGIN_DAYS = 3

Span = tuple[float, float]
ZonedSpan = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class OpenSpans:
    """Open spans in UTC seconds, in order, none across a change of the zone's offset.

    Answers hold for instants from `low` up to, not including, `high`. `through` are the seconds counted up to a span's
    end, `zones` its offset, `end_zones` the offset at its very end, where the zone may change it. `counted` tells the
    seconds counted up to an instant. The first span is an empty one before `low`, so that every search finds something.
    """

    low: float
    high: float
    begins: list[float]
    ends: list[float]
    through: list[float]
    zones: list[timezone]
    end_zones: list[timezone]
    counted: Callable[[float], float]


def open_spans(spec: CalendarSpec, first_year: int, last_year: int) -> OpenSpans:
    """Compile the spans of `spec` for these years, inclusive."""
    low, high = year_begins(first_year), year_begins(last_year + 1)
    first_day, last_day = int(low // DAY_SECONDS) - _MARGIN_DAYS, int(high // DAY_SECONDS) + _MARGIN_DAYS
    offsets = _offsets(spec.zone, first_day - _MARGIN_DAYS, last_day + _MARGIN_DAYS)
    spans = _spans(spec, first_day, last_day, offsets)
    start = low - _MARGIN_DAYS * DAY_SECONDS
    rows = [(start, start, 0), *((max(begin, start), end, offset) for begin, end, offset in spans if end > start)]
    before: list[float] = []
    through: list[float] = []
    total = 0.0
    for begin, end, _ in rows:
        before.append(total)
        total += end - begin
        through.append(total)
    # Floats all through: comparing whole numbers with floats takes three times as long.
    begins, ends = [float(row[0]) for row in rows], [float(row[1]) for row in rows]
    changes = {since: offset for since, _, offset in offsets}
    zones = [_fixed(row[2]) for row in rows]
    end_zones = [_fixed(changes.get(row[1], row[2])) for row in rows]
    return OpenSpans(low, high, begins, ends, through, zones, end_zones, _counter(begins, before, through))


def _counter(begins: list[float], before: list[float], through: list[float]) -> Callable[[float], float]:
    """Return the function that counts; a closure, because reading attributes costs as much as the search."""

    def counted(at: float) -> float:
        index = bisect_right(begins, at) - 1
        total = before[index] + at - begins[index]
        most = through[index]
        return total if total < most else most

    return counted


def year_begins(year: int) -> float:
    """Return the first instant of `year` in UTC."""
    return datetime(year, 1, 1, tzinfo=UTC).timestamp()


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans, in order, with those that touch made one."""
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        elif end > begin:
            result.append((begin, end))
    return result


def _spans(spec: CalendarSpec, first_day: int, last_day: int, offsets: tuple[ZonedSpan, ...]) -> list[ZonedSpan]:
    """Return the open spans of the days counted from 1970, ordered and apart."""
    days = [(number, date.fromordinal(number + _EPOCH)) for number in range(first_day, last_day)]
    closures = [(begin.timestamp(), end.timestamp()) for begin, end, _ in spec.closures()]
    if not closures:
        return list(_in_utc(_on_the_wall(spec, days), offsets))
    ordinary = _in_utc(_on_the_wall(spec, [d for d in days if d[1] not in spec.special]), offsets)
    special = _in_utc(_on_the_wall(spec, [d for d in days if d[1] in spec.special]), offsets)
    return _apart([*_without(ordinary, merged(closures)), *special])


def _on_the_wall(spec: CalendarSpec, days: Iterable[tuple[int, date]]) -> list[Span]:
    """Return the windows of these days in seconds of the wall clock, as if it were UTC."""
    return merged(
        (number * DAY_SECONDS + window.start * 60, number * DAY_SECONDS + window.end * 60)
        for number, day in days
        for window in spec.windows(day)
    )


def _in_utc(wall: list[Span], offsets: tuple[ZonedSpan, ...]) -> Iterator[ZonedSpan]:
    """Yield the instants at which the wall clock lies in the spans: a repeated hour twice, a skipped one never."""
    ends = [end for _, end in wall]
    for since, until, offset in offsets:
        first, last = since + offset, until + offset
        for begin, end in wall[bisect_right(ends, first) :]:
            if begin >= last:
                break
            yield max(begin, first) - offset, min(end, last) - offset, offset


def _without(spans: Iterable[ZonedSpan], closures: list[Span]) -> Iterator[ZonedSpan]:
    """Yield what the closures leave of the spans."""
    ends = [end for _, end in closures]
    for begin, end, offset in spans:
        at = begin
        for closed_from, closed_to in closures[bisect_right(ends, begin) :]:
            if closed_from >= end:
                break
            if at < closed_from:
                yield at, closed_from, offset
            at = max(at, closed_to)
        if at < end:
            yield at, end, offset


def _apart(spans: list[ZonedSpan]) -> list[ZonedSpan]:
    """Return the spans in order, with overlaps given to the earlier one."""
    result: list[ZonedSpan] = []
    at = float("-inf")
    for begin, end, offset in sorted(spans):
        if end > at:
            result.append((max(begin, at), end, offset))
            at = end
    return result


@lru_cache(maxsize=256)
def _offsets(zone: ZoneInfo, first_day: int, last_day: int) -> tuple[ZonedSpan, ...]:
    """Return the stretches of UTC in which the zone keeps one offset from UTC, in seconds."""
    result: list[ZonedSpan] = []
    since = first_day * DAY_SECONDS
    offset = _offset(zone, since)
    for day in range(first_day + 1, last_day + 1):
        at = day * DAY_SECONDS
        following = _offset(zone, at)
        if following != offset:
            change = _change(zone, at - DAY_SECONDS, at, offset)
            result.append((since, change, offset))
            since, offset = change, following
    return (*result, (since, last_day * DAY_SECONDS, offset))


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """Return the second between two instants at which the zone leaves `offset`."""
    return before + bisect_left(range(before, after), True, key=lambda at: _offset(zone, at) != offset)


def local_time(at: float, zone: ZoneInfo) -> datetime:
    """Return an instant with the offset that the zone has then.

    The offset is a fixed one: Python compares times of one zone by the wall clock, which goes back in autumn.
    """
    local = datetime.fromtimestamp(at, zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()), fold=0)


@lru_cache(maxsize=256)
def _fixed(offset: int) -> timezone:
    return timezone(timedelta(seconds=offset))


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return round(offset.total_seconds()) if offset else 0
