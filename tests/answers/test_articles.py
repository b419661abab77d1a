"""Front matter is read leniently, audiences close by default."""

from datetime import date

import pytest

from deskbot.answers.articles import parse_page, read_front_matter, version_of
from deskbot.answers.audience import Audience, parse_audience

PORTO = Audience(country="PT", contract="permanent")
BOSS = Audience(country="US", is_manager=True)
PAYROLL = Audience(country="US", roles=frozenset({"payroll"}))


def test_front_matter_of_foreign_handbooks_is_read() -> None:
    """Lists in both spellings, nested pairs, quotes and comments come through; other lines are passed over."""
    head = (
        'title: "A: b" \ntags: [x, "y"]\naliases:\n  - one\n  - two\n'
        "audience:\n  country: PT\n  ???\nreview: 2026-01-01 # soon\n"
    )
    fields = read_front_matter(head)
    assert fields["title"] == "A: b"
    assert fields["tags"] == ["x", "y"]
    assert fields["aliases"] == ["one", "two"]
    assert fields["audience"] == {"country": "PT"}
    assert fields["review"] == "2026-01-01"


def test_a_page_keeps_what_its_front_matter_says() -> None:
    """Title, owner, language, dates and aliases are the article's; the sections carry it."""
    page = parse_page(
        "---\ntitle: Leave\nowner: leave\nlanguage: pt\neffective: 2026-01-01\naliases: [pto]\n---\nText\n", "a.md"
    )
    article = page.sections[0].article
    assert (article.title, article.owner, article.language, article.aliases) == ("Leave", "leave", "pt", ("pto",))
    assert article.effective == date(2026, 1, 1)
    assert not page.faults


def test_a_bad_date_is_a_fault_and_not_an_error() -> None:
    """The page is read all the same."""
    page = parse_page("---\nreview: soon\n---\nText\n", "a.md")
    assert "`review: soon` is not a date" in page.faults[0].message
    assert page.sections


def test_a_version_changes_with_the_words_and_not_with_trailing_spaces() -> None:
    """Spaces at line ends are nobody's policy."""
    assert version_of("a  \nb\n") == version_of("a\nb")
    assert version_of("a") != version_of("b")


def test_a_page_beyond_the_limits_is_cut_and_reported() -> None:
    """20,000 lines are read, the rest is a fault."""
    page = parse_page("# A\n" + "x\n" * 25_000, "a.md")
    assert page.faults[0].rule == "too-long"


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        (None, [PORTO, BOSS, PAYROLL]),
        ("public", [None, PORTO, BOSS, PAYROLL]),
        ("country: pt", [PORTO]),
        ({"country": ["PT", "US"], "contract": "Permanent"}, [PORTO]),
        (["managers"], [BOSS, PAYROLL]),
        ("hr", [PAYROLL]),
        ("role: payroll", [PAYROLL]),
        ("role: leave", []),
        ("managers, hr", [BOSS, PAYROLL]),
        ("martians", [PAYROLL]),
    ],
)
def test_an_audience_admits_exactly_those_it_names(audience: object, seen_by: list[Audience | None]) -> None:
    """Every key must hold; what cannot be understood closes the article to all but HR."""
    rule, _ = parse_audience(audience)
    assert [viewer for viewer in (None, PORTO, BOSS, PAYROLL) if rule.admits(viewer)] == seen_by
