"""Whom the demo's sign-in page offers: an employee, a manager, and somebody of every HR role."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from deskbot.desk.roles import Role
from deskbot.store.tables import Capability, MembershipRow, PersonRow

Shown = tuple[str, str, str]  # address, name, and what the person does


def showcase(session: Session, roles: Mapping[str, Role], language: str) -> dict[str, list[Shown]]:
    """Return people to try the desk as, in groups: people of the company, HR by role, and those who run it."""
    return {
        "people": _employees(session),
        "hr": _specialists(session, roles, language),
        "desk": _keepers(session),
    }


def _employees(session: Session) -> list[Shown]:
    in_hr = select(MembershipRow.person_id)
    managers = select(PersonRow.manager_id).where(col(PersonRow.manager_id).is_not(None))
    running = select(Capability.person_id)
    plain = select(PersonRow).where(
        PersonRow.status == "active", col(PersonRow.id).not_in(in_hr), col(PersonRow.id).not_in(running)
    )
    shown: list[Shown] = []
    for country in ("PT", "US"):
        row = session.exec(
            plain.where(PersonRow.country == country, col(PersonRow.id).not_in(managers)).order_by(col(PersonRow.id))
        ).first()
        if row is not None:
            shown.append((row.email, row.name, f"{row.title}, {row.office}"))
    lead = session.exec(plain.where(col(PersonRow.id).in_(managers)).order_by(col(PersonRow.id).desc())).first()
    if lead is not None:
        shown.append((lead.email, lead.name, f"{lead.title}, {lead.office}"))
    return shown


def _specialists(session: Session, roles: Mapping[str, Role], language: str) -> list[Shown]:
    rows = session.exec(
        select(MembershipRow.role, PersonRow.email, PersonRow.name)
        .join(PersonRow, col(PersonRow.id) == MembershipRow.person_id)
        .where(PersonRow.status == "active", MembershipRow.kind != "deputy")
        .order_by(MembershipRow.role, col(MembershipRow.kind).desc(), col(PersonRow.id))
    )
    first: dict[str, Shown] = {}
    for role, email, name in rows:
        title = roles[role].name(language) if role in roles else role
        first.setdefault(role, (email, name, title))
    return sorted(first.values(), key=lambda shown: shown[2])


def _keepers(session: Session) -> list[Shown]:
    rows = session.exec(
        select(Capability.capability, PersonRow.email, PersonRow.name)
        .join(PersonRow, col(PersonRow.id) == Capability.person_id)
        .where(PersonRow.status == "active")
        .order_by(Capability.capability, col(PersonRow.id))
    )
    first: dict[str, Shown] = {}
    for capability, email, name in rows:
        first.setdefault(capability, (email, name, capability))
    return list(first.values())
