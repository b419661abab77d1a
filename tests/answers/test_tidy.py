"""What people read of a page is plain Markdown, whatever the page was written with."""

import re
import time
from pathlib import Path

import pytest

from deskbot.answers.knowledge import EVERYTHING, build
from deskbot.answers.quote import LONGEST, passage
from deskbot.answers.terms import thesaurus
from deskbot.answers.tidy import tidy
from deskbot.desk.markup import MARKDOWN, PLAIN, draw

KNOWN = thesaurus()
KB = Path(__file__).parents[1] / "data" / "kb"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ask {% include hr.html %}the team.", "Ask the team."),
        ("{{ site.name }} pays.{: .note}", "pays."),
        ("See [pay]({{ site.baseurl }}/pay) and [leave]({% link leave.md %}).", "See pay and leave."),
        ("Before.<!-- TODO: ask legal -->", "Before."),
        ("You <b>must</b> ask<br>your <em>boss</em>.", "You **must** ask\nyour *boss*."),
        ('See <a href="https://x.example/a">the form</a>.', "See [the form](https://x.example/a)."),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ('<span style="color:red">Now</span>', "Now"),
        ("![the org chart](chart.png)Below.", "the org chartBelow."),
        ("<script>alert(1)</script>Text", "Text"),
        ("less than 5 < 6 days, <https://x.example>", "less than 5 < 6 days, <https://x.example>"),
        ("a <unknown> tag", "a <unknown> tag"),
    ],
)
def test_html_and_leftovers_become_markdown_or_go(written: str, read: str) -> None:
    assert tidy(written) == read


def test_a_table_in_html_becomes_a_table() -> None:
    html = "<table><tr><th>Year</th><th>Days</th></tr><tr><td>1<br>to 3</td><td>20 | 22</td></tr></table>"
    assert tidy(f"Days:\n{html}\nDone.") == "Days:\n\n| Year | Days |\n| --- | --- |\n| 1 to 3 | 20 \\| 22 |\n\nDone."


def test_a_table_of_two_columns_without_a_head_becomes_a_list() -> None:
    html = "<table>\n<tr><td>New Year&#39;s Day</td><td>1 January</td></tr>\n<tr><td>Easter</td><td></td></tr></table>"
    assert tidy(html) == "- New Year's Day: 1 January\n- Easter"


def test_code_stays_as_it_is() -> None:
    text = "Paste:\n\n```html\n<table>{{ name }}</table>\n```\n\n<b>Then</b> go."
    assert tidy(text) == "Paste:\n\n```html\n<table>{{ name }}</table>\n```\n\n**Then** go."


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("final-pay.md", "/knowledge/leaving/final-pay"),
        ("../pay/payday.md#dates", "/knowledge/pay/payday#dates"),
        ("#notice", "/knowledge/leaving/resigning#notice"),
        ("https://x.example/a.md", "https://x.example/a.md"),
        ("mailto:hr@x.example", "mailto:hr@x.example"),
        ("../../secret.md", "../../secret.md"),
    ],
)
def test_links_to_other_articles_lead_to_the_site(link: str, leads_to: str) -> None:
    assert tidy(f"See [it]({link}).", "leaving/resigning.md") == f"See [it]({leads_to})."


def test_tables_lists_and_links_of_a_quote_survive_in_every_dialect() -> None:
    """The quote goes through the walk that every channel draws with."""
    quote = tidy("Days:\n\n| Who | Days |\n|--|--|\n| all | 25 |\n\n- ask [HR](hr.md)\n- wait", "a.md")
    assert "| all | 25 |" in draw(quote, MARKDOWN, "https://desk.example")
    assert "- ask [HR](https://desk.example/knowledge/hr)" in draw(quote, MARKDOWN, "https://desk.example")
    plain = draw(quote, PLAIN, "https://desk.example")
    assert "all | 25" in plain
    assert "• ask HR (https://desk.example/knowledge/hr)" in plain


@pytest.mark.parametrize(
    "piece", ["<table>", "<table", "{{", "[a](", "[[", "<a href=x>", "<!--", "```\n", "![", "<script>"]
)
def test_a_hostile_page_costs_time_in_its_length_alone(piece: str) -> None:
    began = time.monotonic()
    tidy(piece * (200_000 // len(piece)))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("handbook", ["18f", "sourcegraph", "clef"])
def test_every_section_of_real_handbooks_reads_as_plain_markdown(handbook: str) -> None:
    """No tag, no leftover, no link without an address, and no section with a text but nothing to quote."""
    pages = {
        path.relative_to(KB / handbook).as_posix(): path.read_text("utf-8") for path in (KB / handbook).rglob("*.md")
    }
    knowledge = build(pages)
    for section in knowledge.sections:
        quote = knowledge.opening(section, LONGEST)
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", quote, flags=re.S)
        assert not re.search(r"</?(?:table|tr|td|div|span|p|br|a|ul|li)\b|<!--|\{%|\{\{|\]\(\s*\)", prose), section.id
        assert quote or not section.text_md, section.id
        assert len(quote) <= 2 * LONGEST + 100, section.id


def _quote(text: str, *terms: str) -> str:
    return passage(text, set(terms), "en", KNOWN)


FILLER = "Plants are watered on every second Thursday by the facilities team. " * 9


def test_no_quote_ends_with_an_introduction_to_what_is_left_out() -> None:
    text = f"Salaries come monthly.\n\n{FILLER}\n\nTo see your payslips:\n\n- {FILLER}{FILLER}"
    assert "To see your payslips" not in _quote(text, "salari")


def test_a_list_comes_with_its_introduction() -> None:
    text = f"{FILLER}\n\n{FILLER}\n\nThese count as family:\n\n- spouse\n- child"
    assert _quote(text, "spous") == "…\n\nThese count as family:\n\n- spouse\n- child"


def test_of_a_long_table_the_rows_that_answer_come_under_its_head() -> None:
    rows = "\n".join(f"| Town {at} office | {FILLER[:60]} |" for at in range(40))
    quote = _quote(f"{FILLER}\n\n| Office | Plants |\n| --- | --- |\n{rows}\n| Lisbon office | none |", "lisbon")
    assert "| Office | Plants |\n| --- | --- |\n| Lisbon office | none |" in quote
    assert "Town 7" not in quote
    assert len(quote) < LONGEST


def test_a_heading_with_nothing_but_smaller_headings_is_quoted_with_theirs() -> None:
    knowledge = build(
        {"check.md": "# Background checks\n\n## What is checked\n\nIdentity.\n\n## How long\n\nA week.\n"}
    )
    found = knowledge.find("background checks", EVERYTHING)
    assert found.ranked[0][0].id == "check.md#background-checks"
    assert found.quote_md == "**What is checked**\n\nIdentity.\n\n**How long**\n\nA week."


def test_asked_how_long_or_how_much_the_block_with_the_number_is_quoted() -> None:
    """Words around the matter are said everywhere in its article; the amount is not."""
    told = "New parent leave is twelve weeks: 12 weeks at full pay, and no day of them is taken from vacation."
    around = "Give notice of your new parent leave as early as you can. " * 10
    quote = _quote(f"{around}\n\n{around}\n\n{told}\n\n{around}", "leav", "parent", "@deadline")
    assert told in quote
