"""Letters: their templates, the facts frozen into one when it is issued, its number and its code."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import format_decimal

from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.letter_text import Block, compose, locale_of, placeholders, printable
from deskbot.desk.messages import FieldKind, FormField
from deskbot.desk.people import Person
from deskbot.desk.plain_data import LANGUAGES, Plain
from deskbot.desk.texts import say

Verdict = Literal["valid", "revoked", "expired", "unknown", "altered"]

KINDS = (
    "employment", "employment-with-salary", "visa", "landlord", "bank", "experience", "salary-certificate", "promotion",
    "leave", "reference", "internship",
)  # fmt: skip
_KEYS = (
    "kind", "type", "language", "title", "description", "validity_days", "salary", "self_service", "fields",
    "translation_of", "owner", "effective", "review",
)  # fmt: skip
_FIELD_KEYS = ("key", "kind", "label", "required", "hint", "options")
_FIELD_KINDS: tuple[FieldKind, ...] = ("text", "long_text", "date", "choice")
_EMPLOYER_KEYS = ("key", "name", "address", "city", "country", "registration", "currency", "phone", "website", "signer")

# What a template may print or ask about. `fields.KEY` comes on top for each of its own fields.
PLACEHOLDERS: Mapping[str, str] = {
    "person.name": "full name",
    "person.given_name": "given name",
    "person.family_name": "family name",
    "person.title": "job title",
    "person.department": "department",
    "person.office": "office",
    "person.contract": "kind of contract",
    "person.hours": "hours a week",
    "person.status": "active, on leave or left",
    "person.start_date": "first day of employment",
    "person.end_date": "last day of employment",
    "employer.name": "legal name",
    "employer.address": "address, several lines",
    "employer.city": "city",
    "employer.country": "ISO country code",
    "employer.registration": "registration number",
    "signer.name": "who signs",
    "signer.title": "the signer's title",
    "letter.number": "number of the letter",
    "letter.date": "day of issue",
    "letter.valid_until": "last day on which it is valid",
}
PAY_PLACEHOLDERS: Mapping[str, str] = {
    "salary.amount": "gross salary for a year",
    "salary.monthly": "gross salary for a month, a twelfth of a year's",
    "salary.currency": "ISO currency code",
}


@dataclass(frozen=True, slots=True)
class Employer:
    """A legal entity that employs people and whose letterhead their letters carry; people name it by `name`.

    `signer_title` is by language.
    """

    key: str
    name: str
    address: tuple[str, ...]
    city: str
    country: str
    registration: str
    currency: str
    signer_name: str
    signer_title: Mapping[str, str]
    phone: str = ""
    website: str = ""

    def signed_as(self, language: str) -> str:
        """Return the signer's title in a language, in English where there is none."""
        return self.signer_title.get(language) or self.signer_title["en"]


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """One type of letter in one language. `version` hashes its file.

    `salary` marks a letter that states pay, `self_service` one that people may issue about themselves: it states
    nothing but what the directory says.
    """

    type: str
    language: str
    title: str
    body: str
    path: str
    version: str
    description: str = ""
    validity_days: int = 90
    salary: bool = False
    self_service: bool = True
    fields: tuple[FormField, ...] = ()
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Letters:
    """Everything needed to write letters: templates by (type, language), and employers by legal name."""

    templates: Mapping[tuple[str, str], LetterTemplate] = field(default_factory=dict)
    employers: Mapping[str, Employer] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, ...]:
        """The types of letter that there are, in alphabetical order."""
        return tuple(sorted({kind for kind, _ in self.templates}))

    def languages(self, kind: str) -> tuple[str, ...]:
        """Return the languages in which there is a letter of this type."""
        return tuple(sorted(language for found, language in self.templates if found == kind))

    def template(self, kind: str, language: str) -> LetterTemplate:
        """Return the template; raise NotFound naming what there is instead."""
        found = self.templates.get((kind, language))
        if found:
            return found
        if languages := self.languages(kind):
            raise NotFound(f"There is no '{kind}' letter in '{language}'; there is one in {', '.join(languages)}.")
        raise NotFound(f"There is no letter of type '{kind}'; there are {', '.join(self.types) or 'none at all'}.")

    def employer(self, person: Person) -> Employer:
        """Return the person's legal employer; raise Invalid when no letterhead of that name is known."""
        found = self.employers.get(person.employer)
        if found is None:
            raise Invalid(f"employers.yaml has no '{person.employer}'; HR must add it first.", "employer")
        return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter ready to be printed: every text is final, and nothing in it is markup."""

    language: str
    region: str
    title: str
    employer: Employer
    blocks: tuple[Block, ...]
    number: str
    code: str
    verify_url: str
    issued_on: date
    place_and_date: str
    labels: Mapping[str, str]


def parse_employers(data: object) -> dict[str, Employer]:
    """Read `employers.yaml` into employers by legal name; raises Invalid with the dotted path of the mistake."""
    plain = Plain(data, "", "employers.yaml")
    plain.allow(("employers",))
    found: dict[str, Employer] = {}
    for entry in plain.inners("employers", "an employer"):
        employer = _employer(entry)
        if employer.name in found:
            raise entry.invalid(f"there are two employers named '{employer.name}'; keep one", "name")
        found[employer.name] = employer
    return found


def _employer(plain: Plain) -> Employer:
    plain.allow(_EMPLOYER_KEYS)
    signer = plain.inner("signer", "a signer")
    signer.allow(("name", "title"))
    address = plain.texts("address")
    if not address:
        raise plain.invalid("an employer needs an address, a list of lines", "address")
    return Employer(
        key=plain.text("key"),
        name=plain.text("name"),
        address=address,
        city=plain.text("city"),
        country=plain.text("country"),
        registration=plain.text("registration"),
        currency=plain.text("currency"),
        signer_name=signer.text("name"),
        signer_title=signer.by_language("title"),
        phone=plain.text("phone", ""),
        website=plain.text("website", ""),
    )


def parse_template(head: object, body: str, path: str, first_line: int = 1) -> LetterTemplate:
    """Read a letter's front matter; `first_line` is the line of the file on which `body` starts."""
    plain = Plain(head, "", "a letter")
    plain.allow(_KEYS)
    whole = f"{sorted(plain.data.items(), key=lambda item: item[0])!r}\n{body}"
    return LetterTemplate(
        type=plain.text("type"),
        language=plain.one_of("language", LANGUAGES, "en"),
        title=plain.text("title"),
        body=body,
        path=path,
        version=hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        description=plain.text("description", ""),
        validity_days=plain.whole("validity_days", 90, low=1, high=3650),
        salary=plain.flag("salary"),
        self_service=plain.flag("self_service", True),
        fields=tuple(_field(data, plain.at("fields")) for data in plain.data.get("fields") or ()),
        first_line=first_line,
    )


