"""The demo company's people: two legal employers and offices, an org tree, every HR role filled, deputies and absences."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from deskbot.actions.desk import Desk
from deskbot.store.tables import AbsenceRow, Capability, MembershipRow, PersonRow

SEED = 20260302


@dataclass(frozen=True, slots=True)
class Office:
    """One of the company's two places."""

    name: str
    country: str
    zone: str
    employer: str
    currency: str
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    salaries: tuple[int, int]


LISBON = Office(
    "Lisbon",
    "PT",
    "Europe/Lisbon",
    "Meridian Tecnologia, Lda.",
    "EUR",
    "pt",
    tuple(
        "Ana Beatriz Carla Catarina Cláudia Daniela Diana Duarte Filipa Francisco Gonçalo Guilherme Helena Hugo Inês Isabel"
        " Joana João Jorge José Leonor Luís Mafalda Manuel Margarida Maria Mariana Marta Matilde Miguel Mónica Nuno Patrícia"
        " Paulo Pedro Rafael Raquel Ricardo Rita Rui Sara Sofia Susana Teresa Tiago Tomás Vasco Vera".split()
    ),
    tuple(
        "Almeida Alves Antunes Araújo Azevedo Barbosa Batista Borges Branco Brito Campos Cardoso Carvalho Coelho Correia Costa"
        " Cruz Cunha Dias Domingues Esteves Faria Fernandes Ferreira Figueiredo Fonseca Freitas Gomes Gonçalves Guerreiro"
        " Henriques Leal Leite Lopes Macedo Machado Magalhães Marques Martins Matos Melo Mendes Miranda Monteiro Moreira"
        " Neves Nogueira Nunes Oliveira Pacheco Pereira Pinheiro Pinto Pires Ramos Reis Ribeiro Rocha Rodrigues Santos Silva"
        " Simões Soares Sousa Tavares Teixeira Vaz Vieira".split()
    ),
    (24_000, 78_000),
)
NEW_YORK = Office(
    "New York",
    "US",
    "America/New_York",
    "Meridian Software, Inc.",
    "USD",
    "en",
    tuple(
        "Aaron Abigail Adam Alicia Amanda Amir Andrea Andrew Angela Anthony Ashley Benjamin Brandon Brianna Carlos Charlotte"
        " Chloe Christopher Daniel David Deborah Derek Elena Elijah Emily Emma Eric Ethan Fatima Gabriel Grace Hannah Henry"
        " Isaac Jacob Jamal Jasmine Jennifer Jessica Jonathan Joshua Julia Kayla Kevin Laura Lauren Liam Lucas Madison Marcus"
        " Maya Megan Mei Michael Nathan Nicole Noah Olivia Priya Rachel Rebecca Ryan Samantha Samuel Sarah Sophia Stephanie"
        " Tyler Victor Wei Zoe".split()
    ),
    tuple(
        "Adams Allen Anderson Baker Bailey Bennett Brooks Brown Campbell Carter Chen Clark Cohen Collins Cooper Cox Davis Diaz"
        " Edwards Evans Flores Foster Garcia Gomez Gray Green Hall Harris Hernandez Hill Howard Hughes Jackson James Jenkins"
        " Johnson Jones Kelly Khan Kim King Lee Lewis Long Lopez Martin Martinez Miller Mitchell Moore Morgan Morris Murphy"
        " Nelson Nguyen Ortiz Parker Patel Perez Peterson Phillips Price Ramirez Reed Richardson Rivera Roberts Robinson Rogers"
        " Ross Russell Sanchez Sanders Scott Shah Smith Stewart Sullivan Taylor Thomas Thompson Torres Turner Walker Ward"
        " Washington Watson White Williams Wilson Wood Wright Young".split()
    ),
    (58_000, 165_000),
)

