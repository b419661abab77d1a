"""A desk that issues letters, with Ana, her manager Rui, and Petra of HR."""

import random
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from sqlmodel import Session

from deskbot.actions import letters
from deskbot.actions.desk import Desk
from deskbot.actions.tokens import Tokens
from deskbot.adapters.pdf import LetterPress
from deskbot.desk.letters import Employer, Letters, code_in, parse_template
from deskbot.store import people
from deskbot.store.session import Store
from deskbot.store.tables import MembershipRow, PersonRow
from tests.clocks import SteppedClock

MERIDIAN = "Meridian Tecnologia, Lda."
PRESS = LetterPress()


def _books() -> Any:
    plain = {"kind": "letter", "type": "employment", "title": "Confirmation of employment", "fields": ["recipient"]}
    paid = {"kind": "letter", "type": "employment-with-salary", "title": "With pay", "salary": True}
    templates = [
        parse_template(plain, "{{ person.name }} works here since {{ person.start_date | date }}.", "employment.md"),
        parse_template(paid, "{{ salary.amount | money }}", "employment-with-salary.md"),
    ]
    employer = Employer("pt", MERIDIAN, ("Lisboa",), "Lisboa", "PT", "516", "EUR", "H. V.", {"en": "Head of People"})
    return SimpleNamespace(letters=Letters({(t.type, t.language): t for t in templates}, {MERIDIAN: employer}))


@dataclass
class House:
    """A desk with three people: Ana, her manager Rui, and Petra of HR."""

    store: Store
    desk: Desk
    clock: SteppedClock
    ana: int
    rui: int
    petra: int

    def issue(self, by: int | None = None, kind: str = "employment", **fields: str) -> tuple[str, bytes, str]:
        """Issue a letter about Ana; returns its number, its file and its code."""
        with self.store.write() as session:
            ana = people.person(session, session.get_one(PersonRow, self.ana))
            letter, pdf = letters.issue(
                session, self.desk, person=ana, kind=kind, language="en", fields=fields, issued_by=by
            )
            code = code_in(pdf)
            assert code is not None
            return letter.number, pdf, code

    def check(self, *, code: str = "", pdf: bytes | None = None) -> letters.Verification:
        with self.store.write() as session:
            return letters.verify(session, self.desk, code=code, pdf=pdf)


def build(store: Store, clock: SteppedClock) -> House:
    """Build the desk on a fresh store."""
    content = cast(Any, SimpleNamespace(current=_books(), faults=()))
    seeded = random.Random(7)
    desk = Desk(
        clock, content, store.sealer, Tokens(b"k" * 32), seeded.randbytes, base_url="https://hr.example",
        zone="Europe/Lisbon", press=PRESS,
    )  # fmt: skip
    with store.write() as session:
        rui = _person(session, "rui", "Rui Costa")
        petra = _person(session, "petra", "Petra Lopes")
        ana = _person(session, "ana", "Ana Sousa", manager_id=rui)
        session.add(MembershipRow(role="hr_specialist", person_id=petra))
    return House(store, desk, clock, ana, rui, petra)


def _person(session: Session, key: str, name: str, **more: Any) -> int:
    row = PersonRow(
        email=f"{key}@meridian.example", name=name, employer=MERIDIAN, zone="Europe/Lisbon",
        start_date=date(2021, 3, 1), created_at=SteppedClock().now(), **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id
