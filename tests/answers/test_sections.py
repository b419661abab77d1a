"""Section ids are GitHub's anchors, on any page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbot.answers.sections import split_page

KB = Path(__file__).parent.parent / "data" / "kb"


def test_ids_equal_those_of_an_independent_splitter() -> None:
    """Every section of the three handbooks has the id that another splitter gave it."""
    ids = []
    for kb in ("18f", "clef", "sourcegraph"):
        for page in sorted((KB / kb).rglob("*.md")):
            rel = page.relative_to(KB / kb).as_posix()
            ids += [f"{kb}/{section.id}" for section in split_page(page.read_text(encoding="utf-8"), rel)]
    assert ids == (KB / "section_ids.txt").read_text(encoding="utf-8").splitlines()


def test_repeated_headings_are_numbered() -> None:
    """The second and third section of a name get -1 and -2."""
    sections = split_page("# FAQ\n## How?\na\n## How?\nb\n## How?\nc\n", "a.md")
    assert [s.id for s in sections] == ["a.md#faq", "a.md#how", "a.md#how-1", "a.md#how-2"]


def test_text_before_the_first_heading_is_a_section_of_its_own() -> None:
    """It has the path as its id, level 0 and the front matter's title above it."""
    first = split_page("---\ntitle: 'Leave'\n---\nHello\n\n# Sick\n", "hr/leave.md")[0]
    assert (first.id, first.path, first.level, first.text) == ("hr/leave.md", ("Leave",), 0, "Hello")


def test_headings_inside_lists_and_quotes_belong_to_the_text() -> None:
    """Only a page's own headings cut it."""
    assert [s.id for s in split_page("# A\n\n- # no\n\n> # no\n", "a.md")] == ["a.md#a"]


@pytest.mark.parametrize("page", ["", "\n\n", "---\n---\n", "---\ntitle: x\n---\n", "<!-- only a comment"])
def test_empty_pages_make_no_trouble(page: str) -> None:
    """A page without anything has at most one section and no error."""
    assert len(split_page(page, "a.md")) <= 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_no_text_makes_the_splitter_fail(page: str) -> None:
    """Whatever is in a page, the ids of its sections are unique enough to be looked up and start with its path."""
    assert all(section.id.startswith("a.md") for section in split_page(page, "a.md"))
