"""Times in words, in the reader's language and time zone: instants, days, what is left and what is past."""

from datetime import UTC, date, datetime
from functools import cache
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import get_day_names, get_month_names

from deskbot.desk.texts import say

_LOCALES = {"en": "en_GB", "pt": "pt_PT"}
SOON_MINUTES = 240  # a due instant nearer than this is shown as "due soon"


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the zone, UTC when the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def _names(language: str, width: Literal["abbreviated", "wide"]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    locale = Locale.parse(_LOCALES.get(language, "en_GB"))
    days = get_day_names(width, "format", locale)
    months = get_month_names(width, "format", locale)
    return tuple(days[n].rstrip(".") for n in range(7)), tuple(months[n].rstrip(".") for n in range(1, 13))


def day(on: date, language: str) -> str:
    """Return a date such as "26 November 2026" or "26 de novembro de 2026"."""
    month = _names(language, "wide")[1][on.month - 1]
    return f"{on.day} de {month} de {on.year}" if language == "pt" else f"{on.day} {month} {on.year}"


def short(at: datetime, language: str, zone: str, now: datetime) -> str:
    """Return an instant as briefly as it stays clear: "14:02" today, "Mon 14:02" this week, "3 Nov" before."""
    local, today = at.astimezone(zone_of(zone)), now.astimezone(zone_of(zone)).date()
    days, months = _names(language, "abbreviated")
    apart = (local.date() - today).days
    if apart == 0:
        return f"{local:%H:%M}"
    if -7 < apart < 7:
        return f"{days[local.weekday()]} {local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {months[local.month - 1]}{year}"


def full(at: datetime, language: str, zone: str) -> str:
    """Return an instant with everything: "Thursday 26 November 2026, 14:00 (Lisbon)"."""
    local = at.astimezone(zone_of(zone))
    weekday = _names(language, "wide")[0][local.weekday()]
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{weekday} {day(local.date(), language)}, {local:%H:%M} ({place})"


def span(minutes: float, language: str) -> str:
    """Return a length of time in its two largest units: "3 d 4 h", "2 h 10 min", "5 min"."""
    whole = max(0, int(minutes))
    days, hours, rest = whole // 1440, whole % 1440 // 60, whole % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"


def left(due: datetime, now: datetime, language: str) -> str:
    """Return how long is left until `due`, or how late it is, in words."""
    minutes = (due - now).total_seconds() / 60
    key = "web.left" if minutes >= 0 else "web.late_by"
    return say(key, language, span=span(ceil(minutes) if minutes >= 0 else -minutes, language))


def urgency(due: datetime, now: datetime) -> str:
    """Return "late", "soon" or "" for a due instant."""
    minutes = (due - now).total_seconds() / 60
    return "late" if minutes < 0 else "soon" if minutes < SOON_MINUTES else ""


def iso(at: datetime) -> str:
    """Return an instant for machines."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