def _field(data: object, path: str) -> FormField:
    plain = Plain({"key": data} if isinstance(data, str) else data, path, "a field of a letter")
    plain.allow(_FIELD_KEYS)
    key = plain.text("key")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise plain.invalid(f"'{key}' is no key; use small letters, digits and _", "key")
    kind: Any = plain.one_of("kind", _FIELD_KINDS, "text")
    return FormField(
        key=key,
        kind=kind,
        label=plain.text("label", key.replace("_", " ").capitalize()),
        required=plain.flag("required"),
        hint=plain.text("hint", ""),
        options=tuple((option, option) for option in plain.texts("options")),
    )


def faults_of(template: LetterTemplate) -> list[tuple[int, str]]:
    """Return what is wrong with a template's text as (line of the file, sentence)."""
    allowed = {*PLACEHOLDERS, *(f"fields.{f.key}" for f in template.fields)}
    allowed |= PAY_PLACEHOLDERS.keys() if template.salary else set()
    try:
        used = placeholders(template.body)
    except Invalid as error:
        line = int(error.field) if error.field else 1
        return [(template.first_line + line - 1, error.message)]
    return [
        (template.first_line + line - 1, _unknown(name, template, sorted(allowed)))
        for name, line in used
        if name not in allowed
    ]


def _unknown(name: str, template: LetterTemplate, allowed: list[str]) -> str:
    if name in PAY_PLACEHOLDERS:
        return f"{{{{ {name} }}}} states pay; only a letter with `salary: true` may"
    if name.startswith("fields."):
        key = name.removeprefix("fields.")
        return f"{{{{ {name} }}}} is not one of this letter's fields; list '{key}' under `fields`"
    return f"{{{{ {name} }}}} is not a placeholder; known are {', '.join(allowed)}"


