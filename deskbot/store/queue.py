"""The queue's lists and counts: live tickets a viewer may know of, filtered, sorted, and paged by key.

Conditions on `live` are literal, because with a bound value SQLite cannot prove that a partial index applies. Counts
stop at a hundred: they say where work waits, and cost the same with ten tickets as with a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, true, tuple_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from deskbot.desk.access import Grant, TicketFacts, Viewer, reads
from deskbot.store import rights, search
from deskbot.store.columns import Instant
from deskbot.store.sealing import Sealer
from deskbot.store.tables import PersonRow, Ticket

PAGE = 50
COUNTED = 100
SOON = timedelta(hours=4)

View = Literal["all", "mine", "unassigned", "overdue", "soon"]
Sort = Literal["due", "newest", "oldest", "updated", "priority"]
VIEWS: tuple[View, ...] = ("mine", "unassigned", "overdue", "soon", "all")
SORTS: tuple[Sort, ...] = ("due", "newest", "oldest", "updated", "priority")


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; an empty text means "any". `state` "" is everything that is not resolved or closed."""

    view: View = "all"
    role: str = ""
    state: str = ""
    priority: str = ""
    tier: int | None = None
    request_type: str = ""
    text: str = ""
    sort: Sort = "due"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue. `title` and `requester` are empty where the viewer gets the outline alone."""

    id: int
    ref: str
    title: str
    requester: str
    role: str
    assignee_id: int | None
    assignee: str
    state: str
    priority: str
    tier: int
    request_type: str | None
    due: datetime | None
    paused: bool
    opened_at: datetime
    updated_at: datetime
    outline: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of rows; `after` is the key to ask the next page with, "" on the last."""

    rows: tuple[QueueRow, ...]
    after: str


_REQUESTER, _ASSIGNEE = aliased(PersonRow), aliased(PersonRow)
_COLUMNS: tuple[Any, ...] = (
    col(Ticket.id),
    col(Ticket.ref),
    col(Ticket.title),
    col(Ticket.requester_id),
    col(_REQUESTER.name),
    col(Ticket.subject_id),
    col(Ticket.role),
    col(Ticket.assignee_id),
    col(_ASSIGNEE.name),
    col(Ticket.state),
    col(Ticket.priority),
    col(Ticket.tier),
    col(Ticket.request_type),
    col(Ticket.next_due),
    col(Ticket.paused_at),
    col(Ticket.opened_at),
    col(Ticket.updated_at),
)
_RANK = case({"urgent": 0, "high": 1, "normal": 2}, value=col(Ticket.priority), else_=3)


def page(
    session: Session, sealer: Sealer, viewer: Viewer, filters: Filters, now: datetime, after: str = "", size: int = PAGE
) -> QueuePage:
    """Return a page of the queue; `after` is what the page before gave."""
    conditions = _conditions(session, viewer, filters, now)
    found: list[Any] = []
    for part in _parts(filters, after):
        statement = part.where(*conditions).limit(size + 1 - len(found))
        found.extend(session.execute(statement).all())
        if len(found) > size:
            break
    rows = tuple(_row(session, sealer, viewer, values) for values in found[:size])
    return QueuePage(rows, _key(filters.sort, rows[-1]) if len(found) > size else "")


def counts(session: Session, viewer: Viewer, filters: Filters, now: datetime) -> dict[View, int]:
    """Return how many tickets each view holds under the filter's role, up to a hundred."""
    found: dict[View, int] = {}
    for view in VIEWS:
        shown = Filters(view=view, role=filters.role)
        inner = select(col(Ticket.id)).where(*_conditions(session, viewer, shown, now)).limit(COUNTED).subquery()
        found[view] = session.execute(select(func.count()).select_from(inner)).scalar_one()
    return found


# --- Conditions -----------------------------------------------------------------------------------------------------


