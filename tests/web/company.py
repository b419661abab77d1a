"""A small company for the tests of the pages: employees, a manager, HR people of several roles, and some tickets."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from deskbot.actions import tickets as actions
from deskbot.actions.desk import Desk
from deskbot.actions.opening import Opening, open_ticket
from deskbot.actions.tokens import Tokens
from deskbot.adapters.bus import LocalBus
from deskbot.adapters.content.read import read
from deskbot.answers.markdown import to_html
from deskbot.channels.webchat import WebChat
from deskbot.desk.errors import Fault
from deskbot.jobs.work import Worker
from deskbot.ports import Policybook
from deskbot.store import conversations, people
from deskbot.store.group_commit import GroupCommit
from deskbot.store.session import Store
from deskbot.store.tables import Capability, Conversation, MembershipRow, PersonRow
from deskbot.web import app as web
from tests.clocks import SteppedClock

ROOT = Path(__file__).resolve().parents[2]

# address, name, title, department, office, country, zone, language, manager, roles ("payroll", "payroll:lead")
PEOPLE = (
    ("rita@acme.example", "Rita Marques", "Managing Director", "Leadership", "Lisbon", "PT", "pt", "", ()),
    ("ana@acme.example", "Ana Sousa", "Product Designer", "Design", "Lisbon", "PT", "en", "tomas@acme.example", ()),
    ("tomas@acme.example", "Tomás Leal", "Head of Design", "Design", "Lisbon", "PT", "en", "rita@acme.example", ()),
    ("joe@acme.example", "Joe Miller", "Support Engineer", "Support", "New York", "US", "en", "tomas@acme.example", ()),
    ("ines@acme.example", "Inês Prata", "Engineer", "Engineering", "Lisbon", "PT", "pt", "tomas@acme.example", ()),
    (
        "bea@acme.example",
        "Beatriz Nunes",
        "Payroll Lead",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "olga@acme.example",
        ("payroll:lead",),
    ),
    (
        "paul@acme.example",
        "Paul Reed",
        "Payroll Specialist",
        "HR",
        "New York",
        "US",
        "en",
        "bea@acme.example",
        ("payroll",),
    ),
    (
        "sam@acme.example",
        "Sam Okafor",
        "HR Service Desk",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "olga@acme.example",
        ("service_desk",),
    ),
    (
        "lia@acme.example",
        "Lia Costa",
        "Leave Specialist",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "olga@acme.example",
        ("leave:lead",),
    ),
    (
        "eva@acme.example",
        "Eva Brandt",
        "Employee Relations",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "olga@acme.example",
        ("employee_relations:lead",),
    ),
    (
        "gil@acme.example",
        "Gil Faria",
        "HR Generalist",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "olga@acme.example",
        ("hr_generalist", "benefits", "hris", "hr_specialist"),
    ),
    (
        "olga@acme.example",
        "Olga Lind",
        "HR Operations Manager",
        "HR",
        "Lisbon",
        "PT",
        "en",
        "rita@acme.example",
        ("hr_ops_manager:lead",),
    ),
    ("adam@acme.example", "Adam Berg", "Systems Administrator", "IT", "Lisbon", "PT", "en", "rita@acme.example", ()),
)

ASKED = (
    (
        "ana@acme.example",
        "My November payslip shows the wrong tax bracket. I moved to the 28.5 % bracket in October.",
        "payroll",
        "normal",
    ),
    ("joe@acme.example", "My bonus is missing from the last pay run and rent is due on Friday", "payroll", "urgent"),
    ("ines@acme.example", "O subsídio de refeição não foi carregado no cartão este mês", "payroll", "normal"),
    ("ana@acme.example", "Can I add my partner to the health insurance before the new year?", "benefits", "normal"),
    (
        "tomas@acme.example",
        "Which public holidays apply to a team member who works from Porto?",
        "hr_generalist",
        "low",
    ),
    (
        "joe@acme.example",
        "My job title is still Support Agent in the directory, it should be Support Engineer",
        "hris",
        "normal",
    ),
    ("ines@acme.example", "Preciso de uma declaração de trabalho em inglês para o senhorio", "hr_specialist", "high"),
    ("ana@acme.example", "Is my overtime from the release weekend paid in December or in January?", "payroll", "high"),
    (
        "tomas@acme.example",
        "Somebody in my team wants to start a side business. What are the rules?",
        "hr_generalist",
        "normal",
    ),
)


class FixedContent:
    """The files as they were read once, and faults that a test may add."""

    def __init__(self, book: Policybook) -> None:
        self.current = book
        self.faults: tuple[Fault, ...] = ()


@dataclass
class Company:
    """A running desk with a few people in it."""

    store: Store
    desk: Desk
    clock: SteppedClock
    bus: LocalBus
    worker: Worker
    group: GroupCommit
    app: FastAPI

    def id_of(self, email: str) -> int:
        """Return a person's id."""
        with self.store.read() as session:
            row = people.by_email(session, email)
            assert row is not None
            assert row.id is not None
            return row.id

    def ticket(self, email: str, text: str, role: str, priority: str = "normal", tier: int = 0) -> str:
        """Open a ticket for somebody in a role and return its reference."""
        with self.store.write() as session:
            row = people.by_email(session, email)
            assert row is not None
            person = people.person(session, row)
            now = self.desk.now()
            talk = Conversation(
                channel="webchat", external_key=secrets.token_urlsafe(16), place=str(person.id), person_id=person.id,
                language=person.language, created_at=now, updated_at=now,
            )  # fmt: skip
            session.add(talk)
            session.flush()
            message = conversations.add_message(
                session, conversation_id=talk.id, ticket_id=None, author_kind="employee", author_id=person.id,
                text=self.store.sealer.seal(session, ("person", person.id), text), sent_at=now,
            )  # fmt: skip
            opening = Opening(
                person, text, "webchat", talk, message, role=role, tier_floor=tier, language=person.language
            )
            ticket = open_ticket(session, self.desk, opening)
            if priority != ticket.priority:
                ticket.priority = priority
                session.flush()
            return ticket.ref

    def act(self, email: str, do: Callable[..., object], ref: str, *rest: object, **named: object) -> None:
        """Do something with a ticket as somebody."""
        with self.store.write() as session:
            viewer = people.viewer(session, self.id_of(email))
            do(session, self.desk, viewer, ref, *rest, **named)


