"""Business time: every rule of the count, one by one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deskbot.desk.calendars import OfficeEvent, parse_calendar
from deskbot.desk.errors import Invalid
from deskbot.desk.working_time import Pause, WorkingTime, compile_calendar

WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE: dict[str, Any] = {
    "zone": "Europe/Lisbon",
    "hours": {day: ["09:00-13:00", "14:00-18:00"] for day in WEEK},
    "holidays": {"country": "PT", "subdivision": None},
}


def clock(events: tuple[OfficeEvent, ...] = (), **changes: Any) -> WorkingTime:
    """Return the Lisbon office with changes."""
    return compile_calendar(parse_calendar({**OFFICE, **changes}, "lisbon", events), 2026, 2026)


def at(text: str) -> datetime:
    """Return an instant; one without an offset is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def whys(counting: WorkingTime, start: str, end: str) -> list[tuple[str, str, float]]:
    """Return why, where it ends and what counts, for each segment."""
    return [(s.why, f"{s.end:%d %H:%M}", s.minutes) for s in counting.explain(at(start), at(end))]


def test_a_break_between_windows_does_not_count() -> None:
    assert clock().due(at("2026-11-23T12:00"), 120) == at("2026-11-23T15:00")


def test_due_is_the_instant_the_minutes_are_used_up_not_the_next_opening() -> None:
    assert clock().due(at("2026-11-23T09:00"), 480) == at("2026-11-23T18:00")


def test_no_minutes_are_used_up_at_once_even_at_night() -> None:
    assert clock().due(at("2026-11-22T03:00"), 0) == at("2026-11-22T03:00")


def test_due_carries_the_calendars_offset() -> None:
    due = clock(zone="America/New_York").due(at("2026-11-23T12:00"), 60)
    assert due is not None
    assert due.isoformat() == "2026-11-23T10:00:00-05:00"


def test_a_night_window_ends_on_the_morning_after() -> None:
    night = clock(hours={"fri": ["22:00-06:00"]}, holidays=None)
    assert night.elapsed(at("2026-11-27T00:00"), at("2026-11-30T00:00")) == 480
    assert night.due(at("2026-11-27T12:00"), 180) == at("2026-11-28T01:00")


def test_a_closed_day_leaves_the_night_of_the_day_before_whole() -> None:
    night = clock(hours={day: ["22:00-06:00"] for day in ("thu", "fri")}, holidays=None, closed=["2026-11-27"])
    assert night.elapsed(at("2026-11-26T00:00"), at("2026-11-29T00:00")) == 480
    assert night.due(at("2026-11-26T22:00"), 480) == at("2026-11-27T06:00")


def test_a_special_day_replaces_its_own_windows_and_not_last_nights() -> None:
    night = clock(hours={"thu": ["22:00-06:00"]}, holidays=None, special={"2026-11-27": ["10:00-11:00"]})
    assert night.elapsed(at("2026-11-27T00:00"), at("2026-11-28T00:00")) == 6 * 60 + 60


def test_a_whole_day_is_24_hours() -> None:
    whole = clock(hours={"mon": ["00:00-24:00"]}, holidays=None)
    assert whole.elapsed(at("2026-11-22T00:00"), at("2026-11-25T00:00")) == 24 * 60


def test_windows_that_overlap_count_once() -> None:
    double = clock(hours={"mon": ["22:00-10:00", "09:00-12:00", "11:00-13:00"], "tue": ["09:00-11:00"]}, holidays=None)
    assert double.elapsed(at("2026-11-23T00:00"), at("2026-11-25T00:00")) == (4 + 2 + 11) * 60


def test_a_holiday_of_the_country_does_not_count() -> None:
    assert clock().due(at("2026-11-30T18:00"), 60) == at("2026-12-02T10:00")
    assert whys(clock(), "2026-11-30T17:00", "2026-12-02T10:00") == [
        ("open", "30 18:00", 60),
        ("closed", "01 00:00", 0),
        ("holiday: Restoration of Independence Day", "02 00:00", 0),
        ("closed", "02 09:00", 0),
        ("open", "02 10:00", 60),
    ]


