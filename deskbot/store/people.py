"""Queries about people: who somebody is, what they hold, and which platform user they are."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, func, literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from deskbot.desk.access import Viewer
from deskbot.desk.people import Absence, Membership, MembershipKind, Person
from deskbot.store import prepared
from deskbot.store.tables import AbsenceRow, Capability, ChannelIdentity, MembershipRow, PersonRow


def by_id(session: Session, person_id: int) -> PersonRow | None:
    """Return the person with this id."""
    return session.get(PersonRow, person_id)


def by_email(session: Session, email: str) -> PersonRow | None:
    """Return the person with this work address, whatever its case."""
    return session.exec(select(PersonRow).where(PersonRow.email == email.strip().lower())).first()


_BOSS, _BELOW = aliased(PersonRow), aliased(PersonRow)
_HAS_REPORTS = select(1).where(col(_BELOW.manager_id) == PersonRow.id).exists()
_PERSON_COLUMNS = (
    *(
        col(getattr(PersonRow, key))
        for key in ("id", "email", "name", "given_name", "family_name", "title", "department")
    ),
    col(PersonRow.manager_id),
    func.coalesce(col(_BOSS.email), "").label("manager_email"),
    *(col(getattr(PersonRow, key)) for key in ("employer", "office", "country", "zone", "contract", "hours")),
    *(col(getattr(PersonRow, key)) for key in ("start_date", "end_date", "status", "language")),
    _HAS_REPORTS.label("is_manager"),
    col(PersonRow.facts),
)
_PERSON_FIELDS = (
    *("id", "email", "name", "given_name", "family_name", "title", "department", "manager_id", "manager_email"),
    *("employer", "office", "country", "zone", "contract", "hours", "start_date", "end_date", "status", "language"),
    *("is_manager", "facts"),
)
_KNOWN = (
    select(*_PERSON_COLUMNS)
    .outerjoin(_BOSS, col(_BOSS.id) == col(PersonRow.manager_id))
    .where(col(PersonRow.id) == bindparam("wanted"))
)


def known(session: Session, person_id: int) -> Person | None:
    """Return the directory's view of a person, with the manager's address and whether others report to them."""
    rows = prepared.run(session, _KNOWN, {"wanted": person_id})
    if not rows:
        return None
    told: dict[str, Any] = dict(zip(_PERSON_FIELDS, rows[0], strict=True))
    told["is_manager"] = bool(told["is_manager"])
    told["facts"] = {key: str(value) for key, value in (told["facts"] or {}).items()}
    return Person(**told)


def person(session: Session, row: PersonRow) -> Person:
    """Return the directory's view of a row."""
    assert row.id is not None
    found = known(session, row.id)
    assert found is not None
    return found


def viewer(session: Session, person_id: int) -> Viewer | None:
    """Return who asks, with roles, capabilities and everybody below them in the org tree."""
    row = by_id(session, person_id)
    if row is None:
        return None
    roles = session.exec(select(MembershipRow).where(MembershipRow.person_id == person_id)).all()
    held = session.exec(select(Capability.capability).where(Capability.person_id == person_id)).all()
    someone = person(session, row)
    return Viewer(
        person=someone,
        roles={membership.role: kind_of(membership) for membership in roles},
        capabilities=frozenset(held),
        reports=reports(session, person_id) if someone.is_manager else frozenset(),
    )


def kind_of(row: MembershipRow) -> MembershipKind:
    """Return the kind of a membership as the desk names it."""
    return "lead" if row.kind == "lead" else "deputy" if row.kind == "deputy" else "member"


def reports(session: Session, person_id: int) -> frozenset[int]:
    """Return the ids of all direct and indirect reports."""
    below = (
        select(PersonRow.id, literal(1).label("depth"))
        .where(PersonRow.manager_id == person_id)
        .cte("below", recursive=True)
    )
    deeper = select(PersonRow.id, below.c.depth + 1).where(PersonRow.manager_id == below.c.id, below.c.depth < 20)
    tree = below.union(deeper)
    return frozenset(session.execute(select(tree.c.id)).scalars())


def identity(session: Session, provider: str, scope: str, external: str) -> ChannelIdentity | None:
    """Return the live link of a platform's user to a person."""
    return session.exec(
        select(ChannelIdentity).where(
            ChannelIdentity.provider == provider,
            ChannelIdentity.scope_id == scope,
            ChannelIdentity.external_id == external,
            col(ChannelIdentity.revoked_at).is_(None),
        )
    ).first()


_LINKED = select(col(ChannelIdentity.person_id)).where(
    col(ChannelIdentity.provider) == bindparam("named"),
    col(ChannelIdentity.scope_id) == bindparam("scope"),
    col(ChannelIdentity.external_id) == bindparam("external"),
    col(ChannelIdentity.revoked_at).is_(None),
)


def linked(session: Session, provider: str, scope: str, external: str) -> int | None:
    """Return the id of the person whom a platform's user is linked to."""
    rows = prepared.run(session, _LINKED, {"named": provider, "scope": scope, "external": external})
    return int(rows[0][0]) if rows else None


def link(
    session: Session, provider: str, scope: str, external: str, person_id: int, method: str, now: datetime
) -> ChannelIdentity:
    """Link a platform's user to a person for good; a later change of address does not move the link."""
    row = ChannelIdentity(
        provider=provider, scope_id=scope, external_id=external, person_id=person_id, method=method, verified_at=now
    )
    session.add(row)
    session.flush()
    return row


def active_by_email(session: Session, email: str) -> list[PersonRow]:
    """Return the active people with this work address (one, unless the directory is wrong)."""
    rows = session.exec(select(PersonRow).where(PersonRow.email == email.strip().lower(), PersonRow.status == "active"))
    return list(rows)


_MEMBERS = (
    select(col(MembershipRow.role), col(MembershipRow.person_id), col(MembershipRow.kind))
    .join(PersonRow, col(PersonRow.id) == col(MembershipRow.person_id))
    .where(col(MembershipRow.role) == bindparam("wanted"), col(PersonRow.status) == "active")
    .order_by(col(MembershipRow.person_id))
)
_AWAY = (
    select(col(AbsenceRow.person_id), col(AbsenceRow.first), col(AbsenceRow.last), col(AbsenceRow.deputy_id))
    .join(MembershipRow, col(MembershipRow.person_id) == col(AbsenceRow.person_id))
    .where(
        col(MembershipRow.role) == bindparam("wanted"),
        col(AbsenceRow.first) <= bindparam("on_day", type_=Date),
        col(AbsenceRow.last) >= bindparam("on_day", type_=Date),
    )
    .order_by(col(AbsenceRow.id))
)


def memberships(session: Session, role: str) -> list[Membership]:
    """Return who is in a role, leads and deputies included, people who have left not."""
    return [Membership(*row) for row in prepared.run(session, _MEMBERS, {"wanted": role})]


def absences(session: Session, role: str, on: date) -> list[Absence]:
    """Return the absences of a role's people that hold on a day."""
    return [Absence(*row) for row in prepared.run(session, _AWAY, {"wanted": role, "on_day": on})]


def names(session: Session, people: Iterable[int | None]) -> dict[int, str]:
    """Return the names of these people by id."""
    ids = {one for one in people if one is not None}
    if not ids:
        return {}
    rows = session.exec(select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(ids)))
    return {one: name for one, name in rows if one is not None}