DEPARTMENTS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    (
        "Engineering",
        96,
        ("Software Engineer", "Senior Software Engineer", "Test Engineer", "Site Reliability Engineer"),
    ),
    ("Product", 26, ("Product Manager", "Product Designer", "User Researcher", "Technical Writer")),
    ("Sales", 40, ("Account Executive", "Sales Development Representative", "Solutions Consultant")),
    ("Customer Success", 36, ("Customer Success Manager", "Support Engineer", "Implementation Consultant")),
    ("Marketing", 18, ("Content Marketer", "Campaign Manager", "Brand Designer")),
    ("Finance", 12, ("Accountant", "Financial Analyst", "Purchasing Specialist")),
    ("Legal", 4, ("Legal Counsel", "Contract Manager")),
    ("IT and Facilities", 8, ("IT Administrator", "Office Manager", "Security Analyst")),
)

# (role, title, office, kind) of everybody in People; the lead comes first. One person may hold several roles.
PEOPLE_TEAM: tuple[tuple[tuple[tuple[str, str], ...], str, str], ...] = (
    ((("hr_ops_manager", "lead"),), "HR Operations Manager", "Lisbon"),
    ((("payroll", "lead"),), "Payroll Lead", "Lisbon"),
    ((("payroll", "member"),), "Payroll Specialist", "New York"),
    ((("payroll", "member"), ("timekeeping", "deputy")), "Payroll Specialist", "Lisbon"),
    ((("benefits", "lead"),), "Benefits Lead", "New York"),
    ((("benefits", "member"),), "Benefits Specialist", "Lisbon"),
    ((("leave", "lead"),), "Leave and Accommodations Lead", "New York"),
    ((("leave", "member"),), "Leave Specialist", "Lisbon"),
    ((("employee_relations", "lead"),), "Employee Relations Lead", "Lisbon"),
    ((("employee_relations", "member"),), "Employee Relations Partner", "New York"),
    ((("hris", "lead"),), "HRIS Administrator", "Lisbon"),
    ((("hris", "member"), ("people_analytics", "deputy")), "HRIS Analyst", "New York"),
    ((("recruiting", "lead"),), "Recruiting Operations Lead", "New York"),
    ((("recruiting", "member"),), "Recruiting Coordinator", "Lisbon"),
    ((("service_desk", "lead"),), "HR Service Desk Lead", "Lisbon"),
    ((("service_desk", "member"),), "HR Service Desk Agent", "New York"),
    ((("hr_generalist", "lead"),), "HR Generalist", "Lisbon"),
    ((("hr_generalist", "member"),), "HR Generalist", "New York"),
    ((("hr_specialist", "lead"),), "HR Specialist", "Lisbon"),
    ((("hr_coordinator", "lead"), ("lifecycle", "deputy")), "HR Coordinator", "New York"),
    ((("lifecycle", "lead"),), "Onboarding and Lifecycle Specialist", "Lisbon"),
    ((("timekeeping", "lead"),), "Timekeeping Specialist", "New York"),
    ((("compliance", "lead"),), "Compliance and Records Specialist", "Lisbon"),
    ((("people_analytics", "lead"),), "People Analyst", "Lisbon"),
)


