"""One question about business time as plain data, and its answer: a line of `deskbot sla compute`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from deskbot.desk.calendars import OfficeEvent, parse_calendar
from deskbot.desk.errors import Invalid
from deskbot.desk.plain_data import nearest
from deskbot.desk.working_time import Pause, Segment, WorkingTime, compile_calendar

FIRST_YEAR, LAST_YEAR = 1971, 2199
MAX_MINUTES = 10_000_000


def compute_line(
    question: Mapping[str, Any], calendars: Mapping[str, WorkingTime], events: Sequence[OfficeEvent] = ()
) -> dict[str, Any]:
    """Answer `{"id", "calendar", "start", "minutes", "pauses"}` with `{"id", "due", "explain"}`.

    `calendar` is a name of `calendars` or a calendar itself, whose .ics files are given in `events`. Raises Invalid
    in a sentence, with the dotted path of the place in `field`.
    """
    start = _instant(question.get("start"), "start")
    working_time = _calendar(question.get("calendar"), calendars, events, start.year)
    pauses = _pauses(question.get("pauses"))
    due = working_time.due(start, _minutes(question.get("minutes")), pauses)
    return {
        "id": question.get("id"),
        "due": due.isoformat() if due else None,
        "explain": [_segment(segment) for segment in working_time.explain(start, due, pauses)],
    }


def _calendar(
    said: object, calendars: Mapping[str, WorkingTime], events: Sequence[OfficeEvent], year: int
) -> WorkingTime:
    if isinstance(said, str):
        if said not in calendars:
            known = nearest(said, calendars) if calendars else "the folder of rules has none"
            raise Invalid(f"there is no calendar '{said}'; {known}", "calendar")
        return calendars[said]
    if not isinstance(said, Mapping):
        raise Invalid("'calendar' is the name of a calendar or a calendar itself", "calendar")
    try:
        return _compiled(json.dumps(said, sort_keys=True, default=str), tuple(events), year)
    except Invalid as invalid:
        field = f"calendar.{invalid.field}" if invalid.field else "calendar"
        raise Invalid(invalid.message, field) from None


@lru_cache(maxsize=512)
def _compiled(text: str, events: tuple[OfficeEvent, ...], year: int) -> WorkingTime:
    """Compile a calendar once for all the lines that repeat it with a start in the same year."""
    return compile_calendar(parse_calendar(json.loads(text), "", events), year, year)


def _instant(said: object, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(f"'{said}' is not an instant; write it with an offset, such as 2026-11-23T09:00:00+00:00", field)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Invalid(f"'{said}' is out of reach; years go from {FIRST_YEAR} to {LAST_YEAR}", field)
    return at


def _minutes(said: object) -> float:
    number = isinstance(said, int | float) and not isinstance(said, bool)
    if not number or not isfinite(said) or not 0 <= said <= MAX_MINUTES:  # type: ignore[arg-type, operator]
        raise Invalid(f"'minutes' is a number from 0 to {MAX_MINUTES}, not '{said}'", "minutes")
    return float(said)  # type: ignore[arg-type]


def _pauses(said: object) -> tuple[Pause, ...]:
    if said is None:
        return ()
    if not isinstance(said, list):
        raise Invalid("'pauses' is a list of [from, to]", "pauses")
    return tuple(_pause(item, f"pauses.{index}") for index, item in enumerate(said))


def _pause(said: object, field: str) -> Pause:
    if not isinstance(said, list) or not 1 <= len(said) <= 2:
        raise Invalid("a pause is [from, to], or [from] while it is still running", field)
    begin = _instant(said[0], f"{field}.0")
    end = _instant(said[1], f"{field}.1") if len(said) == 2 and said[1] is not None else None
    if end is not None and end < begin:
        raise Invalid("a pause cannot end before it begins", f"{field}.1")
    return Pause(begin, end)


def _segment(segment: Segment) -> dict[str, Any]:
    minutes = int(segment.minutes) if segment.minutes == int(segment.minutes) else segment.minutes
    end = segment.end.isoformat() if segment.end else None
    return {"from": segment.begin.isoformat(), "to": end, "minutes": minutes, "why": segment.why}
