"""The matrix of rights: who sees what of a ticket, and who may never handle it."""

import pytest

from deskbot.desk.access import COLUMNS, MATRIX, Grant, TicketFacts, Viewer, allows, may, owner_for, reads
from deskbot.desk.people import Person

ME, ASKER, OTHER = 1, 2, 3


def _viewer(*roles: str, capabilities: tuple[str, ...] = (), kind: str = "member", status: str = "active") -> Viewer:
    person = Person(ME, "me@acme.example", "Me", status=status)
    return Viewer(person, dict.fromkeys(roles, kind), frozenset(capabilities))  # type: ignore[arg-type]


def _ticket(role: str, tier: int, **more: object) -> TicketFacts:
    return TicketFacts(ASKER, role, tier, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("viewer", "role", "tier", "grant"),
    [
        (_viewer("payroll"), "payroll", 2, Grant.FULL),
        (_viewer("payroll"), "benefits", 2, Grant.NONE),
        (_viewer("payroll"), "payroll", 3, Grant.NONE),
        (_viewer("leave"), "leave", 3, Grant.FULL),
        (_viewer("leave", "payroll"), "leave", 2, Grant.NONE),
        (_viewer("service_desk"), "payroll", 1, Grant.FULL),
        (_viewer("service_desk"), "payroll", 2, Grant.NONE),
        (_viewer("hr_ops_manager"), "payroll", 1, Grant.FULL),
        (_viewer("hr_ops_manager"), "payroll", 2, Grant.META),
        (_viewer("hr_ops_manager"), "leave", 3, Grant.META),
        (_viewer("hr_ops_manager"), "employee_relations", 4, Grant.NONE),
        (_viewer("employee_relations"), "employee_relations", 4, Grant.FULL),
        (_viewer(capabilities=("admin",)), "payroll", 1, Grant.NONE),
        (_viewer(capabilities=("auditor",)), "payroll", 2, Grant.META),
        (_viewer(capabilities=("privacy",)), "leave", 3, Grant.NONE),
        (_viewer(), "payroll", 0, Grant.NONE),
        (_viewer("payroll", status="left"), "payroll", 1, Grant.NONE),
    ],
)
def test_sight_follows_role_and_tier(viewer: Viewer, role: str, tier: int, grant: Grant) -> None:
    """Rights end where the matrix ends; the administrator reads no tickets, and no one role reads all of them."""
    assert reads(viewer, _ticket(role, tier)) == grant


def test_a_sealed_case_with_a_handler_is_the_handlers_and_the_leads() -> None:
    """Other members of employee relations do not see it, once somebody has it."""
    case = _ticket("employee_relations", 4, assignee_id=OTHER)
    assert reads(_viewer("employee_relations"), case) == Grant.NONE
    assert reads(_viewer("employee_relations", kind="deputy"), case) == Grant.NONE
    assert reads(_viewer("employee_relations", kind="lead"), case) == Grant.FULL
    assert reads(_viewer("employee_relations"), _ticket("employee_relations", 4, assignee_id=ME)) == Grant.FULL


def test_nobody_handles_their_own_ticket() -> None:
    """A specialist who asks sees what every employee sees: their own side, no notes, no acts."""
    mine = TicketFacts(ME, "payroll", 2)
    assert reads(_viewer("payroll", kind="lead"), mine) == Grant.OWN
    assert not allows(_viewer("payroll", kind="lead"), "case.note", mine)


def test_somebody_a_sealed_case_is_about_does_not_know_of_it() -> None:
    """Being the subject gives sight of ordinary tickets, never of a sealed one, whatever role is held."""
    assert reads(_viewer(), _ticket("leave", 3, subject_id=ME)) == Grant.OWN
    accused = _ticket("employee_relations", 4, subject_id=ME)
    assert reads(_viewer("employee_relations", kind="lead"), accused) == Grant.NONE


def test_a_conflict_hides_the_ticket_altogether() -> None:
    """The conflict list beats every role."""
    hidden = _ticket("payroll", 1, conflicts=frozenset({ME}))
    assert reads(_viewer("payroll", "hr_ops_manager", kind="lead"), hidden) == Grant.NONE


@pytest.mark.parametrize(
    "role", ["payroll", "leave", "employee_relations", "hr_ops_manager", "hr_generalist", "service_desk"]
)
@pytest.mark.parametrize("tier", range(5))
def test_every_ticket_is_owned_by_a_role_that_can_read_it(role: str, tier: int) -> None:
    """Whatever role and tier a rule names, somebody of the owning role sees the ticket in full."""
    owner = owner_for(role, tier)
    assert reads(_viewer(owner), _ticket(owner, tier)) == Grant.FULL


def test_the_matrix_names_only_known_columns_and_is_closed_by_default() -> None:
    """An action that is not in the table is nobody's."""
    assert all(set(row) <= set(COLUMNS) for row in MATRIX.values())
    assert not may(_viewer(*("payroll", "leave", "hr_ops_manager"), capabilities=("admin",)), "no.such.action")