def clean_fields(template: LetterTemplate, values: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to a template's fields as they may be printed; raise Invalid naming the field at fault."""
    for key in values:
        if key not in {f.key for f in template.fields}:
            names = ", ".join(f.key for f in template.fields) or "none"
            raise Invalid(f"The letter has no field '{key}'; its fields are: {names}.", key)
    return {f.key: _clean_field(f, values.get(f.key, "")) for f in template.fields}


def _clean_field(asked: FormField, value: str) -> str:
    text = printable(value, asked.label, 1000 if asked.kind == "long_text" else 100).strip()
    if not text and asked.required:
        raise Invalid(f"“{asked.label}” is needed for this letter.", asked.key)
    if text and asked.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Invalid(f"“{asked.label}” must be a date such as 2026-03-01.", asked.key) from None
    if text and asked.options and text not in {value for value, _ in asked.options}:
        raise Invalid(f"“{asked.label}” must be one of {', '.join(v for v, _ in asked.options)}.", asked.key)
    return text


@dataclass(frozen=True, slots=True)
class Pay:
    """What a person earns in a year before tax."""

    amount: Decimal
    currency: str


def freeze(
    template: LetterTemplate,
    employer: Employer,
    person: Person,
    fields: Mapping[str, str],
    *,
    number: str,
    issued_on: date,
    pay: Pay | None = None,
) -> dict[str, Any]:
    """Return the facts of a letter as plain data, taken from the directory now and never looked up again."""
    locale = locale_of(template.language, employer.country)
    facts: dict[str, Any] = {
        "person": _person_facts(person, locale),
        "employer": {
            "name": employer.name,
            "address": "\n".join(employer.address),
            "city": employer.city,
            "country": employer.country,
            "registration": employer.registration,
        },
        "signer": {"name": employer.signer_name, "title": employer.signed_as(template.language)},
        "letter": {
            "number": number,
            "date": issued_on.isoformat(),
            "valid_until": last_day(template, issued_on).isoformat(),
        },
        "fields": clean_fields(template, fields),
    }
    if template.salary and pay is not None:
        monthly = (pay.amount / 12).quantize(Decimal("0.01"))
        facts["salary"] = {"amount": str(pay.amount), "monthly": str(monthly), "currency": pay.currency}
    return facts


def _person_facts(person: Person, locale: str) -> dict[str, str]:
    texts = {
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "title": person.title,
        "department": person.department,
        "office": person.office,
        "contract": person.contract,
        "hours": format_decimal(person.hours, locale=locale) if person.hours else "",
        "status": person.status,
        "start_date": person.start_date.isoformat() if person.start_date else "",
        "end_date": person.end_date.isoformat() if person.end_date else "",
    }
    return {key: printable(text, f"the directory's {key.replace('_', ' ')}", 200) for key, text in texts.items()}


def last_day(template: LetterTemplate, issued_on: date) -> date:
    """Return the last day on which a letter issued on that day is valid."""
    return issued_on + timedelta(days=template.validity_days)


def sheet(template: LetterTemplate, employer: Employer, facts: Mapping[str, Any], *, code: str, base_url: str) -> Sheet:
    """Return the letter ready to be printed, with its facts put in."""
    locale = locale_of(template.language, employer.country)
    issued_on = date.fromisoformat(facts["letter"]["date"])
    valid_until = format_date(date.fromisoformat(facts["letter"]["valid_until"]), "long", locale=locale)
    currency = facts.get("salary", {}).get("currency", employer.currency)
    language, number = template.language, facts["letter"]["number"]
    return Sheet(
        language=language,
        region=locale.partition("_")[2],
        title=template.title,
        employer=employer,
        blocks=compose(template.body, facts, locale=locale, currency=currency),
        number=number,
        code=code,
        verify_url=verify_url(base_url, code),
        issued_on=issued_on,
        place_and_date=f"{employer.city}, {format_date(issued_on, 'long', locale=locale)}",
        labels={
            "number": say("letter.number", language),
            "code": say("letter.code", language),
            "valid_until": say("letter.valid_until", language, date=valid_until),
            "verify": say("letter.verify", language, host=verify_url(base_url)),
            "qr": say("letter.qr", language),
            "page": say("letter.page", language),
            "registration": say("letter.registration", language, number=employer.registration),
        },
    )


def verify_url(base_url: str, code: str = "") -> str:
    """Return the address at which a letter's code is checked, or the page that asks for one."""
    return f"{base_url.rstrip('/')}/verify{'/' if code else ''}{code}"


def initials(name: str) -> str:
    """Return the initials of a name, such as "A. S." for Ana Sousa; they are all a stranger learns of it."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())


def letter_number(year: int, count: int) -> str:
    """Return the number of the count-th letter of a year, such as L-2026-000123."""
    return f"L-{year}-{count:06d}"


# Crockford's base 32: without I, L, O and U, so that a code can be read out and typed in.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_CODE_LENGTH = 26
CODE_PATTERN = re.compile(rb"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}\b")


def letter_code(randomness: bytes) -> str:
    """Return 16 random bytes as a code of seven groups, such as 3K7M-…-9D."""
    if len(randomness) != 16:
        raise ValueError("A code is made of 16 random bytes.")
    value = int.from_bytes(randomness)
    letters = "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
    return "-".join(letters[at : at + 4] for at in range(0, _CODE_LENGTH, 4))


def read_code(typed: str) -> str | None:
    """Return a code as it was printed from what somebody typed, or None when it cannot be one."""
    letters = re.sub(r"[\s-]", "", typed[:100]).upper().translate(_MISREAD)
    if len(letters) != _CODE_LENGTH or not set(letters) <= set(_ALPHABET):
        return None
    return "-".join(letters[at : at + 4] for at in range(0, _CODE_LENGTH, 4))


def code_hash(code: str) -> str:
    """Return the SHA-256 under which a code is kept; the code itself is only in the letter."""
    return hashlib.sha256(code.encode()).hexdigest()


def code_in(pdf: bytes) -> str | None:
    """Return the code that a letter's file carries in its metadata, or None."""
    found = CODE_PATTERN.search(pdf)
    return found.group().decode() if found else None
