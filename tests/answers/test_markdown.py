"""Markdown is shown safely and read as words."""

import pytest

from deskbot.answers.markdown import to_html, to_plain
from deskbot.desk.links import safe_link


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "vbscript:x",
        "data:image/svg+xml;base64,AA",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "slack://open",
        "intent://x",
        "https://bank.example@evil.example/",
        "https://",
        "java\tscript:alert(1)",
        "http://a\u202eb.example",
        "relative/page.md",
        "",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_a_link_off_the_list_is_refused(bad: str) -> None:
    """Only web, mail and telephone addresses and paths of this site pass."""
    assert safe_link(bad) is None


@pytest.mark.parametrize(
    "good", ["https://a.example/x?y#z", "http://a.example", "mailto:a@b.example", "tel:+351", "/my", "#a"]
)
def test_a_link_on_the_list_stays_as_it_is(good: str) -> None:
    """Allowed links are not rewritten."""
    assert safe_link(good) == good


def test_nothing_in_a_page_becomes_active() -> None:
    """Scripts, handlers, images and foreign schemes do not survive; the words do."""
    html = to_html(
        "<script>alert(1)</script> <img src=x onerror=y> [go](javascript:alert(1)) [out](//evil.example) **bold**"
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html
    assert "<strong>bold</strong>" in html


def test_tables_and_lists_survive() -> None:
    """They are often the answer."""
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |\n\n1. x\n2. y\n")
    assert "<table>" in html
    assert "<ol>" in html


def test_plain_text_has_no_marks_addresses_or_template_leftovers() -> None:
    """What is left is words."""
    text = to_plain(
        "## *Hi* [here](https://x.example/a_(b)) {% include x %}{: .c } <b>you</b> &amp; snake_case\n\n| a | b |"
    )
    assert text.split() == ["Hi", "here", "you", "&", "snake_case", "a", "b"]


@pytest.mark.parametrize("piece", ["{%", "{{", "<!--", "[a](", "<a", "![](", "*", "`", "|", "(", "{:"])
def test_a_hostile_page_is_read_in_its_length(piece: str) -> None:
    """No repetition makes reading take the square of the length: 200,000 characters end at once."""
    assert isinstance(to_plain(piece * (200_000 // len(piece))), str)
