"""The employee directory: people, the HR roles they hold, absences, capabilities, and their channel identities."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from deskbot.store.columns import Sealed, data, instant, sealed


class PersonRow(SQLModel, table=True):
    """Somebody in the directory. Pay is sealed; `facts` holds the unknown columns of the import."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    department: str = ""
    manager_id: int | None = Field(default=None, foreign_key="person.id", index=True)
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
    salary: Sealed | None = sealed(nullable=True)
    currency: str = ""
    facts: dict[str, Any] = data()
    created_at: datetime = instant()


class MembershipRow(SQLModel, table=True):
    """A person's place in an HR role: member, lead or deputy."""

    __tablename__ = "membership"

    role: str = Field(primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    kind: str = "member"


class AbsenceRow(SQLModel, table=True):
    """Days, inclusive, on which a person is away."""

    __tablename__ = "absence"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    first: date
    last: date
    deputy_id: int | None = Field(default=None, foreign_key="person.id")


class Capability(SQLModel, table=True):
    """A right that is not an HR role: editor, privacy, admin or auditor."""

    __tablename__ = "capability"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    capability: str = Field(primary_key=True)


class ChannelIdentity(SQLModel, table=True):
    """Who a platform's user is; linked by the platform's immutable id, never by display name."""

    __tablename__ = "channel_identity"
    __table_args__ = (UniqueConstraint("provider", "scope_id", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    scope_id: str
    external_id: str
    person_id: int = Field(foreign_key="person.id", index=True)
    method: str
    address: dict[str, Any] = data()  # what the channel needs to write first: a DM's id, a Teams conversation reference
    verified_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