def test_a_holiday_has_its_name_in_the_readers_language() -> None:
    segments = clock().explain(at("2026-11-30T17:00"), at("2026-12-02T10:00"), language="pt")
    assert "Restauração da Independência" in [segment.label for segment in segments]


def test_a_subdivision_has_holidays_of_its_own() -> None:
    scotland = clock(zone="Europe/London", holidays={"country": "GB", "subdivision": "SCT"})
    england = clock(zone="Europe/London", holidays={"country": "GB", "subdivision": "ENG"})
    assert not scotland.is_working_day(date(2026, 11, 30))
    assert england.is_working_day(date(2026, 11, 30))


@pytest.mark.parametrize("closing", [{"closed": ["2026-12-08"]}, {}])
def test_special_hours_go_before_closed_days_and_holidays(closing: dict[str, Any]) -> None:
    half = clock(special={"2026-12-08": ["09:00-12:00"]}, **closing)
    assert half.elapsed(at("2026-12-08T00:00"), at("2026-12-09T00:00")) == 180


def test_special_hours_that_are_empty_close_the_day() -> None:
    assert clock(special={"2026-11-23": []}).due(at("2026-11-23T09:00"), 60) == at("2026-11-24T10:00")


def test_a_closed_day_is_told_as_closed() -> None:
    assert whys(clock(closed=["2026-11-24"]), "2026-11-23T18:00", "2026-11-25T09:00") == [("closed", "25 09:00", 0)]


def test_an_ics_day_closes_the_office_and_gives_its_name() -> None:
    party = OfficeEvent(date(2026, 11, 24), date(2026, 11, 26), "Summer party")
    assert clock((party,)).due(at("2026-11-23T17:00"), 120) == at("2026-11-26T10:00")
    assert ("holiday: Summer party", "26 00:00", 0) in whys(clock((party,)), "2026-11-23T17:00", "2026-11-26T10:00")


def test_an_ics_event_with_times_closes_only_those() -> None:
    meeting = OfficeEvent(at("2026-11-24T10:00"), at("2026-11-24T15:00"), "All hands")
    assert clock((meeting,)).elapsed(at("2026-11-24T00:00"), at("2026-11-25T00:00")) == 60 + 180
    assert ("closed: All hands", "24 15:00", 0) in whys(clock((meeting,)), "2026-11-24T09:00", "2026-11-24T16:00")


def test_an_ics_time_without_a_zone_is_the_calendars_own() -> None:
    meeting = OfficeEvent(datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 12), "All hands")  # noqa: DTZ001
    away = clock((meeting,), zone="America/New_York")
    assert away.elapsed(at("2026-11-24T00:00-05:00"), at("2026-11-25T00:00-05:00")) == 60 + 240


def test_special_hours_go_before_an_ics_event() -> None:
    meeting = OfficeEvent(at("2026-11-24T10:00"), at("2026-11-24T15:00"), "All hands")
    half = clock((meeting,), special={"2026-11-24": ["09:00-12:00"]})
    assert half.elapsed(at("2026-11-24T00:00"), at("2026-11-25T00:00")) == 180


def test_the_repeated_hour_counts_twice() -> None:
    whole = clock(hours={"sun": ["00:00-24:00"]}, holidays=None)
    assert whole.elapsed(at("2026-10-24T12:00"), at("2026-10-26T12:00")) == 25 * 60
    small = clock(hours={"sun": ["01:15-01:45"]}, holidays=None)
    assert small.elapsed(at("2026-10-25T00:00"), at("2026-10-26T00:00")) == 60
    assert small.due(at("2026-10-25T00:00"), 40) == at("2026-10-25T01:25")


def test_the_skipped_hour_does_not_count() -> None:
    whole = clock(hours={"sun": ["00:00-24:00"]}, holidays=None)
    assert whole.elapsed(at("2026-03-28T12:00"), at("2026-03-30T12:00")) == 23 * 60
    lost = clock(hours={"sun": ["01:00-02:00", "02:30-03:00"]}, holidays=None)
    assert lost.due(at("2026-03-29T00:00"), 10) == at("2026-03-29T01:40")


