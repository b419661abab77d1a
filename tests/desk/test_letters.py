"""Letters: what a template may say, what a value becomes, numbers and codes."""

from datetime import date
from decimal import Decimal

import pytest

from deskbot.desk import letters
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.letter_text import compose, printable
from deskbot.desk.letters import Employer, Letters, LetterTemplate, Pay, faults_of, parse_template
from deskbot.desk.people import Person

LISBON = Employer(
    "lisbon",
    "Meridian Tecnologia, Lda.",
    ("Rua do Alecrim 26", "Lisboa"),
    "Lisboa",
    "PT",
    "516",
    "EUR",
    "H. V.",
    {"en": "Head"},
)
ANA = Person(
    1,
    "ana@meridian.example",
    "Ana Sousa",
    title="Engineer",
    employer=LISBON.name,
    start_date=date(2021, 3, 1),
    hours=37.5,
)


def template(body: str, **head: object) -> LetterTemplate:
    return parse_template({"kind": "letter", "type": "employment", "title": "A letter", **head}, body, "letter.md", 10)


def said(body: str, person: Person = ANA, fields: dict[str, str] | None = None, **head: object) -> str:
    made = template(body, **head)
    facts = letters.freeze(made, LISBON, person, fields or {}, number="L-2026-000001", issued_on=date(2026, 11, 23))
    page = letters.sheet(made, LISBON, facts, code="C", base_url="https://hr.example")
    return "".join(run.text for block in page.blocks for run in block.runs)


def test_dates_and_numbers_are_written_in_the_language_of_the_letter() -> None:
    assert said("{{ person.start_date | date }}, {{ person.hours }}", language="pt") == "1 de março de 2021, 37,5"
    assert said("{{ person.start_date | date }}, {{ person.hours }}") == "1 March 2021, 37.5"


def test_money_is_written_in_the_currency_of_the_pay() -> None:
    made = template("{{ salary.amount | money: salary.currency }}", language="pt", salary=True)
    facts = letters.freeze(
        made, LISBON, ANA, {}, number="L", issued_on=date(2026, 11, 23), pay=Pay(Decimal("48500"), "USD")
    )
    (block,) = compose(made.body, facts, locale="pt_PT", currency="EUR")
    assert block.runs[0].text == "48\xa0500,00\xa0US$"


@pytest.mark.parametrize(
    "value",
    [
        "{{7*7}}", "{{ person.salary }}", "{% for i in (1..9) %}x{% endfor %}", "**bold** _em_ `code`",
        "[a](http://b.c)",
        "<script>alert(1)</script>", "#set page(width: 1cm)",
        '#image("/etc/passwd")', "$ x^2 $", "| a | b |", "&lt;&amp;",
        "\\#let", "![x](file:///etc/passwd)", "= Heading", "@ref <label>", "2.718 % ~ -- ...", "O'Brien \"Q\"",
    ],
)  # fmt: skip
def test_a_value_is_printed_as_it_was_typed_whatever_is_in_it(value: str) -> None:
    made = template("For **{{ fields.recipient }}**.", fields=["recipient"])
    facts = letters.freeze(made, LISBON, ANA, {"recipient": value}, number="L", issued_on=date(2026, 11, 23))
    (block,) = compose(made.body, facts, locale="en_GB", currency="EUR")
    assert [run.text for run in block.runs] == ["For ", value, "."]
    assert [run.strong for run in block.runs] == [False, True, False]


@pytest.mark.parametrize(
    "value", ["a\u202eb", "a\x00b", "\ue000", "\u200b", "e" + "\u0301\u0302\u0303\u0304\u0305" * 3]
)
def test_characters_that_hide_or_reorder_are_refused_by_their_number(value: str) -> None:
    with pytest.raises(Invalid, match=r"U\+[0-9A-F]{4}"):
        printable(value, "Recipient", 200)


def test_a_value_longer_than_its_limit_is_refused() -> None:
    with pytest.raises(Invalid, match="longer than 200"):
        printable("x" * 10**6, "Recipient", 200)


def test_a_fact_that_is_missing_stops_the_letter_instead_of_leaving_a_gap() -> None:
    with pytest.raises(Invalid, match=r"person\.end_date"):
        said("Until {{ person.end_date }}.")


def test_a_missing_fact_can_be_asked_about() -> None:
    assert (
        said("{% if person.end_date != '' %}Until {{ person.end_date }}{% else %}Still here{% endif %}") == "Still here"
    )


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("Hello\n{{ person.salary }}", 11, "person.salary"),
        ("{{ salary.amount }}", 10, "salary: true"),
        ("\n\n{{ fields.bank }}", 12, "list 'bank'"),
        ("{% for x in y %}{% endfor %}", 10, "for"),
        ("{% include 'x' %}", 10, "include"),
        ("{% assign a = 1 %}", 10, "assign"),
        ("a\n{{ person.name | append: 'x' }}", 11, "append"),
        ("{% if person.name %}", 10, "endif"),
        ("{{ person.__class__ }}", 10, "__class__"),
    ],
)
def test_a_fault_in_a_template_is_named_with_its_line(body: str, line: int, words: str) -> None:
    ((found, message),) = faults_of(template(body))
    assert found == line
    assert words in message


def test_a_good_template_has_no_faults() -> None:
    body = "{% comment %}x{% endcomment %}{% unless person.hours == '' %}{{ person.name | upcase }}{% endunless %}"
    assert faults_of(template(body)) == []


def test_an_unknown_field_and_a_missing_one_are_refused_in_words() -> None:
    made = template("x", fields=[{"key": "recipient", "required": True}])
    with pytest.raises(Invalid, match="no field 'bank'"):
        letters.clean_fields(made, {"bank": "x"})
    with pytest.raises(Invalid, match="needed"):
        letters.clean_fields(made, {})


def test_an_unknown_type_names_the_types_there_are() -> None:
    known = Letters({("employment", "en"): template("x")})
    with pytest.raises(NotFound, match="employment"):
        known.template("visa", "en")
    with pytest.raises(NotFound, match="in en"):
        known.template("employment", "pt")


def test_a_code_is_read_back_however_it_was_typed() -> None:
    code = letters.letter_code(bytes(range(16)))
    assert len(code.replace("-", "")) == 26
    assert letters.read_code(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code
    assert letters.read_code("too short") is None


def test_codes_carry_every_bit_of_their_randomness() -> None:
    codes = {letters.letter_code((1 << bit).to_bytes(16)) for bit in range(128)}
    assert len(codes) == 128


def test_numbers_count_within_a_year() -> None:
    assert letters.letter_number(2026, 123) == "L-2026-000123"


def test_a_stranger_learns_initials_only() -> None:
    assert letters.initials("Ana Rita Sousa") == "A. R. S."
