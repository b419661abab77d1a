"""Markdown drawn in another dialect says the same, and nothing in it can become a mention, a tag or a false link."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deskbot.desk.markup import MARKDOWN, PLAIN, chunks, cut, draw, escape, honest_label, split, whole_address

BASE = "https://desk.example"
PAGE = """# Leave & pay

You get **sixteen** weeks, see [the policy](/leave#pay) and `HR-1`.

1. Ask
   - early
   - often
2. Wait

> A quote
> of two lines

| Country | Weeks |
|---|---|
| PT | 16 |
| DE | 14 |

```
a < b
```
"""


def test_a_page_is_the_same_page_again() -> None:
    drawn = draw(PAGE, MARKDOWN, BASE)
    assert drawn.startswith(
        "# Leave &amp; pay\n\nYou get **sixteen** weeks, see [the policy](https://desk.example/leave#pay)"
    )
    assert "1. Ask\n   - early\n   - often\n2. Wait" in drawn
    assert "> A quote\n> of two lines" in drawn
    assert "| Country | Weeks |\n| --- | --- |\n| PT | 16 |" in drawn
    assert draw(drawn.replace("&lt;", "<").replace("&amp;", "&"), MARKDOWN, BASE) == drawn


def test_plain_words_keep_addresses_and_lose_marks() -> None:
    drawn = draw(PAGE, PLAIN, BASE)
    assert "sixteen weeks, see the policy (https://desk.example/leave#pay) and HR-1." in drawn
    assert "PT | 16" in drawn
    assert "**" not in drawn


@pytest.mark.parametrize(
    ("label", "url", "shown"),
    [
        ("the policy", "https://x.example/a", "the policy"),
        ("https://bank.example", "https://evil.example/a", "https://evil.example/a"),
        ("bank.example", "https://evil.example", "https://evil.example"),
        ("https://x.example/long", "https://x.example/a", "https://x.example/long"),
        ("", "https://x.example", "https://x.example"),
        ("hr@x.example", "mailto:hr@x.example", "hr@x.example"),
    ],
)
def test_a_label_that_names_another_host_gives_way_to_the_address(label: str, url: str, shown: str) -> None:
    assert honest_label(label, url) == shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "file:///etc/passwd", "#part", ""]
)
def test_links_that_lead_nowhere_good_are_no_links(url: str) -> None:
    assert whole_address(url, BASE) is None


def test_an_address_can_be_written_into_any_dialect() -> None:
    assert whole_address("https://x.example/<!here>|(a)?q=1&r=2") == "https://x.example/%3C!here%3E%7C%28a%29?q=1&r=2"
    assert whole_address("/my") is None
    assert whole_address("/my", BASE + "/") == "https://desk.example/my"


def test_a_cut_tears_no_escaped_character() -> None:
    for limit in range(2, 12):
        shown = cut(escape("ab<c>&d") * 2, limit)
        assert len(shown) <= limit
        assert not re.search(r"&(?!(?:amp|lt|gt);)", shown)


TEXT = st.text(st.sampled_from(list("ab <>&`*_~[]()|\\!@#-+.1\n\t\x00é👩")), max_size=300)


@given(TEXT)
@example("<!channel> <@U1> &lt;!here&gt;")
@example("`<!channel>`\n\n    <@U1>\n\n```\n<!here>\n```")
def test_no_text_becomes_a_mention_or_a_tag(text: str) -> None:
    assert "<" not in draw(text, MARKDOWN, BASE)


@given(st.text(st.sampled_from(list("ab *_~[]()|\\!@#-+.1\n\té")), max_size=200))
def test_what_the_dialect_wrote_is_read_back_as_what_was_meant(text: str) -> None:
    """In code alone an escaped sign is shown as it is written: no mention may slip through there either."""
    again = draw(draw(text, MARKDOWN, BASE), PLAIN, BASE)
    assert re.sub(r"\W", "", again) == re.sub(r"\W", "", draw(text, PLAIN, BASE))


@given(TEXT, st.integers(40, 200))
@example("word " * 2_000, 100)
@example("x" * 1_000, 60)
@example("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 100, 100)
@example("```\n" + "line of code\n" * 100 + "```", 100)
def test_every_piece_is_short_and_nothing_is_lost(text: str, limit: int) -> None:
    pieces = chunks(text, MARKDOWN, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    lost = set(re.findall(r"[ab1é👩]", draw(text, MARKDOWN))) - set("".join(pieces))
    assert not lost


def test_a_split_table_repeats_its_head() -> None:
    pieces = chunks("| a | b |\n|---|---|\n" + "| one | two |\n" * 20, MARKDOWN, 120)
    assert len(pieces) > 1
    assert all(piece.startswith("| a | b |\n| --- | --- |\n| one") for piece in pieces)


def test_split_keeps_links_whole() -> None:
    line = "see " + "[a label](https://x.example/page) " * 5
    assert all(piece.count("[") == piece.count("](") == piece.count(")") for piece in split(line, 50))


def test_a_hostile_text_is_drawn_in_time_with_its_length() -> None:
    for text in ("<" * 5_000, "[" * 5_000, "`" * 5_000, "> " * 2_000, "*a " * 3_000, "&" * 5_000):
        assert chunks(text, MARKDOWN, 3_000)
