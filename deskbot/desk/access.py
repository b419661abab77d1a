"""Who may see and do what: one table of rights and one function that every path asks.

Default closed. Rights add up over the columns a person holds; being party to a ticket takes them away again: a
requester never handles their own ticket, and somebody on a ticket's conflict list cannot learn that it exists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from deskbot.desk.people import MembershipKind, Person

Column = Literal["EMP", "MGR", "T1", "SPC", "LOA", "ER", "OPS", "KBE", "PRV", "ADM", "AUD", "SVC"]
COLUMNS: tuple[Column, ...] = ("EMP", "MGR", "T1", "SPC", "LOA", "ER", "OPS", "KBE", "PRV", "ADM", "AUD", "SVC")

SPECIALIST_ROLES = frozenset(
    {
        "benefits",
        "payroll",
        "hris",
        "recruiting",
        "lifecycle",
        "timekeeping",
        "hr_specialist",
        "hr_coordinator",
        "hr_generalist",
        "compliance",
        "people_analytics",
    }
)
CAPABILITIES: Mapping[str, Column] = {"editor": "KBE", "privacy": "PRV", "admin": "ADM", "auditor": "AUD"}

Scope = Literal["all", "own", "reports", "team", "team_or_unassigned", "case", "meta", "aggregate", "draft", "step"]


class Grant(IntEnum):
    """How much of a ticket somebody gets: nothing, its outline, their own side of it, or all of it."""

    NONE = 0
    META = 1
    OWN = 2
    FULL = 3


def _row(**scopes: Scope) -> Mapping[Column, Scope]:
    return scopes  # type: ignore[return-value]


_EVERYBODY = _row(**dict.fromkeys(COLUMNS, "all"))  # type: ignore[arg-type]
_HANDLERS = _row(T1="team", SPC="team", LOA="team", ER="case", OPS="all")

# The permission matrix. A column that a row leaves out has no right; break-glass (two persons) is not a scope here.
MATRIX: Mapping[str, Mapping[Column, Scope]] = {
    "kb.read": _EVERYBODY,
    "kb.edit": _row(T1="draft", SPC="draft", LOA="draft", ER="draft", OPS="all", KBE="all"),
    "case.open": _row(EMP="own"),
    "case.open_for_other": _row(MGR="reports", T1="all", SPC="all", LOA="all", ER="all", OPS="all"),
    "case.read.0": _row(
        EMP="own", MGR="own", T1="team_or_unassigned", SPC="team", LOA="team", ER="team", OPS="all", AUD="meta"
    ),
    "case.read.1": _row(
        EMP="own", MGR="own", T1="team_or_unassigned", SPC="team", LOA="team", ER="team", OPS="all", AUD="meta"
    ),
    "case.read.2": _row(EMP="own", T1="team", SPC="team", ER="case", OPS="meta", AUD="meta"),
    "case.read.3": _row(EMP="own", LOA="team", OPS="meta", AUD="meta"),
    "case.read.4": _row(EMP="own", ER="case", AUD="meta"),
    "case.reply": _HANDLERS,
    "case.note": _HANDLERS,
    "case.assign": _HANDLERS,
    "case.lower_tier": _row(LOA="team", ER="case"),
    "change.approve": _row(MGR="reports", SPC="step", LOA="step", OPS="step"),
    "letter.own": _row(EMP="own"),
    "letter.issue": _row(SPC="team", OPS="all"),
    "letter.issue_with_pay": _row(OPS="all"),
    "letter.template": _row(SPC="draft", OPS="all", KBE="draft"),
    "rules.read": _row(T1="all", SPC="all", LOA="all", ER="all", OPS="all", PRV="all", ADM="all", AUD="all"),
    "rules.edit": _row(OPS="all"),
    "queue.read": _row(T1="team", SPC="team", LOA="team", ER="case", OPS="all", AUD="meta"),
    "report.read": _row(MGR="aggregate", T1="team", SPC="team", LOA="team", ER="team", OPS="all", PRV="all", AUD="all"),
    "digest.read": _row(MGR="aggregate", T1="team", SPC="team", LOA="team", ER="team", OPS="all"),
    "export.csv": _row(T1="team", SPC="team", LOA="team", ER="case", OPS="aggregate"),
    "privacy.run": _row(PRV="all"),
    "people.read": _row(T1="all", SPC="all", LOA="all", ER="all", OPS="all", PRV="all", ADM="all"),
    "people.grant": _row(OPS="all"),
    "admin.health": _row(OPS="meta", ADM="all"),
    "audit.read": _row(OPS="meta", PRV="all", AUD="all"),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks: the person, their HR roles, their capabilities, and the ids of their reports."""

    person: Person
    roles: Mapping[str, MembershipKind] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    reports: frozenset[int] = frozenset()

    @property
    def columns(self) -> frozenset[Column]:
        """The columns of the matrix that this person holds; somebody who has left holds none."""
        return frozenset(_columns(self)) if self.person.status != "left" else frozenset()

    @property
    def is_specialist(self) -> bool:
        """Whether the person works in the queue."""
        return bool(self.columns & {"T1", "SPC", "LOA", "ER", "OPS"})


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What the policy needs to know of a ticket; `conflicts` are people who must not learn that it exists."""

    requester_id: int
    role: str
    tier: int
    subject_id: int | None = None
    assignee_id: int | None = None
    conflicts: frozenset[int] = frozenset()


def _columns(viewer: Viewer) -> Iterator[Column]:
    yield "EMP"
    if viewer.reports:
        yield "MGR"
    if "service_desk" in viewer.roles:
        yield "T1"
    if SPECIALIST_ROLES & viewer.roles.keys():
        yield "SPC"
    if "leave" in viewer.roles:
        yield "LOA"
    if "employee_relations" in viewer.roles:
        yield "ER"
    if "hr_ops_manager" in viewer.roles:
        yield "OPS"
    for capability in viewer.capabilities:
        if capability in CAPABILITIES:
            yield CAPABILITIES[capability]


def scopes(viewer: Viewer, action: str) -> frozenset[Scope]:
    """Return the scopes that `viewer` has for `action`, over all their columns; an unknown action has none."""
    row = MATRIX.get(action, {})
    return frozenset(row[column] for column in viewer.columns if column in row)


def may(viewer: Viewer, action: str) -> bool:
    """Whether `viewer` may do `action` at all, before any particular ticket is looked at."""
    return bool(scopes(viewer, action))


_TEAMS: Mapping[Column, frozenset[str]] = {
    "T1": frozenset({"service_desk"}),
    "SPC": SPECIALIST_ROLES,
    "LOA": frozenset({"leave"}),
    "ER": frozenset({"employee_relations"}),
    "OPS": frozenset({"hr_ops_manager"}),
}


def team_roles(viewer: Viewer, column: Column) -> frozenset[str]:
    """Return the viewer's roles that count as their team in this column of the matrix."""
    return _TEAMS.get(column, frozenset()) & viewer.roles.keys()


