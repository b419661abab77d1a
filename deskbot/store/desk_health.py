"""How the desk itself is doing: counts and names only, no text of any ticket."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, true
from sqlmodel import Session, col, select

from deskbot.store.tables import Inbox, JobRun, MembershipRow, Outbox, PersonRow


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages on their way: waiting to be worked, waiting to be sent, and those an operator must look at."""

    coming: int
    going: int
    stuck: int
    oldest: datetime | None


def traffic(session: Session) -> Traffic:
    """Return what is on its way."""
    coming = session.exec(select(func.count()).select_from(Inbox).where(col(Inbox.pending) == true())).one()
    going = session.exec(select(func.count()).select_from(Outbox).where(col(Outbox.live) == true())).one()
    stuck = session.exec(
        select(func.count()).select_from(Outbox).where(col(Outbox.state).in_(["failed", "parked"]))
    ).one()
    oldest = session.exec(select(func.min(Inbox.received_at)).where(col(Inbox.pending) == true())).one()
    return Traffic(coming, going, stuck, oldest)


def last_runs(session: Session) -> list[JobRun]:
    """Return the latest run of every job."""
    latest = select(func.max(JobRun.id)).group_by(col(JobRun.job))
    return list(session.exec(select(JobRun).where(col(JobRun.id).in_(latest)).order_by(col(JobRun.job))))


def members(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return who is in each role, as (name, kind)."""
    rows = session.exec(
        select(MembershipRow.role, PersonRow.name, MembershipRow.kind)
        .join(PersonRow, col(PersonRow.id) == MembershipRow.person_id)
        .where(PersonRow.status == "active")
        .order_by(MembershipRow.role, PersonRow.name)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for role, name, kind in rows:
        found.setdefault(role, []).append((name, kind))
    return found
