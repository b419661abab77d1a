"""People of the directory, the roles they hold, and when they are away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

MembershipKind = Literal["member", "lead", "deputy"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the employee directory. `zone` is the office's time zone, `country` ISO 3166 alpha-2."""

    id: int
    email: str
    name: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    department: str = ""
    manager_id: int | None = None
    manager_email: str = ""
    employer: str = ""
    office: str = ""
    country: str = ""
    zone: str = "UTC"
    contract: str = ""
    hours: float | None = None
    start_date: date | None = None
    end_date: date | None = None
    status: str = "active"
    language: str = "en"
    is_manager: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in an HR role; a deputy takes work only while members are away."""

    role: str
    person_id: int
    kind: MembershipKind = "member"


@dataclass(frozen=True, slots=True)
class Absence:
    """Days (inclusive) on which a person is away; `deputy_id` names a personal stand-in."""

    person_id: int
    first: date
    last: date
    deputy_id: int | None = None