def owner_for(role: str, tier: int) -> str:
    """Return the role that may hold a ticket of this tier: nobody is given work that they are not allowed to read."""
    if tier >= 4:
        return "employee_relations"
    if tier == 3:
        return "leave"
    if tier == 2 and role in ("hr_ops_manager", "leave", "employee_relations"):
        return "hr_generalist"
    return role


def reads(viewer: Viewer, ticket: TicketFacts) -> Grant:
    """Return how much of `ticket` the viewer may see."""
    person = viewer.person.id
    if person in ticket.conflicts:
        return Grant.NONE
    if person == ticket.requester_id or (person == ticket.subject_id and ticket.tier < 4):
        return Grant.OWN if "own" in scopes(viewer, f"case.read.{ticket.tier}") else Grant.NONE
    if person == ticket.subject_id:
        return Grant.NONE
    row = MATRIX[f"case.read.{ticket.tier}"]
    return max((_covers(row[c], c, viewer, ticket) for c in viewer.columns if c in row), default=Grant.NONE)


def allows(viewer: Viewer, action: str, ticket: TicketFacts) -> bool:
    """Whether `viewer` may do `action` (reply, note, assign ...) with `ticket`; it takes full sight of the ticket."""
    if reads(viewer, ticket) < Grant.FULL:
        return False
    row = MATRIX.get(action, {})
    return any(_covers(row[c], c, viewer, ticket) == Grant.FULL for c in viewer.columns if c in row)


def _covers(scope: Scope, column: Column, viewer: Viewer, ticket: TicketFacts) -> Grant:
    if scope == "all":
        return Grant.FULL
    if scope == "meta":
        return Grant.META
    if scope == "team":
        return Grant.FULL if ticket.role in team_roles(viewer, column) else Grant.NONE
    if scope == "team_or_unassigned":
        own = ticket.role in team_roles(viewer, column) or ticket.assignee_id is None
        return Grant.FULL if own else Grant.NONE
    if scope == "case":
        return Grant.FULL if _handles(viewer, ticket) else Grant.NONE
    return Grant.NONE


def _handles(viewer: Viewer, ticket: TicketFacts) -> bool:
    """A sealed case is its handler's and the lead's; while it has no handler, the members of the role take it in."""
    if ticket.role not in viewer.roles:
        return False
    kind = viewer.roles[ticket.role]
    return ticket.assignee_id == viewer.person.id or kind == "lead" or (ticket.assignee_id is None and kind == "member")
