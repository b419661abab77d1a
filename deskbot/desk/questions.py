"""The questions of a form: how they are drawn, what an answer must look like, and what is known before it is asked."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from deskbot.desk.dates import find_dates
from deskbot.desk.errors import Invalid
from deskbot.desk.messages import FieldKind, FormField
from deskbot.desk.people import Person
from deskbot.desk.texts import say
from deskbot.desk.words import GAP, fold, phrase, same_word, tokens

MAX_TEXT = 500
MAX_LONG_TEXT = 10_000
_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[^@\s,;<>.]{2,}")
_MONEY = re.compile(r"(?:(€|\$|£|[A-Za-z]{3})\s*)?(\d[\d.,\s]*)(?:\s*(€|\$|£|[A-Za-z]{3}))?")
_LARGEST = Decimal(10**12)
_CURRENCY = {"€": "EUR", "$": "USD", "£": "GBP"}
_YES = frozenset({"yes", "y", "true", "on", "1", "sim", "s"})
_NO = frozenset({"no", "n", "false", "off", "0", "nao"})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice; `words` in a message choose it beforehand."""

    value: str
    label: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a request's form, in every language.

    `when` is (field, value): asked only then. `prefill` names what the directory or the message already says. `low` and
    `high` bound numbers and money; `days_before` and `days_after` bound dates around today.
    """

    key: str
    kind: FieldKind
    label: Mapping[str, str]
    required: bool = True
    hint: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    when: tuple[str, str] | None = None
    prefill: str = ""
    low: int | None = None
    high: int | None = None
    days_before: int | None = None
    days_after: int | None = None

    def drawn(self, language: str, value: str = "", error: str = "") -> FormField:
        """Return the field as a channel draws it."""
        return FormField(
            key=self.key,
            kind=self.kind,
            label=in_language(self.label, language),
            required=self.required,
            hint=in_language(self.hint, language),
            options=tuple((option.value, in_language(option.label, language)) for option in self.options),
            value=value,
            when=self.when,
            error=error,
        )


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in the language, English where there is none, nothing where there is no text."""
    return texts.get(language) or texts.get("en", "")


def clean(question: Question, value: str, language: str, today: date) -> str:
    """Return an answer in its one form (ISO dates, `1234.50 EUR`, `yes`); raises Invalid with a sentence for people."""
    try:
        return _CLEANERS[question.kind](question, value.strip(), language, today)
    except _Wrong as wrong:
        label = in_language(question.label, language)
        raise Invalid(say(f"request.error.{wrong.key}", language, label=label, **wrong.values), question.key) from None


class _Wrong(Exception):
    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def _text(question: Question, value: str, language: str, today: date) -> str:
    limit = MAX_LONG_TEXT if question.kind == "long_text" else MAX_TEXT
    if len(value) > limit:
        raise _Wrong("long", limit=limit)
    return value


def _choice(question: Question, value: str, language: str, today: date) -> str:
    for option in question.options:
        if value == option.value or fold(value) in (fold(label) for label in option.label.values()):
            return option.value
    raise _Wrong("choice", options=", ".join(in_language(option.label, language) for option in question.options))


def _date(question: Question, value: str, language: str, today: date) -> str:
    dates = find_dates(value, language, today, past=is_past(question))
    if len(dates) != 1:
        raise _Wrong("date", example=today.isoformat())
    found = dates[0]
    earliest = today - timedelta(days=question.days_before) if question.days_before is not None else None
    latest = today + timedelta(days=question.days_after) if question.days_after is not None else None
    if earliest and found < earliest:
        raise _Wrong("early", earliest=earliest.isoformat())
    if latest and found > latest:
        raise _Wrong("late", latest=latest.isoformat())
    return found.isoformat()


def is_past(question: Question) -> bool:
    """Tell whether a day without its year is more likely gone than to come."""
    return question.days_after is not None and (question.days_before or 0) > question.days_after


def _money(question: Question, value: str, language: str, today: date) -> str:
    match = _MONEY.fullmatch(value)
    amount = _amount(match.group(2)) if match else None
    if match is None or amount is None or amount >= _LARGEST:
        raise _Wrong("money")
    _check_bounds(question, amount)
    currency = match.group(1) or match.group(3) or ""
    return f"{amount:.2f} {_CURRENCY.get(currency, currency.upper())}".strip()


