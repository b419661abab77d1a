"""The policy of `desk.access` as a condition on tickets, for lists and counts; a test holds the two equal."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlmodel import col, select

from deskbot.desk.access import MATRIX, Column, Scope, Viewer, team_roles
from deskbot.store.tables import Party, Ticket


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition "this viewer sees the ticket in full as its handler" (their own requests not included)."""
    return and_(not_(_party(viewer)), or_(false(), *_tiers(viewer, outline=False)))


def known(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition "this viewer may at least know of the ticket as a handler" (outline or more)."""
    return and_(not_(_party(viewer)), or_(false(), *_tiers(viewer, outline=True)))


def own(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition "the viewer asked, or the ticket is about them" (a sealed one only when they asked)."""
    person = viewer.person.id
    about = and_(col(Ticket.subject_id) == person, col(Ticket.tier) < 4)
    return and_(or_(col(Ticket.requester_id) == person, about), not_(_conflicted(viewer)))


def _party(viewer: Viewer) -> ColumnElement[bool]:
    person = viewer.person.id
    subject = and_(col(Ticket.subject_id).is_not(None), col(Ticket.subject_id) == person)
    return or_(col(Ticket.requester_id) == person, subject, _conflicted(viewer))


def _conflicted(viewer: Viewer) -> ColumnElement[bool]:
    mine = select(Party.ticket_id).where(Party.person_id == viewer.person.id, Party.kind == "conflict")
    return col(Ticket.id).in_(mine)


def _tiers(viewer: Viewer, *, outline: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for tier in range(5):
        row = MATRIX[f"case.read.{tier}"]
        for column in viewer.columns & row.keys():
            covered = _covers(row[column], column, viewer, outline)
            if covered is not None:
                conditions.append(and_(col(Ticket.tier) == tier, covered))
    return conditions


def _covers(scope: Scope, column: Column, viewer: Viewer, outline: bool) -> ColumnElement[bool] | None:
    role: Any = col(Ticket.role)
    assignee: Any = col(Ticket.assignee_id)
    if scope == "all" or (scope == "meta" and outline):
        return true()
    if scope == "team":
        return among(role, team_roles(viewer, column))
    if scope == "team_or_unassigned":
        return or_(among(role, team_roles(viewer, column)), assignee.is_(None))
    if scope == "case":
        return _case(viewer)
    return None


def _case(viewer: Viewer) -> ColumnElement[bool]:
    """A sealed case is its handler's and the lead's; while it has no handler, the members of the role take it in."""
    role: Any = col(Ticket.role)
    assignee: Any = col(Ticket.assignee_id)
    led = [role for role, kind in viewer.roles.items() if kind == "lead"]
    joined = [role for role, kind in viewer.roles.items() if kind == "member"]
    handled = and_(among(role, viewer.roles), assignee == viewer.person.id)
    return or_(handled, among(role, led), and_(assignee.is_(None), among(role, joined)))


def among(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Return "the column is one of these", written out, so that a statement can be compiled once for good."""
    return or_(false(), *(column == value for value in sorted(values)))
