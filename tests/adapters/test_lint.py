"""One planted fault for each rule of the knowledge lint: it is named by rule, file and line, and nothing else is."""

import time
from pathlib import Path

import pytest

from deskbot.desk.errors import Fault
from tests.adapters.test_check import BASE, faults, lay_out

LONG = (
    "Every second Thursday the facilities team waters the plants on all floors and notes dry pots in the green book. "
)
GOLDEN = "_golden/all.yaml"
TWO = "".join(f'- {{question: {one} is it, section: "base.md#the-base-page"}}\n' for one in ("when", "what"))


def page(title: str, text: str, **head: str) -> str:
    """Return an article with an owner, a title and more lines of front matter."""
    more = "".join(f"{key}: {value}\n" for key, value in head.items())
    return f"---\ntitle: {title}\nowner: payroll\n{more}---\n\n{text}\n"


PLANTED: dict[str, tuple[dict[str, str], str, int]] = {
    "too-long-section": ({"a.md": page("Plants", "Intro.\n\n## Watering\n\n" + LONG * 40)}, "a.md", 8),
    "empty-section": ({"a.md": page("Plants", "Ferns.\n\n## Watering\n\n## Light\n\nMuch.")}, "a.md", 8),
    "leftover": ({"a.md": page("Plants", "Ferns.\n\n## Light\n\n{% include note.html %} Much.")}, "a.md", 8),
    "duplicate-section": (
        {"a.md": page("Plants", LONG * 3), "b.md": page("Greenery", LONG * 3 + "On all floors.")},
        "b.md",
        6,
    ),
    "alias-collides": (
        {"a.md": page("Plants", "Ferns.", aliases="[greenery]"), "b.md": page("Ficus", "Tall.", aliases="[Greenery]")},
        "b.md",
        1,
    ),
    "duplicate-title": ({"a.md": page("Office plants", "Ferns."), "b.md": page("Plants, office", "Tall.")}, "b.md", 2),
    "unknown-audience": ({"a.md": page("Plants", "Ferns.", audience="{role: gardeners}")}, "a.md", 4),
    "translation": ({"a.pt.md": page("Plantas", "Fetos.", language="pt", translation_of="a.md")}, "a.pt.md", 5),
    "translation-behind": (
        {
            "a.md": page("Plants", "Ferns.", effective="2026-02-01"),
            "a.pt.md": page("Plantas", "Fetos.", language="pt", translation_of="a.md", effective="2026-01-01"),
        },
        "a.pt.md",
        6,
    ),
    "translation-audience": (
        {
            "a.md": page("Plants", "Ferns.", audience="managers"),
            "a.pt.md": page("Plantas", "Fetos.", language="pt", translation_of="a.md"),
        },
        "a.pt.md",
        2,
    ),
    "translation-headings": (
        {
            "a.md": page("Plants", "Ferns.\n\n## Light\n\nMuch."),
            "a.pt.md": page("Plantas", "Fetos.", language="pt", translation_of="a.md"),
        },
        "a.pt.md",
        5,
    ),
    "golden": ({GOLDEN: TWO + "- {question: where, sektion: base.md}\n"}, GOLDEN, 3),
    "golden-section": ({GOLDEN: TWO + '- {question: where, section: "base.md#nowhere"}\n'}, GOLDEN, 3),
    "golden-twice": ({GOLDEN: TWO + '- {question: What is it, section: "base.md#the-base-page"}\n'}, GOLDEN, 3),
    "few-golden": ({GOLDEN: TWO.splitlines()[0] + "\n"}, "base.md", 1),
    "synonyms": ({"_synonyms.yaml": "- [plants, greenery]\n- [ficus, Greenery]\n"}, "_synonyms.yaml", 2),
    "dead-link": ({"a.md": page("Plants", "See [light](light.md).")}, "a.md", 6),
    "review-overdue": ({"a.md": page("Plants", "Ferns.", review="2026-01-31")}, "a.md", 4),
    "expired": ({"a.md": page("Plants", "Ferns.", expires="2026-01-31")}, "a.md", 4),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_at_its_line_and_nothing_else_is(tmp_path: Path, rule: str) -> None:
    files, file, line = PLANTED[rule]
    lay_out(tmp_path, BASE | {f"knowledge/{name}": text for name, text in files.items()})
    (fault,) = faults(tmp_path)
    assert (fault.rule, Path(fault.file).name, fault.line) == (rule, Path(file).name, line)
    assert len(fault.message) > 20


def test_an_article_that_no_question_finds_is_named(tmp_path: Path) -> None:
    """Its title and headings are small words that every question has."""
    lay_out(tmp_path, BASE | {"knowledge/a.md": page("What is it", "It is so.\n\n## How and when\n\nThen.")})
    assert [(fault.rule, fault.severity) for fault in faults(tmp_path)] == [("unreachable", "warning")]


@pytest.mark.parametrize("word", ["the whole long way home again", "what"])
def test_a_synonym_that_is_never_found_is_named(tmp_path: Path, word: str) -> None:
    """Longer than any phrase that is looked for, or a word of every question."""
    lay_out(tmp_path, BASE | {"knowledge/_synonyms.yaml": f"- [plants, greenery]\n- [{word}, ficus]\n"})
    assert [(fault.rule, fault.line) for fault in faults(tmp_path)] == [("synonyms", 2)]


def test_people_who_never_meet_may_have_the_same_words(tmp_path: Path) -> None:
    """The same alias and text for two countries, or in two languages, is no double."""
    lay_out(
        tmp_path,
        BASE
        | {
            "knowledge/a.md": page("Plants here", LONG * 3, audience="{country: PT}", aliases="[ferns]"),
            "knowledge/b.md": page("Plants there", LONG * 3, audience="{country: US}", aliases="[ferns]"),
        },
    )
    assert faults(tmp_path) == []


def test_a_folder_of_two_thousand_sections_is_linted_in_seconds(tmp_path: Path) -> None:
    """Time grows with the pages: doubles are looked for among texts that share a long run of words."""
    many = {
        f"knowledge/p{at}.md": page(
            f"Pot {at} of room {at * 7}", "".join(f"\n## Fern {at} {n}\n\n{LONG} Number {at} {n}.\n" for n in range(9))
        )
        for at in range(200)
    }
    lay_out(tmp_path, BASE | many)
    began = time.monotonic()
    found: list[Fault] = faults(tmp_path)
    assert time.monotonic() - began < 20
    assert {fault.rule for fault in found} <= {"duplicate-section"}
