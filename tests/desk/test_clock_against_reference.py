"""The clock equals a minute-by-minute count, over random calendars, zones, both changes of the clocks and pauses."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deskbot.desk.calendars import parse_calendar
from deskbot.desk.working_time import Pause, Segment, WorkingTime, compile_calendar

from .reference_clock import DAYS, ReferenceClock, seconds_of

# A zone, a place with holidays, and days around which its clocks change or its holidays fall.
PLACES = (
    ("Europe/Lisbon", ("PT", None), ("2026-03-29", "2026-10-25", "2026-12-01", "2026-12-31")),
    ("America/New_York", ("US", "NY"), ("2026-03-08", "2026-11-01", "2026-11-26", "2027-01-01")),
    ("Australia/Lord_Howe", ("AU", "NSW"), ("2026-04-05", "2026-10-04", "2026-12-25")),
    ("America/Sao_Paulo", ("BR", "SP"), ("2018-11-04", "2019-02-17", "2018-12-25")),
    ("Asia/Kolkata", ("IN", None), ("2026-01-26", "2026-08-15")),
    ("Africa/Cairo", ("EG", None), ("2026-04-24", "2026-10-29")),
)
REACH_DAYS = 25


@dataclass(frozen=True)
class Case:
    """A calendar and one question about it."""

    calendar: dict[str, Any]
    start: datetime
    seconds: int
    pauses: tuple[Pause, ...]


def random_case(chance: random.Random) -> Case:
    """Return a case that likes the days on which counting is hard."""
    zone, place, days = chance.choice(PLACES)
    around = date.fromisoformat(chance.choice(days)) + timedelta(days=chance.randint(-5, 2))
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) + timedelta(seconds=chance.randrange(86_400))
    if chance.random() < 0.5:
        start = start.replace(second=0)
    nearby = [(around + timedelta(days=offset)).isoformat() for offset in range(-2, 9)]
    calendar: dict[str, Any] = {"zone": zone, "hours": random_week(chance)}
    if chance.random() < 0.6:
        calendar["holidays"] = {"country": place[0], "subdivision": place[1]}
    if chance.random() < 0.5:
        calendar["closed"] = chance.sample(nearby, chance.randint(1, 3))
    if chance.random() < 0.5:
        calendar["special"] = {day: random_day(chance) for day in chance.sample(nearby, chance.randint(1, 3))}
    seconds = chance.choice((0, 1, 60, 90, 3600, chance.randrange(3600), 60 * chance.randrange(3000)))
    pauses = tuple(random_pause(chance, start) for _ in range(chance.choice((0, 0, 1, 2, 4))))
    return Case(calendar, start, seconds, pauses)


def random_week(chance: random.Random) -> dict[str, list[str]]:
    """Return the windows of a week; some days have none."""
    return {day: random_day(chance) for day in DAYS if chance.random() < 0.8}


def random_day(chance: random.Random) -> list[str]:
    """Return the windows of a day: split, over midnight, a whole day, across the changed hours, or none."""
    return chance.choice(
        (
            [],
            ["09:00-13:00", "14:00-18:00"],
            ["00:00-24:00"],
            ["22:00-06:00"],
            ["00:30-02:15"],
            ["01:30-01:45", "23:00-00:00"],
            ["23:30-02:30", "08:00-12:00"],
            [random_window(chance) for _ in range(chance.randint(1, 3))],
        )
    )


def random_window(chance: random.Random) -> str:
    """Return a window with any minutes."""
    start, end = chance.sample(range(1440), 2)
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def random_pause(chance: random.Random, start: datetime) -> Pause:
    """Return a pause around the start; one in ten is still running."""
    begin = start + timedelta(seconds=chance.randrange(-86_400, 5 * 86_400))
    length = chance.choice((0, 1, 60, chance.randrange(7200), chance.randrange(3 * 86_400)))
    return Pause(begin, None if chance.random() < 0.1 else begin + timedelta(seconds=length))


def clock_of(case: Case) -> WorkingTime:
    """Return the compiled calendar of a case."""
    return compile_calendar(parse_calendar(case.calendar, "random"), case.start.year, case.start.year)


def check(case: Case, end: datetime) -> None:
    """Compare due instant, count and explanation with the reference."""
    clock, reference = clock_of(case), ReferenceClock(case.calendar)
    forever = seconds_of(case.start) + 10 * REACH_DAYS * 86_400
    pauses = [(seconds_of(begin), seconds_of(stop) if stop else forever) for begin, stop, _ in case.pauses]
    start = seconds_of(case.start)

    due = clock.due(case.start, case.seconds / 60, case.pauses)
    expected = reference.due(start, case.seconds, pauses, REACH_DAYS)
    if expected is None:
        assert due is None or seconds_of(due) > start + REACH_DAYS * 86_400
    else:
        assert due == datetime.fromtimestamp(expected, UTC)
        assert due.utcoffset() == due.astimezone(clock.zone).utcoffset()
        explained = clock.explain(case.start, due, case.pauses)
        assert_covers(explained, case.start, due)
        assert sum(segment.minutes for segment in explained) == pytest.approx(case.seconds / 60, abs=1e-6)
        for segment in explained:
            assert segment.end is not None
            counted = reference.elapsed(seconds_of(segment.begin), seconds_of(segment.end), pauses)
            assert segment.minutes == pytest.approx(counted / 60, abs=1e-6)
    assert clock.elapsed(case.start, end, case.pauses) == pytest.approx(
        reference.elapsed(start, seconds_of(end), pauses) / 60, abs=1e-6
    )


def assert_covers(segments: tuple[Segment, ...], start: datetime, end: datetime) -> None:
    """Check that the segments run from start to end without a gap and that each says why."""
    at = start
    for segment in segments:
        assert segment.begin == at
        assert segment.end is not None
        assert segment.end > at
        assert segment.why.split(":")[0] in ("open", "closed", "holiday", "pause")
        assert (segment.kind == "open") == (segment.minutes > 0)
        at = segment.end
    assert at == end


def run(seed: int, count: int) -> None:
    """Check so many cases; a failure names its case."""
    chance = random.Random(seed)
    for _ in range(count):
        case = random_case(chance)
        end = case.start + timedelta(seconds=chance.randrange(6 * 86_400))
        try:
            check(case, end)
        except AssertionError as error:
            raise AssertionError(f"{case} until {end}: {error}") from error


def test_three_hundred_random_cases_equal_the_reference() -> None:
    """Due instants, counts and explanations are those of counting minute by minute."""
    run(seed=1, count=300)


@pytest.mark.slow
def test_ten_thousand_random_cases_equal_the_reference() -> None:
    """The same over ten thousand cases."""
    run(seed=2, count=10_000)
