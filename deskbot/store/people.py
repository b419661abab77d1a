"""Queries about people: who somebody is, what they hold, and which platform user they are."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import literal
from sqlmodel import Session, col, select

from deskbot.desk.access import Viewer
from deskbot.desk.people import Absence, Membership, MembershipKind, Person
from deskbot.store.tables import AbsenceRow, Capability, ChannelIdentity, MembershipRow, PersonRow


def by_id(session: Session, person_id: int) -> PersonRow | None:
    """Return the person with this id."""
    return session.get(PersonRow, person_id)


def by_email(session: Session, email: str) -> PersonRow | None:
    """Return the person with this work address, whatever its case."""
    return session.exec(select(PersonRow).where(PersonRow.email == email.strip().lower())).first()


def person(session: Session, row: PersonRow) -> Person:
    """Return the directory's view of a row, with the manager's address and whether others report to them."""
    manager = session.get(PersonRow, row.manager_id) if row.manager_id else None
    has_reports = session.exec(select(PersonRow.id).where(PersonRow.manager_id == row.id).limit(1)).first() is not None
    assert row.id is not None
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        given_name=row.given_name,
        family_name=row.family_name,
        title=row.title,
        department=row.department,
        manager_id=row.manager_id,
        manager_email=manager.email if manager else "",
        employer=row.employer,
        office=row.office,
        country=row.country,
        zone=row.zone,
        contract=row.contract,
        hours=row.hours,
        start_date=row.start_date,
        end_date=row.end_date,
        status=row.status,
        language=row.language,
        is_manager=has_reports,
        facts={key: str(value) for key, value in row.facts.items()},
    )


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


def memberships(session: Session, role: str) -> list[Membership]:
    """Return who is in a role, leads and deputies included, people who have left not."""
    rows = session.exec(
        select(MembershipRow)
        .join(PersonRow, col(PersonRow.id) == MembershipRow.person_id)
        .where(MembershipRow.role == role, PersonRow.status == "active")
        .order_by(col(MembershipRow.person_id))
    )
    return [Membership(row.role, row.person_id, kind_of(row)) for row in rows]


def absences(session: Session, people: Iterable[int], on: date) -> list[Absence]:
    """Return the absences of these people that hold on a day."""
    rows = session.exec(
        select(AbsenceRow).where(
            col(AbsenceRow.person_id).in_(list(people)), AbsenceRow.first <= on, AbsenceRow.last >= on
        )
    )
    return [Absence(row.person_id, row.first, row.last, row.deputy_id) for row in rows]


def names(session: Session, people: Iterable[int | None]) -> dict[int, str]:
    """Return the names of these people by id."""
    ids = {one for one in people if one is not None}
    if not ids:
        return {}
    rows = session.exec(select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(ids)))
    return {one: name for one, name in rows if one is not None}
