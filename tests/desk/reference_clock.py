"""Business time counted one minute after the other, as naively as can be: what the desk's clock is compared with.

It shares no code with the clock. It walks the minutes of UTC, asks the zone what the wall clock shows in each, and
looks whether that lies in a window. Windows begin and end on whole minutes and so do changes of offset, so only
starts and pauses divide a minute; there it walks the seconds.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=20_000)
def wall_clock(zone: str, day: int) -> list[tuple[date, int]]:
    """Return what the wall clock shows in each minute of a day of UTC: the date and the minutes after midnight."""
    shown = []
    for quarter in range(96):  # Offsets change on whole quarters of an hour, and so do dates.
        local = datetime.fromtimestamp((day * 96 + quarter) * 900, ZoneInfo(zone))
        shown += [(local.date(), local.hour * 60 + local.minute + minute) for minute in range(15)]
    return shown


@lru_cache(maxsize=200)
def national_holidays(country: str, subdivision: str | None, year: int) -> set[date]:
    """Return the dates of a place's public holidays."""
    return set(holidays.country_holidays(country, subdiv=subdivision, years=year))


def clock_minutes(text: str) -> int:
    """Return the minutes after midnight of a time such as 09:30."""
    return int(text[:2]) * 60 + int(text[3:])


class ReferenceClock:
    """Counts in one calendar, given as in its file."""

    def __init__(self, calendar: dict[str, Any]) -> None:
        self.calendar = calendar
        self.open_minutes: dict[date, set[int]] = {}
        self.open_days: dict[int, list[int]] = {}

    def windows(self, day: date) -> list[str]:
        """Return the windows that start on a day."""
        special = self.calendar.get("special", {})
        if day.isoformat() in special:
            return special[day.isoformat()]
        place = self.calendar.get("holidays")
        if place and day in national_holidays(place["country"], place.get("subdivision"), day.year):
            return []
        if day.isoformat() in self.calendar.get("closed", []):
            return []
        return self.calendar["hours"].get(DAYS[day.weekday()], [])

    def minutes_of(self, day: date) -> set[int]:
        """Return the minutes of a day's wall clock that lie in a window, of its own or of the day before."""
        if day not in self.open_minutes:
            found: set[int] = set()
            for window in self.windows(day):
                start, end = clock_minutes(window[:5]), clock_minutes(window[6:])
                found.update(range(start, end if end > start else 1440))
            for window in self.windows(day - ONE_DAY):
                start, end = clock_minutes(window[:5]), clock_minutes(window[6:])
                if end <= start:
                    found.update(range(end))
            self.open_minutes[day] = found
        return self.open_minutes[day]

    def open_on(self, day: int) -> list[int]:
        """Return the minutes of a day of UTC, counted from 1970, in which the wall clock lies in a window."""
        if day not in self.open_days:
            shown = wall_clock(self.calendar["zone"], day)
            opens = {local_day: self.minutes_of(local_day) for local_day in {shown[0][0], shown[-1][0], shown[720][0]}}
            self.open_days[day] = [
                day * 1440 + index for index, (local_day, minute) in enumerate(shown) if minute in opens[local_day]
            ]
        return self.open_days[day]

    def open_between(self, start: int, end: int) -> Iterator[int]:
        """Yield the open minutes of UTC that two instants touch."""
        for day in range(start // 86_400, end // 86_400 + 1):
            for minute in self.open_on(day):
                if start // 60 <= minute <= end // 60:
                    yield minute

    def seconds_counted(self, minute: int, start: int, end: int, pauses: list[tuple[int, int]]) -> list[int]:
        """Return the seconds of a minute that count between two instants."""
        seconds = range(max(minute * 60, start), min(minute * 60 + 60, end))
        return [second for second in seconds if not any(begin <= second < stop for begin, stop in pauses)]

    def due(self, start: int, seconds: int, pauses: list[tuple[int, int]], days: int) -> int | None:
        """Return the second at which `seconds` are used up, or None when they are not within so many days."""
        if seconds == 0:
            return start
        last = start + days * 86_400
        divided = {edge // 60 for pause in pauses for edge in pause} | {start // 60, last // 60}
        for minute in self.open_between(start, last):
            if minute not in divided:
                if any(begin <= minute * 60 < stop for begin, stop in pauses):
                    continue
                if seconds > 60:
                    seconds -= 60
                    continue
            for second in self.seconds_counted(minute, start, last, pauses):
                seconds -= 1
                if seconds == 0:
                    return second + 1
        return None

    def elapsed(self, start: int, end: int, pauses: list[tuple[int, int]]) -> int:
        """Return the seconds counted between two instants."""
        divided = {edge // 60 for pause in pauses for edge in pause} | {start // 60, end // 60}
        total = 0
        for minute in self.open_between(start, end):
            if minute in divided:
                total += len(self.seconds_counted(minute, start, end, pauses))
            elif not any(begin <= minute * 60 < stop for begin, stop in pauses):
                total += 60
        return total


def seconds_of(at: datetime) -> int:
    """Return an instant in whole seconds since 1970."""
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
