"""Lists are filtered by the same policy that decides about one ticket."""

import itertools

from sqlmodel import Session, select

from deskbot.desk.access import Grant, Viewer, reads
from deskbot.desk.people import MembershipKind, Person
from deskbot.store import rights, tickets
from deskbot.store.session import Store
from deskbot.store.tables import Party, PersonRow, Ticket
from tests.clocks import MONDAY

ROLES = ("payroll", "leave", "employee_relations", "service_desk", "hr_ops_manager", "benefits")


def _people(session: Session) -> list[int]:
    rows = [PersonRow(email=f"p{n}@acme.example", name=f"Person {n}", created_at=MONDAY) for n in range(4)]
    session.add_all(rows)
    session.flush()
    return [row.id or 0 for row in rows]


def _every_ticket(session: Session, store: Store, people: list[int]) -> None:
    """One ticket of every role, tier, assignee and party that could matter to person 0."""
    me, other, third, _ = people
    shapes = itertools.product(
        ROLES, range(5), (None, me, other), ((other, None), (me, None), (other, me)), (False, True)
    )
    for number, (role, tier, assignee, (requester, subject), conflict) in enumerate(shapes):
        ticket = Ticket(
            ref=f"HR-{number}", requester_id=requester, subject_id=subject, channel="webchat", role=role, tier=tier,
            assignee_id=assignee, title=store.sealer.seal(session, ("person", third), "title"),
            opened_at=MONDAY, updated_at=MONDAY,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        if conflict:
            session.add(Party(ticket_id=ticket.id or 0, person_id=me, kind="conflict"))
    session.flush()


def _viewers(me: int) -> list[Viewer]:
    person = Person(me, "p0@acme.example", "Person 0")
    kinds: tuple[MembershipKind, ...] = ("member", "lead", "deputy")
    single = [Viewer(person, {role: kind}) for role in ROLES for kind in kinds]
    double = [Viewer(person, {"payroll": "member", "employee_relations": kind}) for kind in kinds]
    held = [Viewer(person, {}, frozenset({capability})) for capability in ("admin", "auditor", "privacy", "editor")]
    return [Viewer(person), *single, *double, *held, Viewer(person, {"leave": "lead"}, frozenset({"auditor"}))]


def test_a_list_shows_exactly_what_the_policy_allows(store: Store) -> None:
    """For every kind of viewer and ticket, the condition in the query and the decision about one ticket agree."""
    with store.write() as session:
        people = _people(session)
        _every_ticket(session, store, people)
    with store.read() as session:
        everything = [(row, tickets.facts(session, row)) for row in session.exec(select(Ticket))]
        for viewer in _viewers(people[0]):
            granted = {row.ref: reads(viewer, facts) for row, facts in everything}
            for condition, enough in (
                (rights.visible(viewer), {Grant.FULL}),
                (rights.known(viewer), {Grant.FULL, Grant.META}),
                (rights.own(viewer), {Grant.OWN}),
            ):
                listed = set(session.exec(select(Ticket.ref).where(condition)))
                assert listed == {ref for ref, grant in granted.items() if grant in enough}
