"""Queries behind the weekly digest: by index, in plain tuples, and never the whole table."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select, text
from sqlmodel import Session, col
from sqlmodel import select as entities

from deskbot.desk.digest import AGES, Case, Happening
from deskbot.store.tables import Answered, Digest, Event, Ticket

_CHUNK = 500
# Literals, because SQLite proves that a partial index applies only where the condition is written out.
_LIVE = {"sqlite": text("live = 1"), "postgresql": text("live")}
_RESTRICTED: ColumnElement[bool] = col(Ticket.tier) >= literal_column("3")
# Without a type, so that the driver's own values come back: thousands of rows, each converted only as far as needed.
_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    literal_column(f"ticket.{name}")
    for name in (
        "ref", "role", "tier", "opened_at", "assignee_id", "request_type", "tags", "first_response_at", "resolved_at",
        "first_response_due", "resolution_due", "csat", "id", "sla_policy", "calendar", "priority",
    )
)  # fmt: skip
_BY_TICKET = (col(Event.ticket_id), col(Event.seq))


def _live(session: Session) -> Any:
    return _LIVE[session.get_bind().dialect.name]


def _of_role(role: str) -> list[ColumnElement[bool]]:
    return [col(Ticket.role) == role] if role else []


def opened(session: Session, start: datetime, end: datetime, role: str) -> list[Case]:
    """Return the tickets opened from `start` up to `end`."""
    return _rows(session, col(Ticket.opened_at) >= start, col(Ticket.opened_at) < end, *_of_role(role))


def resolved(session: Session, start: datetime, end: datetime, role: str) -> list[Case]:
    """Return the tickets last resolved from `start` up to `end`."""
    return _rows(session, col(Ticket.resolved_at) >= start, col(Ticket.resolved_at) < end, *_of_role(role))


def overdue(session: Session, start: datetime, end: datetime, role: str) -> list[Case]:
    """Return the tickets with a target that ran out unmet from `start` up to `end`.

    Such a ticket was not resolved before `start`: it is still open, or was resolved since.
    """
    missed = or_(
        _missed(col(Ticket.first_response_due), col(Ticket.first_response_at), start, end),
        _missed(col(Ticket.resolution_due), col(Ticket.resolved_at), start, end),
    )
    still_open = _rows(session, _live(session), col(Ticket.resolved_at).is_(None), missed, *_of_role(role))
    since = _rows(session, col(Ticket.resolved_at) >= start, missed, *_of_role(role))
    return [*still_open, *since]


def _missed(due: Any, met_at: Any, start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(due >= start, due < end, or_(met_at.is_(None), met_at > due))


def _rows(session: Session, *conditions: Any) -> list[Case]:
    found = session.connection().execute(select(*_COLUMNS).select_from(Ticket).where(*conditions)).all()
    return [
        Case(
            ref, role, tier, _at(opened), assignee, kind, _tags(tags), _maybe(answered), _maybe(resolved), _maybe(due),
            _maybe(resolution_due), None, None, csat, number, policy, calendar, priority,
        )
        for ref, role, tier, opened, assignee, kind, tags, answered, resolved, due, resolution_due, csat, number,
        policy, calendar, priority in found
    ]  # fmt: skip


def _at(value: Any) -> datetime:
    """Return an instant as the driver gave it: text without a zone on SQLite, an aware time on PostgreSQL."""
    return datetime.fromisoformat(value + "+00:00") if isinstance(value, str) else value.astimezone(UTC)


def _maybe(value: Any) -> datetime | None:
    return None if value is None else _at(value)


def _tags(value: Any) -> tuple[str, ...]:
    return _parsed(value) if isinstance(value, str) else tuple(value)


@lru_cache(maxsize=1000)
def _parsed(value: str) -> tuple[str, ...]:
    return tuple(json.loads(value))


def numbered(session: Session, ids: Iterable[int]) -> list[Case]:
    """Return the tickets with these ids."""
    wanted = sorted(ids)
    chunks = (wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK))
    return [row for chunk in chunks for row in _rows(session, col(Ticket.id).in_(chunk))]


def touched(session: Session, after: datetime) -> set[int]:
    """Return the tickets to which something happened at an instant or after it."""
    return set(session.execute(select(col(Event.ticket_id)).where(col(Event.at) >= after).distinct()).scalars())


def histories(session: Session, ids: Iterable[int], until: datetime) -> dict[int, list[Happening]]:
    """Return what happened to these tickets before an instant, in order."""
    found: dict[int, list[Happening]] = {}
    wanted = sorted(ids)
    for at in range(0, len(wanted), _CHUNK):
        mine = col(Event.ticket_id).in_(wanted[at : at + _CHUNK])
        rows = select(col(Event.ticket_id), col(Event.at), col(Event.kind), col(Event.data))
        for row in session.execute(rows.where(mine, col(Event.at) < until).order_by(*_BY_TICKET)):
            found.setdefault(row[0], []).append(Happening(row[1], row[2], row[3]))
    return found


def backlog(session: Session, at: datetime, role: str) -> list[tuple[str, bool, int, int | None, int]]:
    """Return the open tickets as (role, restricted, age bucket, assignee, count), as the rows have them now."""
    limits = [(col(Ticket.opened_at) >= at - timedelta(days=days), index) for index, days in enumerate(AGES)]
    bucket = case(*limits, else_=len(AGES))
    # Who carries it is asked in a role's digest only; without people there are few groups.
    assignee = col(Ticket.assignee_id) if role else literal_column("NULL")
    keys = (col(Ticket.role), _RESTRICTED, bucket, assignee)
    rows: Select[Any] = (
        select(*keys, func.count())
        .where(_live(session), col(Ticket.resolved_at).is_(None), col(Ticket.opened_at) < at, *_of_role(role))
        .group_by(*(keys if role else keys[:3]))
    )
    return [(r[0], bool(r[1]), r[2], r[3], r[4]) for r in session.execute(rows)]


def counts(
    session: Session, start: datetime, end: datetime, apart: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many tickets were opened, and how many resolved, from `start` up to `end`.

    The roles in `apart` are counted each for itself, all others together under "".
    """
    return _counted(session, col(Ticket.opened_at), start, end, apart), _counted(
        session, col(Ticket.resolved_at), start, end, apart
    )


