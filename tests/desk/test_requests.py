"""What the catalogue promises: requests are recognised, pre-filled, and checked in words."""

from datetime import date
from pathlib import Path

import pytest

from deskbot.adapters.content.read import read
from deskbot.desk.dates import find_dates
from deskbot.desk.people import Person
from deskbot.desk.requests import Catalogue, form, parse_request_type, prefill, recognise, validate

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
ANA = Person(1, "ana@example.com", "Ana Silva", given_name="Ana", title="Analyst", manager_email="rui@example.com")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue that this project ships."""
    return read(ROOT / "knowledge", ROOT / "routing_rules").requests


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("I need a letter for my bank, in Portuguese, with salary", "employment-letter"),
        ("preciso de uma declaraçao para o banco", "employment-letter"),
        ("My job title has been wrong since May", "title-correction"),
        ("I forgot to clock out on Tuesday", "missed-punch"),
        ("esqueci-me de picar o ponto ontem", "missed-punch"),
        ("I want to change my direct depost", "bank-change"),
        ("Quero mudar o meu IBAN", "bank-change"),
        ("I need medical leave", "leave-of-absence"),
        ("mudei de morada", "name-or-address-change"),
        ("my paycheck is short this month", "payroll-problem"),
        ("how many vacation days do I have left?", "pto-balance"),
        ("We had a baby", "benefits-problem"),
        ("please onboard Ana on 3 March", "onboarding"),
        ("I want to file a grievance", "grievance"),
    ],
)
def test_requests_are_recognised_in_both_languages(catalogue: Catalogue, text: str, key: str) -> None:
    found = recognise(text, catalogue)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "text", ["How long is parental leave?", "What is a W-2?", "Where is the handbook?", "hello", ""]
)
def test_questions_are_not_taken_for_requests(catalogue: Catalogue, text: str) -> None:
    assert recognise(text, catalogue) is None


def test_the_form_is_prefilled_from_the_directory_and_the_words(catalogue: Catalogue) -> None:
    text = "My job title has been wrong since May"
    assert prefill(catalogue["title-correction"], ANA, text, "en", TODAY) == {
        "current_title": "Analyst",
        "reason": text,
        "effective_date": "2026-05-01",
    }


def test_dates_are_dealt_out_in_their_order(catalogue: Catalogue) -> None:
    found = prefill(catalogue["leave-of-absence"], ANA, "medical leave from 2 March to 10 March 2027", "en", TODAY)
    assert found == {"leave_type": "medical", "first_day": "2027-03-02", "last_day": "2027-03-10"}


def test_choices_are_made_by_the_words(catalogue: Catalogue) -> None:
    found = prefill(catalogue["employment-letter"], ANA, "a letter for my bank in Portuguese", "en", TODAY)
    assert found == {"letter_type": "bank", "language": "pt"}


def test_answers_come_back_in_one_form(catalogue: Catalogue) -> None:
    values = {"bank_account": "pt50 0002 0123 1234 5678 9015 4", "holder": " Ana ", "from_date": "1 de dezembro"}
    answers, errors = validate(catalogue["bank-change"], values, "pt", TODAY)
    assert errors == {}
    assert answers == {"bank_account": "PT50000201231234567890154", "holder": "Ana", "from_date": "2026-12-01"}


def test_every_wrong_answer_has_a_sentence_in_the_asker_s_language(catalogue: Catalogue) -> None:
    values = {"bank_account": "PT50000201231234567890155", "from_date": "30/02/2026"}
    _, errors = validate(catalogue["bank-change"], values, "pt", TODAY)
    assert set(errors) == {"bank_account", "holder", "from_date"}
    assert errors["bank_account"].startswith("Este IBAN tem um erro")
    assert "Titular" in errors["holder"]


def test_a_field_whose_condition_does_not_hold_is_neither_asked_nor_kept(catalogue: Catalogue) -> None:
    kind = catalogue["employment-letter"]
    values = {"letter_type": "bank", "language": "en", "with_salary": "no", "payee": "Bank"}
    answers, errors = validate(kind, values, "en", TODAY)
    assert errors == {}
    assert "payee" not in answers
    assert "payee" in validate(kind, {**values, "with_salary": "sim", "payee": ""}, "en", TODAY)[1]


KINDS = [
    ("date", "2026-12-24", "2026-12-24"),
    ("date", "24.12.2026", "2026-12-24"),
    ("money", "1.234,50 €", "1234.50 EUR"),
    ("money", "USD 1,234.5", "1234.50 USD"),
    ("money", "900", "900.00"),
    ("number", "37,5", "37.5"),
    ("email", "ANA@Example.com", "ana@example.com"),
    ("phone", "+351 912 345 678", "+351912345678"),
    ("yes_no", "Não", "no"),
    ("bank_account", "021000021 / 123456789", "021000021 123456789"),
    ("person", "rui@example.com", "rui@example.com"),
    ("text", "  x ", "x"),
]


@pytest.mark.parametrize(("kind", "said", "kept"), KINDS)
def test_each_kind_of_field_has_one_form(kind: str, said: str, kept: str) -> None:
    request = parse_request_type(
        {"title": "T", "owner": "hris", "fields": [{"key": "f", "kind": kind, "label": "F"}]}, "t"
    )
    assert validate(request, {"f": said}, "en", TODAY) == ({"f": kept}, {})


@pytest.mark.parametrize("kind", ["date", "money", "number", "email", "phone", "yes_no", "bank_account", "person"])
@pytest.mark.parametrize("said", ["???", "NaN", "1e999", "a@b", "021000022 123456789", "x" * 600])
def test_nonsense_is_refused_with_a_sentence(kind: str, said: str) -> None:
    request = parse_request_type(
        {"title": "T", "owner": "hris", "fields": [{"key": "f", "kind": kind, "label": "F"}]}, "t"
    )
    answers, errors = validate(request, {"f": said}, "en", TODAY)
    assert answers == {}
    assert errors["f"].endswith(".")


@pytest.mark.parametrize(
    ("text", "language", "past", "dates"),
    [
        ("on Tuesday", "en", True, ["2026-11-17"]),
        ("on Tuesday", "en", False, ["2026-11-24"]),
        ("ontem", "pt", True, ["2026-11-22"]),
        ("3 March", "en", False, ["2027-03-03"]),
        ("March 3rd, 2026", "en", False, ["2026-03-03"]),
        ("12/03/2026", "pt", False, ["2026-03-12"]),
        ("12/03/2026", "en", False, []),
        ("31/03/2026", "en", False, ["2026-03-31"]),
        ("since May", "en", True, ["2026-05-01"]),
        ("30 February", "en", False, []),
        ("de 2 a 5 de março", "pt", False, ["2027-03-05"]),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, language: str, past: bool, dates: list[str]) -> None:
    assert [found.isoformat() for found in find_dates(text, language, TODAY, past=past)] == dates


def test_every_request_type_speaks_both_languages(catalogue: Catalogue) -> None:
    for request in catalogue.values():
        drawn = {language: form(request, language) for language in ("en", "pt")}
        assert drawn["en"].title != drawn["pt"].title, request.key
        assert set(request.phrases) == {"en", "pt"}, request.key
        for question in request.questions:
            assert {"en", "pt"} <= set(question.label), (request.key, question.key)
