"""The queue's lists and counts: live tickets a viewer may know of, filtered, sorted, and paged by key.

Conditions on `live` are literal, because with a bound value SQLite cannot prove that a partial index applies. Counts
stop at a hundred: they say where work waits, and cost the same with ten tickets as with a million.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    true,
    tuple_,
)
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from deskbot.desk.access import Grant, TicketFacts, Viewer, reads
from deskbot.desk.people import MembershipKind, Person
from deskbot.store import prepared, rights, search
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
_KEY_NUMBER = re.compile(r"[0-9]{1,15}")
_RANK = case({"urgent": 0, "high": 1, "normal": 2}, value=col(Ticket.priority), else_=3)


def page(
    session: Session, sealer: Sealer, viewer: Viewer, filters: Filters, now: datetime, after: str = "", size: int = PAGE
) -> QueuePage:
    """Return a page of the queue; `after` is what the page before gave."""
    key, values = _place(filters.sort, after)
    found: list[Any] = []
    for part in _parts(filters.sort, key):
        wanted = {**_times(now), **values, "most": size + 1 - len(found)}
        found.extend(_rows(session, viewer, filters, part, wanted))
        if len(found) > size:
            break
    rows = tuple(_row(session, sealer, viewer, row) for row in found[:size])
    return QueuePage(rows, _key(filters.sort, rows[-1]) if len(found) > size else "")


def counts(session: Session, viewer: Viewer, filters: Filters, now: datetime) -> dict[View, int]:
    """Return how many tickets each view holds under the filter's role, up to a hundred."""
    row = prepared.run(session, _counting(_Rights.of(viewer), filters.role), _times(now))[0]
    return dict(zip(VIEWS, row, strict=True))


def _rows(
    session: Session, viewer: Viewer, filters: Filters, part: "Part", values: dict[str, Any]
) -> Sequence[Sequence[Any]]:
    """Run the list's statement: kept ready for all but a search by words, whose conditions are new each time."""
    text = filters.text.strip()
    statement = _listing(_Rights.of(viewer), replace(filters, text="?" if text else ""), part)
    used = {name: values[name] for name in _names(filters.sort, part) | _VIEW_NAMES.get(filters.view, set())}
    if not text:
        return prepared.run(session, statement, used)
    return session.execute(statement.where(_matching(session, viewer, text)), used).all()


# --- Statements, each built once for the same rights and the same shape ---------------------------------------------

Part = Literal["timed", "timed_after", "timeless", "timeless_after", "plain", "plain_after"]
_NOW, _SOON = bindparam("now", type_=Instant()), bindparam("soon", type_=Instant())
_AT_TIME = bindparam("at_time", type_=Instant())
_AT_RANK, _AT_ID = bindparam("at_rank", type_=Integer()), bindparam("at_id", type_=Integer())
_MOST = bindparam("most", type_=Integer())
_VIEW_NAMES: dict[View, set[str]] = {"overdue": {"now"}, "soon": {"now", "soon"}}


@dataclass(frozen=True, slots=True)
class _Rights:
    """What of a viewer the conditions depend on; two viewers with equal rights still differ by who they are."""

    person: int
    roles: tuple[tuple[str, MembershipKind], ...]
    capabilities: frozenset[str]
    manages: bool
    status: str

    @classmethod
    def of(cls, viewer: Viewer) -> "_Rights":
        roles = tuple(sorted(viewer.roles.items()))
        return cls(viewer.person.id, roles, viewer.capabilities, bool(viewer.reports), viewer.person.status)

    def viewer(self) -> Viewer:
        """Return a viewer with just these rights."""
        person = Person(id=self.person, email="", name="", status=self.status)
        return Viewer(person, dict(self.roles), self.capabilities, frozenset({0}) if self.manages else frozenset())


@lru_cache(maxsize=512)
def _listing(rights_held: _Rights, filters: Filters, part: Part) -> Select[Any]:
    conditions = _conditions(rights_held.viewer(), filters)
    return _ordered(filters.sort, part).where(*conditions).limit(_MOST)


@lru_cache(maxsize=512)
def _counting(rights_held: _Rights, role: str) -> Select[Any]:
    viewer, columns = rights_held.viewer(), []
    for view in VIEWS:
        shown = _conditions(viewer, Filters(view=view, role=role))
        inner = sql_select(col(Ticket.id)).where(*shown).limit(literal_column(str(COUNTED))).subquery()
        columns.append(sql_select(func.count()).select_from(inner).scalar_subquery().label(view))
    return sql_select(*columns)