def test_a_due_instant_at_the_change_of_the_clocks_has_the_new_offset() -> None:
    due = clock(hours={"sun": ["00:00-02:00"]}, holidays=None).due(at("2026-03-29T00:00"), 60)
    assert due is not None
    assert due.isoformat() == "2026-03-29T02:00:00+01:00"


def test_half_an_hour_of_summer_time_counts_as_half_an_hour() -> None:
    island = clock(zone="Australia/Lord_Howe", hours={"sun": ["00:00-24:00"]}, holidays=None)
    assert island.elapsed(at("2026-04-04T00:00"), at("2026-04-07T00:00")) == 24.5 * 60
    assert island.elapsed(at("2026-10-03T00:00"), at("2026-10-06T00:00")) == 23.5 * 60


def test_a_start_in_the_repeated_hour_is_the_instant_it_says() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=lisbon)
    whole = clock(hours={"sun": ["00:00-24:00"]}, holidays=None)
    assert whole.elapsed(first, first.replace(fold=1)) == 60
    assert whole.is_open(first.replace(fold=1))


def test_pauses_that_overlap_are_taken_once() -> None:
    pauses = (
        Pause(at("2026-11-23T10:00"), at("2026-11-23T11:00")),
        Pause(at("2026-11-23T10:30"), at("2026-11-23T11:30")),
        Pause(at("2026-11-23T11:30"), at("2026-11-23T11:30")),
        Pause(at("2026-11-22T00:00"), at("2026-11-23T09:10")),
    )
    assert clock().due(at("2026-11-23T09:00"), 120, pauses) == at("2026-11-23T12:40")
    assert clock().elapsed(at("2026-11-23T09:00"), at("2026-11-23T12:40"), pauses) == 120


def test_a_running_pause_has_no_due_instant_and_says_so() -> None:
    pauses = (Pause(at("2026-11-23T10:00"), None),)
    assert clock().due(at("2026-11-23T09:00"), 120, pauses) is None
    segments = clock().explain(at("2026-11-23T09:00"), None, pauses)
    assert [(s.kind, s.minutes) for s in segments] == [("open", 60), ("pause", 0)]
    assert segments[-1].end is None


def test_a_pause_after_the_minutes_are_used_up_changes_nothing() -> None:
    late = (Pause(at("2026-11-23T11:00"), None),)
    assert clock().due(at("2026-11-23T09:00"), 120, late) == at("2026-11-23T11:00")


def test_a_calendar_without_windows_is_never_due_and_says_so() -> None:
    empty = clock(hours={})
    assert empty.due(at("2026-11-23T09:00"), 1) is None
    assert empty.next_opening(at("2026-11-23T09:00")) is None
    (only,) = empty.explain(at("2026-11-23T09:00"), None)
    assert only.why.startswith("closed")
    assert only.end is None


@pytest.mark.parametrize(("day", "due"), [("2031-11-20", "2031-11-20T09:01"), ("2031-11-24", None)])
def test_windows_are_looked_for_five_years_ahead(day: str, due: str | None) -> None:
    rare = clock(hours={}, special={day: ["09:00-10:00"]})
    assert rare.due(at("2026-11-23T12:00"), 1) == (at(due) if due else None)


def test_seconds_count_as_parts_of_a_minute() -> None:
    assert clock().due(at("2026-11-23T12:59:30"), 1.25) == at("2026-11-23T14:00:45")
    assert clock().elapsed(at("2026-11-23T09:00:00.250000"), at("2026-11-23T09:00:30.250000")) == 0.5


def test_microseconds_are_kept() -> None:
    assert clock().due(at("2026-11-23T09:00:00.123457"), 60) == at("2026-11-23T10:00:00.123457")


def test_the_table_grows_to_the_years_it_is_asked_about() -> None:
    counting = clock()
    assert counting.due(at("2040-01-02T09:00"), 60) == at("2040-01-02T10:00")
    assert counting.due(at("2011-01-03T09:00"), 60) == at("2011-01-03T10:00")
    assert counting.elapsed(at("2026-12-31T09:00"), at("2027-01-04T10:00")) == 540


