"""What the strict reader promises: plain data with lines, and no text that harms the process."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbot.adapters.content.yaml_strict import Malformed, load


def refused(text: str) -> str:
    """Return the sentence with which a text is refused."""
    with pytest.raises(Malformed) as caught:
        load(text, "f.yaml")
    return str(caught.value.fault)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("12:30:00", "12:30:00"),
        ("2026-03-01", "2026-03-01"),
        ("2026-02-30", "2026-02-30"),
        ("007", "007"),
        ("0o17", "0o17"),
        (".nan", ".nan"),
        ("1e3", "1e3"),
        ("42", 42),
        ("-1.5", -1.5),
        ("'42'", "42"),
        ("912345678901234567890", "912345678901234567890"),
    ],
)
def test_scalars_mean_what_people_mean(written: str, meant: object) -> None:
    assert load(f"a: {written}", "f").data == {"a": meant}


def test_every_value_has_the_line_of_its_key() -> None:
    document = load("a: 1\nb:\n  - c: 2\n  - d:\n      3\n", "f")
    assert [document.line(path) for path in ("a", "b", "b.0.c", "b.1.d", "b.1.e", None)] == [1, 2, 3, 4, 4, 1]


@pytest.mark.parametrize("text", ["[" * 500_000, "{a: " * 50_000, "- " * 50_000, "? " * 50_000, "- " * 200_000 + "x"])
def test_deep_nesting_is_refused_and_does_not_crash(text: str) -> None:
    assert "nested more than 20 deep" in refused(text) or "key must be" in refused(text)


def test_aliases_cannot_multiply() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}]\n" for i in range(9))
    assert refused(bomb).startswith("f.yaml:1: anchors such as &a are not allowed")


def test_more_values_than_the_budget_are_refused() -> None:
    assert "200,000 values" in refused("[" + "1," * 200_001 + "]")


def test_lone_surrogates_and_control_characters_are_named_with_their_line() -> None:
    assert refused("a: 1\nb: \ud800").startswith("f.yaml:2: control characters")
    assert refused("a: 1\nb: x\x00").startswith("f.yaml:2: control characters")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]{}:,-?&*!|>'\"%@`#ab1 \n\t~<=\\", max_size=60))
def test_whatever_the_text_the_reader_returns_or_refuses(text: str) -> None:
    with suppress(Malformed):
        load(text, "f")


@pytest.mark.parametrize("text", ['title: "a\\0b"', 'title: "a\\x1b[31m"', '"a\\x07": b', '- "\\u0080"'])
def test_control_characters_are_refused_as_escapes_too(text: str) -> None:
    """PostgreSQL keeps no NUL: a title with one would stop all work on the articles there."""
    with pytest.raises(Malformed, match="control characters"):
        load(text, "page.md")
