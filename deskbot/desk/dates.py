"""Dates as people write them in English and Portuguese: `2 March`, `on Tuesday`, `amanhã`, `12/03/2026`."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from deskbot.desk.words import fold, tokens

_MONTHS = (
    "january jan janeiro", "february feb fevereiro fev", "march mar marco", "april apr abril abr", "may maio mai",
    "june jun junho", "july jul julho", "august aug agosto ago", "september sep sept setembro set",
    "october oct outubro out", "november nov novembro", "december dec dezembro dez",
)  # fmt: skip
_WEEKDAYS = (
    "monday mon segunda", "tuesday tue tues terca", "wednesday wed quarta", "thursday thu thur quinta",
    "friday fri sexta", "saturday sat sabado", "sunday sun domingo",
)  # fmt: skip
_RELATIVE = {
    "today": 0, "hoje": 0, "yesterday": -1, "ontem": -1, "anteontem": -2, "tomorrow": 1, "amanha": 1
}  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAY = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
_DIGITS = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|º|o)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SINCE = frozenset({"since", "desde"})
_JOINTS = frozenset({"of", "de", "the", "do"})


def find_dates(text: str, language: str, today: date, *, past: bool = False) -> list[date]:
    """Return the dates that the text speaks of, in its order.

    A weekday or a day without a year is the next one, or with `past` the latest one, seen from `today`. `12/03/2026` is
    the 12th of March in Portuguese; in English a number above 12 must tell which is the day. "Since May" is its 1st.
    """
    written = list(_DIGITS.finditer(text))
    if written:
        return [found for match in written if (found := _from_digits(match, language))]
    words = [fold(token) for token in tokens(text)]
    return list(dict.fromkeys(_from_words(words, today, past)))


def _from_digits(written: re.Match[str], language: str) -> date | None:
    year, month, day, first, second, last = (int(group) if group else 0 for group in written.groups())
    if last:
        year = last
        if first > 12 or language == "pt":
            day, month = first, second
        elif second > 12:
            day, month = second, first
        else:
            return None
    return _date(year, month, day)


def _from_words(words: list[str], today: date, past: bool) -> Iterator[date]:
    for place, word in enumerate(words):
        if word in _MONTH and (found := _around_month(words, place, today, past)):
            yield found
        elif word in _RELATIVE:
            yield today + timedelta(days=_RELATIVE[word])
        elif word in _WEEKDAY and len(word) > 3:
            yield _on_weekday(_WEEKDAY[word], today, past)


def _around_month(words: list[str], place: int, today: date, past: bool) -> date | None:
    before = [word for word in words[max(0, place - 2) : place] if word not in _JOINTS]
    after = [word for word in words[place + 1 : place + 4] if word not in _JOINTS]
    day = _day(before[-1:]) or _day(after[:1]) or (1 if before[-1:] and before[-1] in _SINCE else None)
    if day is None:
        return None
    year = next((int(word) for word in after[:2] if _YEAR.fullmatch(word)), None)
    month = _MONTH[words[place]]
    if year:
        return _date(year, month, day)
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    found = [
        when for year in years if (when := _date(year, month, day)) and ((when <= today) if past else (when >= today))
    ]
    return found[0] if found else None


def _day(words: list[str]) -> int | None:
    match = _DAY.fullmatch(words[0]) if words else None
    return int(match.group(1)) if match else None


def _on_weekday(weekday: int, today: date, past: bool) -> date:
    if past:
        return today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
    return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