def _counted(session: Session, at: Any, start: datetime, end: datetime, apart: Collection[str]) -> dict[str, int]:
    """Count by the index alone: one number for all roles, then the few roles that are told apart."""
    role, connection = col(Ticket.role), session.connection()
    within = (at >= start, at < end)
    found = {
        name: connection.execute(select(func.count()).where(*within, role == name)).scalar_one()
        for name in sorted(apart)
    }
    whole = connection.execute(select(func.count()).select_from(Ticket).where(*within)).scalar_one()
    return {**found, "": whole - sum(found.values())}


def asked(session: Session, start: datetime, end: datetime) -> list[tuple[str, str | None, str | None, Any, int]]:
    """Return the questions of a time as (decision, reason, section, helpful, count)."""
    keys = (col(Answered.decision), col(Answered.reason), col(Answered.section), col(Answered.helpful))
    rows = session.execute(
        select(*keys, func.count()).where(col(Answered.at) >= start, col(Answered.at) < end).group_by(*keys)
    )
    return [(r[0], r[1], r[2], r[3], r[4]) for r in rows]


def kept(session: Session, role: str, week: str) -> Digest | None:
    """Return the digest that was stored for a role and week."""
    return session.exec(entities(Digest).where(Digest.role == role, Digest.week == week)).first()


def weeks(session: Session, role: str, limit: int = 53) -> list[str]:
    """Return the weeks that have a stored digest of the role, the newest first."""
    rows = entities(Digest.week).where(Digest.role == role).order_by(col(Digest.week).desc()).limit(limit)
    return list(session.exec(rows))