def _names(sort: Sort, part: Part) -> set[str]:
    """Return the values that a statement of the list asks for, besides those of its view."""
    if not part.endswith("after"):
        return {"most"}
    if part == "timed_after" or (part == "plain_after" and sort == "updated"):
        return {"most", "at_id", "at_time"}
    return {"most", "at_id", "at_rank"} if sort == "priority" else {"most", "at_id"}


def _times(now: datetime) -> dict[str, Any]:
    return {"now": now, "soon": now + SOON}


# --- Conditions -----------------------------------------------------------------------------------------------------


def _conditions(viewer: Viewer, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [*_state(filters), rights.known(viewer), *_view(viewer, filters.view)]
    roles = _only_roles(viewer)
    if filters.role:
        conditions.append(col(Ticket.role) == filters.role)
    elif roles is not None:
        conditions.append(rights.among(col(Ticket.role), roles))
    if filters.priority:
        conditions.append(col(Ticket.priority) == filters.priority)
    if filters.tier is not None:
        conditions.append(col(Ticket.tier) == filters.tier)
    if filters.request_type:
        conditions.append(col(Ticket.request_type) == filters.request_type)
    return conditions


def _state(filters: Filters) -> list[ColumnElement[bool]]:
    """A closed ticket is looked for by state or words; everything else is live work."""
    if filters.state == "closed":
        return [col(Ticket.live) == false()]
    live = col(Ticket.live) == true()
    if filters.state:
        return [live, col(Ticket.state) == filters.state]
    return [] if filters.text else [live, col(Ticket.state) != "resolved"]


def _view(viewer: Viewer, view: View) -> list[ColumnElement[bool]]:
    if view == "mine":
        return [col(Ticket.assignee_id) == viewer.person.id]
    if view == "unassigned":
        return [col(Ticket.assignee_id).is_(None)]
    if view == "overdue":
        return [col(Ticket.next_due) < _NOW]
    if view == "soon":
        return [col(Ticket.next_due) >= _NOW, col(Ticket.next_due) < _SOON]
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
        sql_select(col(PersonRow.id))
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


def _place(sort: Sort, after: str) -> tuple[str, dict[str, Any]]:
    """Read the key of a page: "first", "timed" or "timeless", and its values; a broken key starts from the front."""
    value, _, last = after.rpartition("~")
    if not _KEY_NUMBER.fullmatch(last):
        return "first", {}
    values: dict[str, Any] = {"at_id": int(last)}
    if sort in ("due", "updated") and value:
        try:
            values["at_time"] = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            return "first", {}
    if sort == "priority":
        values["at_rank"] = int(value) if _KEY_NUMBER.fullmatch(value) else 0
    return ("timed" if value else "timeless"), values


def _parts(sort: Sort, key: str) -> tuple[Part, ...]:
    """Return the statements that make the list, one after the other; what has no due time comes after what has."""
    if sort == "due":
        parts: dict[str, tuple[Part, ...]] = {
            "first": ("timed", "timeless"),
            "timed": ("timed_after", "timeless"),
            "timeless": ("timeless_after",),
        }
        return parts[key]
    return ("plain",) if key == "first" else ("plain_after",)


def _ordered(sort: Sort, part: Part) -> Select[Any]:
    number, due, base = col(Ticket.id), col(Ticket.next_due), _base()
    after = part.endswith("after")
    if part.startswith("timeless"):
        timeless = base.where(due.is_(None)).order_by(number)
        return timeless.where(number > _AT_ID) if after else timeless
    if part.startswith("timed"):
        timed = base.where(due.is_not(None)).order_by(due, number)
        return timed.where(tuple_(due, number) > tuple_(_AT_TIME, _AT_ID)) if after else timed
    if sort == "newest":
        return (base.where(number < _AT_ID) if after else base).order_by(number.desc())
    if sort == "oldest":
        return (base.where(number > _AT_ID) if after else base).order_by(number)
    if sort == "updated":
        moment = col(Ticket.updated_at)
        shown = base.where(tuple_(moment, number) < tuple_(_AT_TIME, _AT_ID)) if after else base
        return shown.order_by(moment.desc(), number.desc())
    shown = base.where(tuple_(_RANK, number) > tuple_(_AT_RANK, _AT_ID)) if after else base
    return shown.order_by(_RANK, number)


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