def test_nothing_has_passed_before_the_start() -> None:
    assert clock().elapsed(at("2026-11-23T10:00"), at("2026-11-23T09:00")) == 0


def test_the_next_opening_is_now_inside_a_window() -> None:
    assert clock().next_opening(at("2026-11-23T10:15")) == at("2026-11-23T10:15")
    assert clock().next_opening(at("2026-11-30T18:00")) == at("2026-12-02T09:00")
    assert not clock().is_open(at("2026-11-23T13:00"))


def test_working_days_are_counted_both_ways() -> None:
    assert clock().add_working_days(date(2026, 11, 30), 2) == date(2026, 12, 3)
    assert clock().add_working_days(date(2026, 12, 2), -1) == date(2026, 11, 30)
    assert clock().add_working_days(date(2026, 11, 28), 0) == date(2026, 11, 30)
    with pytest.raises(Invalid, match="no working day"):
        clock(hours={}).add_working_days(date(2026, 11, 30), 1)


def test_the_version_changes_with_what_decides_the_count() -> None:
    assert clock().version == clock(title="Lisbon").version
    assert clock().version != clock(closed=["2026-12-24"]).version


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"zone": "Lisbon"}, "zone", "not a time zone"),
        ({"zone": None}, "zone", "needs 'zone'"),
        ({"hours": {"monday": []}}, "hours.monday", "did you mean 'mon'"),
        ({"hours": {"mon": "09:00-18:00"}}, "hours.mon", "a list"),
        ({"hours": {"mon": ["9-18"]}}, "hours.mon.0", "not a window"),
        ({"hours": {"mon": ["09:00-10:00", "09:00-25:00"]}}, "hours.mon.1", "from 00:00 to 24:00"),
        ({"hours": {"mon": ["24:00-06:00"]}}, "hours.mon.0", "from 00:00 to 24:00"),
        ({"hours": {"mon": ["09:00-09:00"]}}, "hours.mon.0", "whole day"),
        ({"hours": None}, None, "needs 'hours'"),
        ({"holidays": {"country": "Portugal"}}, "holidays.country", "two letters"),
        ({"holidays": {"country": "US", "subdivision": "ZZ"}}, "holidays.subdivision", "not a part of US"),
        ({"holidays": {"subdivision": "NY"}}, "holidays.subdivision", "needs its 'country'"),
        ({"closed": ["24/12/2026"]}, "closed.0", "2026-12-24"),
        ({"closed": "2026-12-24"}, "closed", "list of dates"),
        ({"closed": ["2026-02-30"]}, "closed.0", "not a date"),
        ({"special": {"2026-13-01": []}}, "special.2026-13-01", "not a date"),
        ({"special": {"2026-12-31": ["soon"]}}, "special.2026-12-31.0", "not a window"),
        ({"holiday": {}}, "holiday", "did you mean 'holidays'"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(change: dict[str, Any], field: str | None, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_calendar({**OFFICE, **change}, "lisbon")
    assert says in caught.value.message
    assert (caught.value.field or None) == field


def test_an_ics_event_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid, match="ends before it begins"):
        clock((OfficeEvent(date(2026, 1, 2), date(2026, 1, 1), "Odd"),))
    with pytest.raises(Invalid, match="mixes a date with"):
        clock((OfficeEvent(date(2026, 1, 2), at("2026-01-03T10:00"), "Odd"),))


def test_many_short_windows_add_up() -> None:
    windows = [f"{hour:02}:{minute:02}-{hour:02}:{minute + 1:02}" for hour in range(24) for minute in range(0, 58, 2)]
    counting = clock(hours={"mon": windows}, holidays=None)
    assert counting.elapsed(at("2026-11-23T00:00"), at("2026-11-24T00:00")) == len(windows)
    due = counting.due(at("2026-11-23T00:00"), len(windows))
    assert due == at("2026-11-23T00:00") + timedelta(hours=23, minutes=57)
