"""What a business calendar says: the weekly windows, the days off, and the reading of both from plain data."""

import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from types import ModuleType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from deskbot.desk.errors import Invalid
from deskbot.desk.plain_data import Plain

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("zone", "hours", "holidays", "closed", "special", "ics", "title", "owner")
DAY_MINUTES = 24 * 60

_WINDOW = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")

# The library would take any name that it exports; codes of ISO 3166 are all that is meant.
_COUNTRY = re.compile(r"[A-Z]{2,3}")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A span of the wall clock in minutes after midnight of the day it starts on; over midnight `end` is above 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OfficeEvent:
    """A closure read from an .ics file, as iCalendar has it: dates for whole days, instants for a part; `end` excluded.

    An instant without a zone is meant in the calendar's own.
    """

    begin: date | datetime
    end: date | datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class DayOff:
    """Why a day that would be worked is not: a public holiday, or the office's own closing; `name` may be empty."""

    kind: Literal["holiday", "closed"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A calendar as written: `hours` has seven days from Monday; `ics` names files beside the calendar's own."""

    name: str
    zone: ZoneInfo
    hours: tuple[tuple[Window, ...], ...]
    country: str | None = None
    subdivision: str | None = None
    closed: frozenset[date] = frozenset()
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    ics: tuple[str, ...] = ()
    events: tuple[OfficeEvent, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    @property
    def version(self) -> str:
        """A short hash of everything that decides the count, the release of the holiday tables included."""
        parts = (
            self.zone.key, self.hours, self.country, self.subdivision, sorted(self.closed),
            sorted(self.special.items()), [(str(event.begin), str(event.end)) for event in self.events],
            holiday_tables_release() if self.country else "",
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    def day_off(self, day: date, language: str = "en") -> DayOff | None:
        """Return why `day` is off, or None when its windows count; `special` goes before holidays and `closed`."""
        if day in self.special:
            return None
        if self.country:
            name = public_holidays(self.country, self.subdivision, day.year, language).get(day)
            if name is not None:
                return DayOff("holiday", name)
        for event in self.events:
            if not isinstance(event.begin, datetime) and event.begin <= day < event.end:
                return DayOff("holiday", event.name)
        return DayOff("closed") if day in self.closed else None

    def windows(self, day: date) -> tuple[Window, ...]:
        """Return the windows that start on `day`."""
        special = self.special.get(day)
        if special is not None:
            return special
        return () if self.day_off(day) else self.hours[day.weekday()]

    def closures(self) -> tuple[tuple[datetime, datetime, str], ...]:
        """Return the timed events as aware spans; they close what they cover of windows that are not special."""
        return tuple(
            (self._aware(event.begin), self._aware(event.end), event.name)
            for event in self.events
            if isinstance(event.begin, datetime) and isinstance(event.end, datetime)
        )

    def _aware(self, at: datetime) -> datetime:
        return at if at.tzinfo else at.replace(tzinfo=self.zone)


def parse_calendar(data: object, name: str = "", ics_events: Iterable[OfficeEvent] = ()) -> CalendarSpec:
    """Read a calendar from plain data; raise Invalid with the dotted path of the first mistake in `field`."""
    plain = Plain(data, "", "a calendar")
    plain.allow(KEYS)
    country, subdivision = _place(plain)
    events = tuple(ics_events)
    for event in events:
        _check_event(event)
    return CalendarSpec(
        name=name,
        zone=_zone(plain),
        hours=_hours(plain),
        country=country,
        subdivision=subdivision,
        closed=frozenset(_day(text, f"closed.{index}") for index, text in enumerate(_items(plain, "closed"))),
        special=_special(plain),
        ics=plain.texts("ics"),
        events=events,
        title=plain.by_language("title", required=False),
        owner=plain.text("owner", ""),
    )


def _zone(plain: Plain) -> ZoneInfo:
    key = plain.text("zone")
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        raise plain.invalid(f"'{key}' is not a time zone; write a name such as Europe/Lisbon", "zone") from None


def _hours(plain: Plain) -> tuple[tuple[Window, ...], ...]:
    if "hours" not in plain:
        raise plain.invalid("a calendar needs 'hours', such as {mon: [\"09:00-18:00\"]}")
    hours = plain.inner("hours", "'hours'")
    hours.allow(WEEKDAYS)
    return tuple(_windows(hours.data.get(day), hours.at(day)) for day in WEEKDAYS)


def _special(plain: Plain) -> dict[date, tuple[Window, ...]]:
    special = plain.inner("special", "'special'")
    days = ((key, value, special.at(str(key))) for key, value in special.data.items())
    return {_day(key, path): _windows(value, path) for key, value, path in days}


def _windows(value: object, path: str) -> tuple[Window, ...]:
    """Read a list of windows; nothing means that the day is closed."""
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Invalid('windows are a list, such as ["09:00-13:00", "14:00-18:00"]', path)
    return tuple(sorted(_window(item, f"{path}.{index}") for index, item in enumerate(value)))


def _window(value: object, path: str) -> Window:
    found = _WINDOW.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise Invalid(f"'{value}' is not a window; write 09:00-18:00, or 22:00-06:00 for a night", path)
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if minutes > 59 or end_minutes > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        raise Invalid(f"'{value}' is not a window of a day; times go from 00:00 to 24:00", path)
    if start == end:
        raise Invalid(f"'{value}' is empty; write 00:00-24:00 for a whole day, or leave the list empty for none", path)
    return Window(start, end if end > start else end + DAY_MINUTES)


def _items(plain: Plain, key: str) -> Sequence[object]:
    value = plain.data.get(key)
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise plain.invalid(f"'{key}' is a list of dates, such as [2026-12-24]", key)
    return value


def _day(value: object, path: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == len("2026-12-24"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Invalid(f"'{value}' is not a date; write it as 2026-12-24", path)


def _place(plain: Plain) -> tuple[str | None, str | None]:
    holidays = plain.inner("holidays", "'holidays'")
    holidays.allow(("country", "subdivision"))
    country, subdivision = holidays.text("country", "") or None, holidays.text("subdivision", "") or None
    if country is None:
        if subdivision:
            raise holidays.invalid("a 'subdivision' needs its 'country', such as PT", "subdivision")
        return None, None
    if not _COUNTRY.fullmatch(country) or not _known_place(country, None):
        message = f"there is no table of holidays for the country '{country}'; write its two letters, such as PT"
        raise holidays.invalid(message, "country")
    if subdivision and not _known_place(country, subdivision):
        message = f"'{subdivision}' is not a part of {country} in the table of holidays; leave it out for all of it"
        raise holidays.invalid(message, "subdivision")
    return country, subdivision


def _known_place(country: str, subdivision: str | None) -> bool:
    try:
        public_holidays(country, subdivision, 2026)
    except NotImplementedError:
        return False
    return True


def _check_event(event: OfficeEvent) -> None:
    kinds = {_kind_of_time(event.begin), _kind_of_time(event.end)}
    if len(kinds) > 1:
        raise Invalid(f"the event '{event.name}' mixes {' with '.join(sorted(kinds))}", "ics")
    if event.end < event.begin:
        raise Invalid(f"the event '{event.name}' ends before it begins", "ics")


def _kind_of_time(at: date | datetime) -> str:
    if not isinstance(at, datetime):
        return "a date"
    return "a time with a zone" if at.tzinfo else "a time without a zone"


@lru_cache(maxsize=4096)
def public_holidays(country: str, subdivision: str | None, year: int, language: str = "en") -> Mapping[date, str]:
    """Return the public holidays of a year and place by date, named in `language` where the table has it.

    The dates are those of the `holidays` library's public category, observed days included. NotImplementedError when
    the library does not know the place.
    """
    holidays = _tables()
    offered = holidays.country_holidays(country, subdiv=subdivision).supported_languages or ()
    wanted = {"en": ("en_US", "en_GB"), "pt": ("pt_PT", "pt_BR")}.get(language, (language,))
    spoken = next((code for code in (*wanted, "en_US") if code in offered), None)
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language=spoken))


@lru_cache(maxsize=1)
def _tables() -> Any:
    """Load the library when a calendar first names a country, and of its 250 countries only those asked for."""
    import holidays

    if "holidays.countries" not in sys.modules:
        # Importing any one country would run the package's own list of all: half a second and 13 MB.
        countries = ModuleType("holidays.countries")
        countries.__path__ = [f"{folder}/countries" for folder in holidays.__path__]
        sys.modules[countries.__name__] = countries
    return holidays


@lru_cache(maxsize=1)
def holiday_tables_release() -> str:
    """Return the release of the library whose tables of holidays are in use."""
    return version("holidays")
