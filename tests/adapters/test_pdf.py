"""Printed letters: the text that was meant and no other, the same bytes each time, nothing fetched."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from deskbot.adapters.pdf import LetterPress
from deskbot.desk import letters
from deskbot.desk.errors import DeskError
from deskbot.desk.letters import Employer, Sheet, parse_template
from deskbot.desk.people import Person

PRESS = LetterPress()
EMPLOYER = Employer(
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
BODY = """Dear {{ fields.recipient }}

## Terms

| Position | {{ person.title }} |
| --- | --- |
| Since | {{ person.start_date | date }} |

1. one
2. two

**{{ person.name }}** is *here*.
"""


def sheet(recipient: str = "Bank", name: str = "Ana Sousa") -> Sheet:
    head = {"kind": "letter", "type": "bank", "title": "A letter", "fields": ["recipient"]}
    template = parse_template(head, BODY, "letter.md")
    person = Person(1, "a@b.example", name, title="Engineer", start_date=date(2021, 3, 1), employer=EMPLOYER.name)
    facts = letters.freeze(
        template, EMPLOYER, person, {"recipient": recipient}, number="L-2026-000001", issued_on=date(2026, 11, 23)
    )
    code = letters.letter_code(bytes(range(16)))
    return letters.sheet(template, EMPLOYER, facts, code=code, base_url="https://hr.example")


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_a_letter_says_who_what_and_how_to_check_it() -> None:
    text = words(PRESS(sheet()))
    for part in (
        "Meridian Tecnologia, Lda.", "Lisboa, 23 November 2026", "A letter", "Dear Bank", "Position Engineer",
        "Since 1 March 2021", "Ana Sousa is here.", "L-2026-000001", "0004-1061-050R-3GG2-8A1C-60T3-GF",
        "https://hr.example/verify", "Valid until 21 February 2027", "Page 1 / 1",
    ):  # fmt: skip
        assert part in text


def test_equal_letters_are_equal_files() -> None:
    assert PRESS(sheet()) == PRESS(sheet())
    assert PRESS(sheet()) == LetterPress()(sheet())
    assert PRESS(sheet()) != PRESS(replace(sheet(), number="L-2026-000002"))


def test_the_file_carries_its_code_where_a_machine_finds_it() -> None:
    assert letters.code_in(PRESS(sheet())) == sheet().code


def test_the_file_says_that_it_is_archivable_and_accessible() -> None:
    pdf = PRESS(sheet())
    reader = PdfReader(io.BytesIO(pdf))
    assert b"<pdfaid:part>2" in pdf
    assert b"<pdfuaid:part>1" in pdf
    assert reader.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.root_object["/Lang"] == "en-GB"


@pytest.mark.parametrize(
    "value",
    [
        "{{7*7}}", "#set text(size: 90pt)", '#read("/etc/passwd")', '#image("https://example.com/x.png")',
        "*b* _e_ `c`",
        '#import "@preview/cetz:0.3.0": *', "$ sum $", "<b>x</b>", "\\u{41}", "= H", "@label", "// comment",
        "--- ...", '"q" \'s\'',
    ],
)  # fmt: skip
def test_markup_in_a_value_is_printed_as_it_was_typed(value: str) -> None:
    assert value in words(PRESS(sheet(value, value)))


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Ωμέγα Ж", "João d'Ávila-Conceição", "Nguyễn Thị Ánh"])
def test_names_of_many_alphabets_are_printed_right(name: str) -> None:
    assert name in words(PRESS(sheet(name=name)))


@pytest.mark.parametrize(("name", "character"), [("Ana 王", "王"), ("سارة", "U\\+06"), ("Ana 🙂", "🙂")])
def test_a_character_without_a_glyph_is_refused_by_name(name: str, character: str) -> None:
    with pytest.raises(DeskError, match=character):
        PRESS(sheet(name=name))


def test_a_letter_of_many_lines_goes_on_on_a_second_page() -> None:
    long = replace(sheet(), blocks=sheet().blocks * 20)
    assert "Page 2 / " in words(PRESS(long))