class Names:
    """Gives every person a name and a work address of their own."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def next(self, office: Office) -> tuple[str, str, str]:
        """Return given name, family name and work address."""
        while True:
            given, family = self._rng.choice(office.given), self._rng.choice(office.family)
            address = f"{plain(given)}.{plain(family)}@meridian.example"
            if address not in self._taken:
                self._taken.add(address)
                return given, family, address


def plain(name: str) -> str:
    """Return a name as it stands in a mail address."""
    folded = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha())


def found(session: Session, desk: Desk, today: date) -> None:
    """Write the whole company into an empty directory."""
    maker = _Maker(session, desk, today)
    head = maker.person(LISBON, "Executive", "Chief Executive Officer", None, senior=4)
    maker.people_team(head)
    for name, size, titles in DEPARTMENTS:
        maker.department(name, size, titles, head)
    maker.absences()


class _Maker:
    def __init__(self, session: Session, desk: Desk, today: date) -> None:
        self._session = session
        self._desk = desk
        self._today = today
        self._rng = random.Random(SEED)
        self._names = Names(self._rng)

    def person(
        self, office: Office, department: str, title: str, manager: PersonRow | None, senior: int = 0
    ) -> PersonRow:
        """Add one person; `senior` raises pay and years of service."""
        given, family, address = self._names.next(office)
        started = self._today - timedelta(days=self._rng.randint(30 + 300 * senior, 900 + 700 * senior))
        low, high = office.salaries
        pay = round(self._rng.triangular(low, high, low + (high - low) * 0.3) * (1 + 0.25 * senior) / 100) * 100
        row = PersonRow(
            email=address,
            name=f"{given} {family}",
            given_name=given,
            family_name=family,
            title=title,
            department=department,
            manager_id=manager.id if manager else None,
            employer=office.employer,
            office=office.name,
            country=office.country,
            zone=office.zone,
            contract=self._rng.choices(("permanent", "fixed-term", "internship"), (90, 8, 2))[0]
            if not senior
            else "permanent",
            hours=self._rng.choices((40.0, 32.0, 20.0), (90, 7, 3))[0] if not senior else 40.0,
            start_date=_working_day(started),
            status="active",
            language=office.language,
            currency=office.currency,
            created_at=datetime.combine(started, datetime.min.time(), self._desk.now().tzinfo),
        )
        self._session.add(row)
        self._session.flush()
        assert row.id is not None
        row.salary = self._desk.sealer.seal(self._session, ("person", row.id), str(pay))
        return row

    def people_team(self, head: PersonRow) -> None:
        """Add the people team with the roles and capabilities they hold."""
        boss: PersonRow | None = None
        for roles, title, office in PEOPLE_TEAM:
            where = LISBON if office == "Lisbon" else NEW_YORK
            row = self.person(where, "People", title, boss or head, senior=2 if boss is None else 1)
            boss = boss or row
            assert row.id is not None
            for role, kind in roles:
                self._session.add(MembershipRow(role=role, person_id=row.id, kind=kind))
        self._capabilities(head)

    def _capabilities(self, head: PersonRow) -> None:
        held = (
            ("editor", "Knowledge Editor", "People"),
            ("privacy", "Privacy Officer", "Legal"),
            ("admin", "Systems Administrator", "IT and Facilities"),
            ("auditor", "Internal Auditor", "Finance"),
        )
        for capability, title, department in held:
            row = self.person(LISBON, department, title, head, senior=1)
            assert row.id is not None
            self._session.add(Capability(person_id=row.id, capability=capability))

    def department(self, name: str, size: int, titles: tuple[str, ...], head: PersonRow) -> None:
        """Add a department: its head, a manager for about eight people, and the people."""
        boss = self.person(self._office(), name, f"Vice President, {name}", head, senior=3)
        left = size - 1
        while left > 0:
            team = min(left, self._rng.randint(6, 10))
            office = self._office()
            lead = boss if team < 4 else self.person(office, name, f"{name} Manager", boss, senior=2)
            for _ in range(team - (lead is not boss)):
                self.person(office, name, self._rng.choice(titles), lead, senior=self._rng.choice((0, 0, 0, 1)))
            left -= team

    def _office(self) -> Office:
        return LISBON if self._rng.random() < 0.55 else NEW_YORK

    def absences(self) -> None:
        """Send a few people of HR away for some days around now, as in any week."""
        members = self._session.exec(select(MembershipRow.person_id).where(MembershipRow.kind == "member")).all()
        for person_id in self._rng.sample(sorted(set(members)), 3):
            first = self._today + timedelta(days=self._rng.randint(-2, 6))
            last = first + timedelta(days=self._rng.randint(1, 6))
            self._session.add(AbsenceRow(person_id=person_id, first=first, last=last))


def _working_day(day: date) -> date:
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= 5 else 0)
