"""Letters issued, checked by strangers, revoked and expired, on both databases."""

import hashlib
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from deskbot.actions import letters
from deskbot.actions.letters import PayNeedsConsent
from deskbot.desk.errors import NotAllowed, NotFound
from deskbot.store import letters as issued
from deskbot.store import people
from deskbot.store.session import Store
from deskbot.store.tables import LetterCheck, PersonRow
from tests.clocks import SteppedClock
from tests.letter_house import MERIDIAN, House, build


@pytest.fixture
def house(store: Store, clock: SteppedClock) -> House:
    return build(store, clock)


def test_an_issued_letter_is_valid_by_its_code_and_by_its_file(house: House) -> None:
    number, pdf, code = house.issue(house.ana, recipient="Banco")
    assert number == "L-2026-000001"
    by_code, by_file = house.check(code=code.lower()), house.check(pdf=pdf)
    assert by_code == by_file
    assert (by_code.verdict, by_code.initials, by_code.employer) == ("valid", "A. S.", MERIDIAN)
    assert (by_code.issued_on, by_code.title) == (date(2026, 11, 23), "Confirmation of employment")


def test_numbers_go_up_and_codes_differ(house: House) -> None:
    first, second = house.issue(house.ana), house.issue(house.ana)
    assert second[0] == "L-2026-000002"
    assert first[2] != second[2]


def test_no_altered_copy_verifies(house: House) -> None:
    _, pdf, _ = house.issue(house.ana)
    chance = random.Random(1)
    for _ in range(200):
        at, bit = chance.randrange(len(pdf)), 1 << chance.randrange(8)
        altered = pdf[:at] + bytes([pdf[at] ^ bit]) + pdf[at + 1 :]
        assert house.check(pdf=altered).verdict in ("altered", "unknown")


def test_the_true_code_on_another_file_is_altered(house: House) -> None:
    _, first, code = house.issue(house.ana)
    _, second, other = house.issue(house.ana)
    assert house.check(pdf=second.replace(other.encode(), code.encode())).verdict == "altered"
    assert house.check(pdf=first + b"\n% more").verdict == "altered"


def test_a_file_that_is_no_letter_is_unknown(house: House) -> None:
    assert house.check(pdf=b"%PDF-1.7 something else").verdict == "unknown"


def test_guessing_codes_teaches_nothing(house: House) -> None:
    house.issue(house.ana)
    guesses = [letters.writing.letter_code(random.Random(n).randbytes(16)) for n in range(100, 150)]
    assert {house.check(code=guess).verdict for guess in guesses} == {"unknown"}


def test_a_revoked_letter_shows_its_day_and_nothing_else(house: House) -> None:
    number, pdf, code = house.issue(house.ana)
    house.clock.advance(days=3)
    with house.store.write() as session:
        ana = people.viewer(session, house.ana)
        assert ana is not None
        letters.revoke(session, house.desk, ana, number)
    house.clock.advance(days=3)
    revoked = house.check(code=code)
    assert (revoked.verdict, revoked.since) == ("revoked", date(2026, 11, 26))
    assert house.check(pdf=pdf) == revoked
    unknown = house.check(code="ABCD")
    assert replace(revoked, verdict="unknown", since=unknown.since) == unknown


def test_a_letter_expires_at_the_end_of_its_last_day(house: House) -> None:
    _, _, code = house.issue(house.ana)
    house.clock.advance(timedelta(days=90, hours=14))
    assert house.check(code=code).verdict == "valid"
    house.clock.advance(hours=2)
    assert house.check(code=code).verdict == "expired"


def test_every_check_is_logged_for_the_employee_to_see(house: House) -> None:
    number, pdf, code = house.issue(house.ana)
    house.check(code=code)
    house.check(pdf=pdf + b" ")
    house.check(code="nonsense")
    with house.store.read() as session:
        letter = issued.by_number(session, number)
        assert letter is not None
        seen = [(c.way, c.verdict) for c in issued.checks(session, letter.id or 0)]
        assert seen == [("file", "altered"), ("code", "valid")]
        assert len(session.exec(select(LetterCheck)).all()) == 3


@pytest.mark.parametrize("who", ["rui", "stranger"])
def test_nobody_but_the_employee_and_hr_may_have_a_letter_issued(house: House, who: str) -> None:
    with pytest.raises(NotAllowed):
        house.issue(house.rui if who == "rui" else 999)


def test_hr_and_the_command_line_may_issue_a_letter_without_pay(house: House) -> None:
    assert house.issue(house.petra)[0] == "L-2026-000001"
    assert house.issue(None)[0] == "L-2026-000002"


@pytest.mark.parametrize("who", ["ana", "petra", "rui", "nobody"])
def test_a_letter_with_pay_is_refused_without_consent_whoever_asks(house: House, who: str) -> None:
    by = {"ana": house.ana, "petra": house.petra, "rui": house.rui, "nobody": None}[who]
    with pytest.raises(PayNeedsConsent):
        house.issue(by, "employment-with-salary")


def test_somebody_who_has_left_gets_no_letter_by_themselves(house: House) -> None:
    with house.store.write() as session:
        session.get_one(PersonRow, house.ana).status = "left"
    with pytest.raises(NotAllowed):
        house.issue(house.ana)


def test_facts_stay_as_they_were_at_issue(house: House) -> None:
    number, pdf, code = house.issue(house.ana)
    with house.store.write() as session:
        session.get_one(PersonRow, house.ana).name = "Ana Outra Pessoa"
    assert house.check(code=code).initials == "A. S."
    with house.store.read() as session:
        letter = issued.by_number(session, number)
        assert letter is not None
        assert letter.sha256 == hashlib.sha256(pdf).hexdigest()
        assert b"Ana" not in letter.facts


def test_only_ones_own_letters_can_be_revoked_except_by_hr(house: House) -> None:
    number, _, code = house.issue(house.ana)
    with house.store.write() as session, pytest.raises(NotFound):
        letters.revoke(session, house.desk, people.viewer(session, house.rui), number)  # type: ignore[arg-type]
    with house.store.write() as session:
        letters.revoke(session, house.desk, people.viewer(session, house.petra), number)  # type: ignore[arg-type]
    assert house.check(code=code).verdict == "revoked"
