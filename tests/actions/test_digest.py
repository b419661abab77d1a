"""The digest over real rows: the same figures for the same instant, whatever happens afterwards, and each sent once."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import Session, select

from deskbot.actions import digest
from deskbot.actions.desk import Desk
from deskbot.actions.tokens import Tokens
from deskbot.desk.calendars import parse_calendar
from deskbot.desk.digest import Week
from deskbot.desk.errors import NotAllowed
from deskbot.desk.roles import Role
from deskbot.desk.sla import parse_policy
from deskbot.desk.working_time import compile_calendar
from deskbot.jobs import digest as job
from deskbot.store import events, people
from deskbot.store.session import Store
from deskbot.store.tables import Digest, MembershipRow, Outbox, PersonRow, Ticket
from tests.clocks import SteppedClock

WEEK = Week(2026, 46)
MONDAY = datetime(2026, 11, 9, 9, tzinfo=UTC)
HOURS = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def _book() -> Any:
    calendar = parse_calendar({"zone": "Europe/Lisbon", "hours": HOURS}, "lisbon")
    policy = parse_policy({"first_response": "8h", "resolution": "27h", "calendar": "lisbon"}, "default")
    names = {"payroll": 2, "benefits": 2, "leave": 3, "hr_ops_manager": 1}
    roles = {key: Role(key, {"en": key.title()}, "lisbon", "default", tier) for key, tier in names.items()}
    return SimpleNamespace(
        roles=roles, requests={}, knowledge=None, policies={"default": policy},
        calendars={"lisbon": compile_calendar(calendar, 2026, 2027)},
    )  # fmt: skip


@dataclass
class House:
    """A desk with an employee, a member of payroll and an operations manager."""

    store: Store
    desk: Desk
    clock: SteppedClock
    employee: int
    payroll: int
    manager: int

    def open(self, session: Session, number: int, at: datetime, role: str = "payroll", tier: int = 2) -> Ticket:
        """Open a ticket and give it to the member of payroll."""
        ticket = Ticket(
            ref=f"HR-{number}", requester_id=self.employee, channel="web", role=role, tier=tier, state="open",
            assignee_id=self.payroll, calendar="lisbon", title=self.desk.sealer.seal(session, ("desk", 0), "x"),
            opened_at=at, updated_at=at,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        self.happen(session, ticket, "opened", at, role=role, tier=tier)
        self.happen(session, ticket, "assigned", at, to=self.payroll)
        self._reclock(session, ticket)
        return ticket

    def happen(self, session: Session, ticket: Ticket, kind: Any, at: datetime, **data: Any) -> None:
        """Let something happen to a ticket, in its events and in its columns."""
        assert ticket.id is not None
        events.append(session, ticket.id, kind, at, data=data)
        if kind == "resolved":
            ticket.resolved_at = at
        elif kind == "reopened":
            ticket.resolved_at = None
        elif kind == "routed":
            ticket.role, ticket.assignee_id = data["to"], data["person"]
        elif kind == "rated":
            ticket.csat = data["score"]
        session.add(ticket)
        self._reclock(session, ticket)

    def _reclock(self, session: Session, ticket: Ticket) -> None:
        digest.clocks.reclock(session, self.desk, ticket, self.clock.now())
        session.flush()

    def figures(self, role: str = "", as_of: datetime | None = None) -> dict[str, Any]:
        with self.store.read() as session:
            return digest.compute(session, self.desk, role, WEEK, as_of)


@pytest.fixture
def house(store: Store, clock: SteppedClock) -> House:
    content = cast(Any, SimpleNamespace(current=_book(), faults=()))
    desk = Desk(
        clock, content, store.sealer, Tokens(b"k" * 32), random.Random(1).randbytes, base_url="https://hr.example",
        zone="Europe/Lisbon", pushes=frozenset({"email"}),
    )  # fmt: skip
    clock.set(MONDAY + timedelta(days=7))
    with store.write() as session:
        employee, payroll, manager = (_person(session, key) for key in ("ana", "petra", "olga"))
        session.add(MembershipRow(role="payroll", person_id=payroll))
        session.add(MembershipRow(role="hr_ops_manager", person_id=manager))
    return House(store, desk, clock, employee, payroll, manager)


def _person(session: Session, key: str) -> int:
    row = PersonRow(email=f"{key}@b.example", name=key.title(), zone="Europe/Lisbon", created_at=MONDAY)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _a_week(house: House) -> list[Ticket]:
    """Eight tickets, one every four hours; the even ones answered an hour later and resolved after two days."""
    with house.store.write() as session:
        tickets = []
        for number in range(8):
            at = MONDAY + timedelta(hours=number * 4)
            ticket = house.open(session, number, at)
            if number % 2 == 0:
                house.happen(session, ticket, "public_reply", at + timedelta(hours=1))
                house.happen(session, ticket, "resolved", at + timedelta(days=2))
            tickets.append(ticket)
        return tickets


def test_the_week_is_counted_from_its_rows(house: House) -> None:
    _a_week(house)
    told = house.figures()
    assert (told["opened"], told["resolved"], told["backlog"]["count"]) == (8, 4, 4)
    assert told["first_response"]["count"] == 4
    assert {late["ref"] for late in told["breaches"]["list"]} >= {"HR-1", "HR-3", "HR-5"}
    assert told["breaches"]["causes"]["not_answered"] > 0
    assert told["trend"][-1] == {"week": "2026-W46", "opened": 8, "resolved": 4}
    assert house.figures("benefits")["opened"] == 0


def test_the_same_week_printed_later_is_identical_whatever_has_happened_since(house: House) -> None:
    tickets = _a_week(house)
    before = {role: house.figures(role) for role in ("", "payroll", "benefits")}
    house.clock.advance(days=5)
    later = house.clock.now()
    with house.store.write() as session:
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("reopened", {}),
            ("resolved", {}),
            ("rated", {"score": 1}),
            ("routed", {"to": "benefits", "person": None}),
            ("public_reply", {}),
            ("paused", {"reason": "waiting_employee"}),
        ]
        for ticket, (kind, data) in zip(tickets, kinds, strict=False):
            house.happen(session, session.merge(ticket), kind, later, **data)
        house.open(session, 99, later)
    assert {role: house.figures(role) for role in before} == before
    assert house.figures(as_of=MONDAY + timedelta(days=1)) == house.figures(as_of=MONDAY + timedelta(days=1))


def test_looking_from_the_middle_of_the_week_shows_what_was_known_then(house: House) -> None:
    _a_week(house)
    told = house.figures(as_of=MONDAY + timedelta(days=1))
    assert (told["opened"], told["resolved"], told["backlog"]["count"]) == (6, 0, 6)


def test_every_receiver_gets_each_digest_once_however_often_the_timer_wakes(house: House) -> None:
    _a_week(house)
    house.clock.set(datetime(2026, 11, 16, 7, 59, tzinfo=UTC))
    assert job.run(house.store, house.desk, house.clock.now()) == 0
    house.clock.set(datetime(2026, 11, 16, 8, 0, tzinfo=UTC))
    assert job.run(house.store, house.desk, house.clock.now()) == 2
    assert job.run(house.store, house.desk, house.clock.now()) == 0
    with house.store.read() as session:
        assert {(row.role, row.week) for row in session.exec(select(Digest))} == {
            ("", "2026-W46"),
            ("payroll", "2026-W46"),
        }
        assert len(session.exec(select(Outbox)).all()) == 2


def test_a_role_reads_its_own_digest_and_the_operations_manager_all(house: House) -> None:
    _a_week(house)
    with house.store.read() as session:
        payroll, manager, employee = (
            people.viewer(session, who) for who in (house.payroll, house.manager, house.employee)
        )
        assert payroll is not None
        assert manager is not None
        assert employee is not None
        assert digest.readable(house.desk, payroll) == ["payroll"]
        assert digest.readable(house.desk, manager)[0] == ""
        assert digest.readable(house.desk, employee) == []
        assert digest.show(session, house.desk, payroll, "payroll", WEEK)["opened"] == 8
        with pytest.raises(NotAllowed):
            digest.show(session, house.desk, payroll, "leave", WEEK)