def hire(store: Store, now: datetime) -> None:
    """Put the people, their roles and capabilities into the directory."""
    with store.write() as session:
        rows: dict[str, PersonRow] = {}
        for email, name, title, department, office, country, language, _, roles in PEOPLE:
            given, _, family = name.partition(" ")
            zone = "Europe/Lisbon" if country == "PT" else "America/New_York"
            employer = "Meridian Tecnologia, Lda." if country == "PT" else "Meridian Software, Inc."
            row = PersonRow(
                email=email, name=name, given_name=given, family_name=family, title=title, department=department,
                employer=employer, office=office, country=country, zone=zone, language=language,
                contract="permanent", hours=40, start_date=date(2023, 3, 1), created_at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            rows[email] = row
            for role in roles:
                key, _, kind = role.partition(":")
                session.add(MembershipRow(role=key, person_id=row.id, kind=kind or "member"))
        for email, *_rest in PEOPLE:
            manager = next(entry[7] for entry in PEOPLE if entry[0] == email)
            rows[email].manager_id = rows[manager].id if manager else None
        session.add(Capability(person_id=rows["adam@acme.example"].id, capability="admin"))
        session.flush()


_BOOK: list[Policybook] = []


def book() -> Policybook:
    """Return the project's own articles and rules, read once."""
    if not _BOOK:
        _BOOK.append(read(ROOT / "knowledge", ROOT / "routing_rules"))
    return _BOOK[0]


def found(
    store: Store, clock: SteppedClock, base_url: str = "http://127.0.0.1:8000", policies: Policybook | None = None
) -> Company:
    """Build the company's desk on a fresh store."""
    bus = LocalBus()
    store.listeners.append(bus.publish)
    content = FixedContent(policies or book())
    desk = Desk(
        clock=clock,
        content=content,
        sealer=store.sealer,
        tokens=Tokens(b"t" * 32),
        randomness=secrets.token_bytes,
        base_url=base_url,
        zone="Europe/Lisbon",
        demo=True,
    )
    chat = WebChat(to_html)
    worker = Worker(store, desk, {chat.name: chat})
    group = GroupCommit(store)
    pages = web.create(desk, store, bus=bus, chat_channel=chat, accept=group.accept, answer=worker.answer)
    hire(store, clock.now())
    return Company(store, desk, clock, bus, worker, group, pages)


def busy_week(company: Company) -> list[str]:
    """Give the company some history: questions over days, one answered, some late, one protected; return references."""
    clock, refs = company.clock, []
    end = clock.now()
    clock.set(end - timedelta(days=4, hours=2))
    for number, (email, text, role, priority) in enumerate(ASKED):
        refs.append(company.ticket(email, text, role, priority))
        clock.advance(hours=5 if number % 3 else 9)
    refs.append(company.ticket("joe@acme.example", "I need to be away for surgery in January", "leave", tier=3))
    clock.set(end - timedelta(hours=3))
    company.act("bea@acme.example", actions.assign, refs[0], company.id_of("bea@acme.example"))
    company.act(
        "bea@acme.example",
        actions.note,
        refs[0],
        "Bracket change arrived on 3 October, after the cut-off. The November run used the old table.",
    )
    clock.advance(minutes=20)
    company.act(
        "bea@acme.example",
        actions.reply,
        refs[0],
        "Hello Ana, you are right: your new bracket came in **after the October cut-off**, "
        "so November still used the old one.\n\n"
        "The difference of 84.20 € comes back with the December pay. Is that soon enough for you?",
    )
    clock.advance(minutes=25)
    company.act("gil@acme.example", actions.set_state, refs[5], "waiting_third_party")
    clock.set(end)
    return refs