def _amount(text: str) -> Decimal | None:
    """Read `1,234.50`, `1.234,50`, `1 234` alike: the last mark with one or two digits after it is the decimal one."""
    digits = re.sub(r"\s", "", text).rstrip(".,")
    marked = re.fullmatch(r"(.*)[.,](\d{1,2})", digits)
    whole, cents = (marked.group(1), marked.group(2)) if marked else (digits, "0")
    try:
        return Decimal(f"{re.sub('[.,]', '', whole) or '0'}.{cents}")
    except InvalidOperation:
        return None


def _number(question: Question, value: str, language: str, today: date) -> str:
    try:
        number = Decimal(value.replace(",", "."))
    except InvalidOperation:
        raise _Wrong("number") from None
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise _Wrong("number")
    _check_bounds(question, number)
    return format(number.normalize(), "f")


def _check_bounds(question: Question, number: Decimal) -> None:
    if question.low is not None and number < question.low:
        raise _Wrong("low", low=question.low)
    if question.high is not None and number > question.high:
        raise _Wrong("high", high=question.high)


def _email(question: Question, value: str, language: str, today: date) -> str:
    if not _EMAIL.fullmatch(value):
        raise _Wrong(question.kind)
    return value.lower()


def _phone(question: Question, value: str, language: str, today: date) -> str:
    digits = re.sub(r"[\s().-]", "", value)
    if not re.fullmatch(r"\+?\d{6,15}", digits):
        raise _Wrong("phone")
    return digits


def _yes_no(question: Question, value: str, language: str, today: date) -> str:
    said = fold(value)
    if said not in _YES | _NO:
        raise _Wrong("yes_no")
    return "yes" if said in _YES else "no"


def _bank_account(question: Question, value: str, language: str, today: date) -> str:
    """Accept an IBAN (ISO 13616, remainder 97) or a US routing number (ABA checksum) followed by the account number."""
    compact = re.sub(r"[\s-]", "", value).upper()
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact):
        if int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 != 1:
            raise _Wrong("iban")
        return compact
    parts = re.findall(r"\d+", value)
    if len(parts) == 2 and len(parts[0]) == 9 and 4 <= len(parts[1]) <= 17:
        weights = (3, 7, 1) * 3
        if sum(int(digit) * weight for digit, weight in zip(parts[0], weights, strict=True)) % 10:
            raise _Wrong("routing")
        return " ".join(parts)
    raise _Wrong("bank_account")


_Cleaner = Callable[[Question, str, str, date], str]
_CLEANERS: dict[FieldKind, _Cleaner] = {
    "text": _text, "long_text": _text, "choice": _choice, "date": _date, "money": _money, "number": _number,
    "person": _email, "file": _text, "bank_account": _bank_account, "email": _email, "phone": _phone, "yes_no": _yes_no,
}  # fmt: skip


def known(question: Question, person: Person | None, text: str, today: date) -> str:
    """Return what the directory and somebody's words already answer, or nothing.

    Bank accounts are always asked; dates in the words are dealt out by `deal_dates`.
    """
    if question.prefill == "text":
        return text.strip()[: MAX_LONG_TEXT if question.kind == "long_text" else MAX_TEXT]
    if question.prefill == "today":
        return today.isoformat()
    if question.prefill:
        return _of_person(person, question.prefill)
    if question.kind == "choice":
        return _chosen(question, text)
    if question.kind in ("person", "email"):
        found_email = _EMAIL.search(text)
        return found_email.group().lower() if found_email else ""
    return ""


def deal_dates(questions: Sequence[Question], text: str, language: str, today: date) -> dict[str, str]:
    """Return the dates in somebody's words for the date questions that are always asked, first come, first served."""
    open_ones = [q for q in questions if q.kind == "date" and not q.when and not q.prefill]
    dealt: dict[str, str] = {}
    for place, question in enumerate(open_ones):
        found = find_dates(text, language, today, past=is_past(question))
        if place < len(found):
            dealt[question.key] = found[place].isoformat()
    return dealt


def _of_person(person: Person | None, key: str) -> str:
    value = getattr(person, key, None)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _chosen(question: Question, text: str) -> str:
    """Return the one option whose words are in the text; nothing when none or several are."""
    said = tokens(text)
    found = {option.value for option in question.options for term in option.words if _says(said, term)}
    return found.pop() if len(found) == 1 else ""


def _says(said: list[str], term: str) -> bool:
    parts = [part.removeprefix("=") for part in phrase(term) if part != GAP]
    starts = range(len(said) - len(parts) + 1)
    return any(all(same_word(said[start + at], part) for at, part in enumerate(parts)) for start in starts)
