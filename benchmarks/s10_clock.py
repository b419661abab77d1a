"""S10: business minutes between two instants, and the instant at which minutes are used up."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time_ns
from zoneinfo import ZoneInfo

from deskbot.desk.calendars import CalendarSpec, parse_calendar
from deskbot.desk.open_spans import open_spans
from deskbot.desk.working_time import Pause, WorkingTime, compile_calendar

ZONES = ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
WEEK = ("mon", "tue", "wed", "thu", "fri")
MINUTES = 40 * 60
ROUNDS, REPEATS = 25, 2_000


def run() -> list[dict[str, object]]:
    """Return the rows of S10; times are CPU microseconds, the least of several rounds."""
    clocks = [compile_calendar(_calendar(zone), 2025, 2027) for zone in ZONES]
    start = datetime(2026, 11, 25, 16, 20, 30, tzinfo=UTC)
    end, waited = start + timedelta(days=15), start + timedelta(days=6)
    pauses = (Pause(waited, waited + timedelta(hours=29)),)
    peer = _best(lambda: _day_by_day(clocks[0], start, end), repeats=40)
    elapsed = _mean([_best(lambda clock=clock: clock.elapsed(start, end, pauses)) for clock in clocks])
    due = _mean([_best(lambda clock=clock: clock.due(start, MINUTES)) for clock in clocks])
    paused = _mean([_best(lambda clock=clock: clock.due(start, MINUTES, pauses)) for clock in clocks])
    counted, reached = _bare(clocks[0].spec, start, end)
    return [
        _row("elapsed, holidays and a pause, four zones", elapsed, 4, 2, "day by day in plain Python, no pause", peer),
        _row(
            "elapsed, holidays and a pause, four zones",
            elapsed,
            4,
            2,
            "prefix sums and bisect alone, no pause",
            counted,
        ),
        _row("due instant, holidays, four zones", due, 2.5, 1, "prefix sums and bisect alone", reached),
        _row("due instant with a pause", paused, None, None, "prefix sums and bisect alone, no pause", reached),
        _row("compile a calendar of three years (milliseconds)", _compiling(), None, None, "", None, "ms"),
    ]


def _calendar(zone: str) -> CalendarSpec:
    hours = {day: ["09:00-13:00", "14:00-18:00"] for day in WEEK}
    return parse_calendar({"zone": zone, "hours": hours, "holidays": {"country": "US", "subdivision": "NY"}}, zone)


def _row(
    what: str, value: float, must: float | None, stretch: float | None, reference: str, figure: float | None,
    unit: str = "µs",
) -> dict[str, object]:  # fmt: skip
    return {
        "bar": "S10", "what": what, "value": value, "unit": unit, "must": must, "stretch": stretch,
        "reference": reference, "reference_value": figure,
    }  # fmt: skip


def _best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the CPU microseconds of one call, the least of many rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        began = process_time_ns()
        for _ in range(repeats):
            work()
        least = min(least, (process_time_ns() - began) / repeats / 1_000)
    return least


def _mean(figures: list[float]) -> float:
    return sum(figures) / len(figures)


def _day_by_day(clock: WorkingTime, start: datetime, end: datetime) -> float:
    """Count as most desks do: look at each day's windows, from start to end."""
    zone: ZoneInfo = clock.zone
    day, total = start.astimezone(zone).date(), 0.0
    while day <= end.astimezone(zone).date():
        for window in clock.spec.windows(day):
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            opens = (midnight + timedelta(minutes=window.start)).astimezone(UTC)
            closes = (midnight + timedelta(minutes=window.end)).astimezone(UTC)
            total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds() / 60)
        day += timedelta(days=1)
    return total


def _bare(spec: CalendarSpec, start: datetime, end: datetime) -> tuple[float, float]:
    """Return the limit: numbers in, numbers out, two searches and a sum for elapsed, two searches for due."""
    spans = open_spans(spec, 2025, 2027)
    begins, ends, through = spans.begins, spans.ends, spans.through
    first, last = start.timestamp(), end.timestamp()

    def total(at: float) -> float:
        index = bisect_right(begins, at) - 1
        return through[index] - max(0.0, ends[index] - at)

    def reached() -> float:
        target = total(first) + MINUTES * 60
        index = bisect_left(through, target)
        return ends[index] - (through[index] - target)

    return _best(lambda: total(last) - total(first)), _best(reached)


def _compiling() -> float:
    spec = _calendar(ZONES[0])
    return _best(lambda: open_spans(spec, 2025, 2027), repeats=3) / 1_000


if __name__ == "__main__":
    for row in run():
        print(row)