def _conditions(session: Session, viewer: Viewer, filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [*_state(filters), rights.known(viewer), *_view(viewer, filters.view, now)]
    roles = _only_roles(viewer)
    if filters.role:
        conditions.append(col(Ticket.role) == filters.role)
    elif roles is not None:
        conditions.append(col(Ticket.role).in_(roles))
    if filters.priority:
        conditions.append(col(Ticket.priority) == filters.priority)
    if filters.tier is not None:
        conditions.append(col(Ticket.tier) == filters.tier)
    if filters.request_type:
        conditions.append(col(Ticket.request_type) == filters.request_type)
    if filters.text.strip():
        conditions.append(_matching(session, viewer, filters.text.strip()))
    return conditions


def _state(filters: Filters) -> list[ColumnElement[bool]]:
    """A closed ticket is looked for by state or words; everything else is live work."""
    if filters.state == "closed":
        return [col(Ticket.live) == false()]
    live = col(Ticket.live) == true()
    if filters.state:
        return [live, col(Ticket.state) == filters.state]
    return [] if filters.text.strip() else [live, col(Ticket.state) != "resolved"]


def _view(viewer: Viewer, view: View, now: datetime) -> list[ColumnElement[bool]]:
    if view == "mine":
        return [col(Ticket.assignee_id) == viewer.person.id]
    if view == "unassigned":
        return [col(Ticket.assignee_id).is_(None)]
    if view == "overdue":
        return [col(Ticket.next_due) < now]
    if view == "soon":
        return [col(Ticket.next_due) >= now, col(Ticket.next_due) < now + SOON]
    return []


def _only_roles(viewer: Viewer) -> Sequence[str] | None:
    """Return the only roles whose tickets this viewer can know of, so that the index by role serves; None = any."""
    wide = viewer.columns & {"T1", "OPS", "AUD", "PRV"}
    return None if wide else sorted(viewer.roles)


def _matching(session: Session, viewer: Viewer, text: str) -> ColumnElement[bool]:
    """Tickets by reference, by their words (up to tier 2), or by the name of who asked."""
    found: list[ColumnElement[bool]] = [col(Ticket.ref) == text.upper()]
    if text.isdigit():
        found.append(col(Ticket.ref) == f"HR-{text}")
    ids = search.matching(session, text)
    if ids:
        found.append(and_(col(Ticket.id).in_(ids), rights.visible(viewer), col(Ticket.tier) < 3))
    people = _named(session, text)
    if people:
        found.append(and_(col(Ticket.requester_id).in_(people), rights.visible(viewer)))
    return or_(*found)


def _named(session: Session, text: str) -> list[int]:
    start = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{start}%"
    rows = session.execute(
        select(col(PersonRow.id))
        .where(or_(col(PersonRow.name).ilike(pattern, escape="\\"), col(PersonRow.email) == text.lower()))
        .limit(20)
    )
    return list(rows.scalars())


# --- Order and pages ------------------------------------------------------------------------------------------------


def _base() -> Select[Any]:
    return (
        sql_select(*_COLUMNS)
        .join(_REQUESTER, col(_REQUESTER.id) == col(Ticket.requester_id))
        .outerjoin(_ASSIGNEE, col(_ASSIGNEE.id) == col(Ticket.assignee_id))
    )


def _parts(filters: Filters, after: str) -> list[Select[Any]]:
    """Return the queries that make the list, one after the other; what has no due time comes after what has."""
    number, due, base = col(Ticket.id), col(Ticket.next_due), _base()
    value, _, last = after.rpartition("~")
    at = int(last) if last.isdigit() else 0
    if filters.sort == "newest":
        return [(base.where(number < at) if at else base).order_by(number.desc())]
    if filters.sort == "oldest":
        return [base.where(number > at).order_by(number)]
    if filters.sort == "updated":
        moment = col(Ticket.updated_at)
        shown = base.where(tuple_(moment, number) < tuple_(_instant(value), at)) if at else base
        return [shown.order_by(moment.desc(), number.desc())]
    if filters.sort == "priority":
        rank = int(value) if value.isdigit() else 0
        shown = base.where(tuple_(_RANK, number) > tuple_(rank, at)) if at else base
        return [shown.order_by(_RANK, number)]
    timeless = base.where(due.is_(None)).order_by(number)
    if at and not value:
        return [timeless.where(number > at)]
    timed = base.where(due.is_not(None)).order_by(due, number)
    return [timed.where(tuple_(due, number) > tuple_(_instant(value), at)) if at else timed, timeless]


def _instant(value: str) -> Any:
    """Return the instant of a page's key as a value of the column's own type; a broken key starts from the front."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return literal(at, Instant())


def _key(sort: Sort, row: QueueRow) -> str:
    if sort == "due":
        return f"{row.due.isoformat() if row.due else ''}~{row.id}"
    if sort == "updated":
        return f"{row.updated_at.isoformat()}~{row.id}"
    if sort == "priority":
        rank = {"urgent": 0, "high": 1, "normal": 2}.get(row.priority, 3)
        return f"{rank}~{row.id}"
    return f"~{row.id}"


def _row(session: Session, sealer: Sealer, viewer: Viewer, values: Any) -> QueueRow:
    (
        number, ref, title, requester_id, requester, subject_id, role, assignee_id, assignee, state, priority, tier,
        request_type, due, paused_at, opened_at, updated_at,
    ) = values  # fmt: skip
    full = reads(viewer, TicketFacts(requester_id, role, tier, subject_id, assignee_id)) == Grant.FULL
    return QueueRow(
        id=number,
        ref=ref,
        title=(sealer.open(session, title) or "") if full else "",
        requester=requester if full else "",
        role=role,
        assignee_id=assignee_id,
        assignee=assignee or "",
        state=state,
        priority=priority,
        tier=tier,
        request_type=request_type,
        due=due,
        paused=paused_at is not None,
        opened_at=opened_at,
        updated_at=updated_at,
        outline=not full,
    )
