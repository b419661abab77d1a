"""Office closures from `.ics` files, for the calendars that name them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from deskbot.desk.calendars import OfficeEvent
from deskbot.desk.errors import Invalid

_MOST_REPEATS = 400
_REPEAT_YEARS = 20


def events_for(data: object, name: str, texts: Mapping[str, str]) -> list[OfficeEvent]:
    """Return the events of all `.ics` files that a calendar names; `texts` are files by path, `name` is the calendar's.

    Raises Invalid with the dotted path of the mistake.
    """
    listed = data.get("ics") if isinstance(data, Mapping) else None
    names = listed if isinstance(listed, list) else [listed] if listed else []
    found: list[OfficeEvent] = []
    for index, said in enumerate(names):
        path = (PurePosixPath(name).parent / str(said)).as_posix()
        if path not in texts:
            raise Invalid(f"there is no file '{said}' beside this calendar", f"ics.{index}")
        found += read_events(texts[path], f"ics.{index}")
    return found


def read_events(text: str, field: str = "ics") -> list[OfficeEvent]:
    """Return the events of one iCalendar text (RFC 5545), repeats written out. Raises Invalid naming `field`."""
    from icalendar import Calendar

    try:
        events = [event for component in Calendar.from_ical(text, multiple=True) for event in component.walk("VEVENT")]
        return [found for event in events for found in _occurrences(event)]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Invalid(f"the .ics file cannot be read ({error}); export it again", field) from error


def _occurrences(event: Any) -> Iterator[OfficeEvent]:
    begin: date | datetime = event["DTSTART"].dt
    length = _length(event, begin)
    name = str(event.get("SUMMARY", ""))
    for start in _starts(event, begin):
        yield OfficeEvent(start, start + length, name)


def _length(event: Any, begin: date | datetime) -> timedelta:
    if "DTEND" in event:
        end: date | datetime = event["DTEND"].dt
        return end - begin  # type: ignore[operator, unused-ignore]
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return length
    return timedelta() if isinstance(begin, datetime) else timedelta(days=1)


def _starts(event: Any, begin: date | datetime) -> list[date | datetime]:
    if "RRULE" not in event:
        return [begin]
    from dateutil.rrule import rrulestr

    timed = isinstance(begin, datetime)
    zone = begin.tzinfo if isinstance(begin, datetime) else None
    first = begin.replace(tzinfo=None) if isinstance(begin, datetime) else datetime(begin.year, begin.month, begin.day)  # noqa: DTZ001
    rule = event["RRULE"].to_ical().decode()
    limit = first + timedelta(days=366 * _REPEAT_YEARS)
    starts: list[date | datetime] = []
    for start in rrulestr(_without_zone(rule), dtstart=first):
        if start > limit or len(starts) >= _MOST_REPEATS:
            break
        starts.append(start.replace(tzinfo=zone) if timed else start.date())
    return starts


def _without_zone(rule: str) -> str:
    """Drop the zone of UNTIL: the repeats are counted on the wall clock."""
    parts = [part.rstrip("Z") if part.startswith("UNTIL=") else part for part in rule.split(";")]
    return ";".join(parts)
