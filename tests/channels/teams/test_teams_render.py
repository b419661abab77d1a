"""A reply is drawn as Teams draws it, whole, and can mention nobody."""

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deskbot.channels.teams import card
from deskbot.channels.teams.render import MAX_ABSTRACT, MAX_NAME, MAX_TEXT, Message, render
from deskbot.desk.messages import Choice, Citation, FileLink, Form, FormField, Reply
from tests.channels.teams.activities import CARD_SCHEMA

BASE = "https://desk.example"
CARD = jsonschema.Draft6Validator(CARD_SCHEMA)
MAX_BYTES = 28 * 1024


def elements(part: Any) -> list[dict[str, Any]]:
    """Every element of a card, nested ones included."""
    if isinstance(part, list):
        return [found for inner in part for found in elements(inner)]
    if not isinstance(part, dict):
        return []
    return [part, *(found for value in part.values() for found in elements(value))]


def cards(messages: list[Message]) -> list[dict[str, Any]]:
    return [attached["content"] for message in messages for attached in message.get("attachments", [])]


def assert_valid(content: dict[str, Any]) -> None:
    worst = jsonschema.exceptions.best_match(CARD.iter_errors(content))
    assert worst is None, worst
    assert content["version"] == "1.5"


def assert_sound(messages: list[Message]) -> None:
    assert messages
    for message in messages:
        assert message["text"]
        json.dumps(message, allow_nan=False)
        assert len(message["text"].encode()) <= 4 * MAX_TEXT + 2_000
    for content in cards(messages):
        assert_valid(content)
    drawn = [found["text"] for found in elements(cards(messages)) if found.get("type") == "TextBlock"]
    for text in [*drawn, *(message["text"] for message in messages)]:
        assert not re.search(r"<(?!>)", text), text
        assert "<at" not in text


BAIT = ["<at>x</at>", "<at", "<b>", "<", ">", "&", "&lt;", "`", "```\n", "*", "_", "|", "\\", "[x](", ")", "\n", "\n\n"]
BAIT += ["- ", "1. ", "# ", "a|b\n-|-\n1|<at>2", "[y](javascript:x)", "[z](https://e.example/<at>)", "ab ", "ção "]
texts = st.lists(st.sampled_from(BAIT) | st.text(max_size=8), max_size=25).map("".join)
short = st.lists(st.sampled_from(BAIT) | st.text(max_size=5), max_size=6).map("".join)
FIELDS = (
    "text",
    "long_text",
    "choice",
    "date",
    "money",
    "number",
    "person",
    "file",
    "bank_account",
    "email",
    "phone",
    "yes_no",
)
fields = st.builds(
    FormField,
    key=st.uuids().map(str),
    kind=st.sampled_from(FIELDS),
    label=short,
    required=st.booleans(),
    hint=short,
    options=st.lists(st.tuples(short, short), max_size=4).map(tuple),
    value=short | st.sampled_from(["2026-05-01", "3", "nan", "inf", "yes"]),
    error=short,
)
forms = st.builds(
    Form,
    key=short,
    title=short,
    fields=st.lists(fields, max_size=5).map(tuple),
    submit_label=short,
    intro_md=texts,
    token=short,
)
replies = st.builds(
    Reply,
    text_md=texts,
    citations=st.lists(
        st.builds(Citation, short, short, short, st.none() | st.just("2026-01-01"), texts, st.none() | short),
        max_size=3,
    ).map(tuple),
    choices=st.lists(
        st.builds(
            Choice,
            short,
            short,
            short,
            st.sampled_from(["plain", "primary", "danger"]),
            st.sampled_from([None, "/my", "x"]),
        ),
        max_size=12,
    ).map(tuple),
    form=st.none() | forms,
    files=st.lists(st.builds(FileLink, short, short, short), max_size=2).map(tuple),
    status=short,
    speaker=short,
    language=st.sampled_from(["en", "pt"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(replies)
@example(Reply(""))
@example(Reply("<at>everyone</at>", speaker="<at>Bea</at>", status="<at>x</at>"))
@example(Reply("x" * 50_000))
def test_whatever_is_said_is_drawn_whole_and_mentions_nobody(reply: Reply) -> None:
    assert_sound(render(reply, BASE))


ANSWER = Reply(
    "## Notice\n\nThirty **days**.\n\n| years | days |\n|---|---|\n| 2 | 30 |",
    (Citation("leaving.md#notice", "Leaving", "v1", "2026-01-01", "Thirty **days**. " * 30, "/kb/leaving"),),
    (
        Choice("helped", "That helped", "t1", "primary"),
        Choice("ask_hr", "Ask HR", "t2"),
        Choice("p", "Page", url="/my"),
    ),
    status="HR-1042 · Payroll",
)


def test_an_answer_names_its_source_in_the_text_in_the_card_and_where_teams_shows_it() -> None:
    (message,) = render(ANSWER, BASE)
    assert message["textFormat"] == "markdown"
    assert message["text"].endswith("\n\n[1]")
    shown = message["entities"][0]["citation"][0]["appearance"]
    assert shown["url"] == "https://desk.example/kb/leaving"
    assert len(shown["name"]) <= MAX_NAME
    assert len(shown["abstract"]) <= MAX_ABSTRACT
    assert (
        cards([message])[0]["body"][0]["text"]
        == "[1] [Leaving](https://desk.example/kb/leaving) · in force since 2026-01-01"
    )


def test_an_answer_quoted_from_an_article_is_not_called_generated() -> None:
    assert "AIGeneratedContent" not in json.dumps(render(ANSWER, BASE))


def test_what_a_language_model_worded_is_called_generated() -> None:
    (message,) = render(replace(ANSWER, generated=True), BASE)
    assert message["entities"][0]["additionalType"] == ["AIGeneratedContent"]


def test_buttons_carry_their_verb_and_their_token_and_links_are_links() -> None:
    (row,) = [found for found in elements(cards(render(ANSWER, BASE))) if found.get("type") == "ActionSet"]
    helped, ask, page = row["actions"]
    assert helped["data"] == {"action": "helped", "token": "t1"}
    assert helped["style"] == "positive"
    assert (ask["type"], ask["title"]) == ("Action.Execute", "Ask HR")
    assert (page["type"], page["url"]) == ("Action.OpenUrl", "https://desk.example/my")


def test_more_buttons_than_a_row_shows_go_on_in_the_next() -> None:
    reply = Reply("Which?", choices=tuple(Choice("show", str(n), str(n)) for n in range(12)))
    rows = [found["actions"] for found in elements(cards(render(reply))) if found.get("type") == "ActionSet"]
    assert [len(row) for row in rows] == [5, 5, 2]


def test_a_link_that_may_not_be_followed_is_no_button() -> None:
    reply = Reply("x", choices=(Choice("l", "Look", url="javascript:alert(1)"),))
    assert "javascript" not in json.dumps(render(reply, BASE))
    assert [found["text"] for found in elements(cards(render(reply))) if "text" in found] == ["Look"]


def test_a_specialist_s_words_stand_under_their_name() -> None:
    (message,) = render(Reply("I moved <at>you</at>", speaker="Bea *Nunes*"), BASE)
    assert message["text"] == "**Bea \\*Nunes\\***\n\nI moved &lt;at&gt;you&lt;/at&gt;"


def test_a_line_about_the_ticket_is_no_reason_for_a_card() -> None:
    (message,) = render(Reply("Thirty days.", status="HR-1042"), BASE)
    assert message["text"] == "Thirty days.\n\n_HR-1042_"
    assert "attachments" not in message


def test_a_long_reply_goes_on_in_further_messages_and_its_buttons_hang_below_the_last() -> None:
    reply = Reply("\n\n".join(f"Paragraph {n}. " + "word " * 200 for n in range(40)), choices=(Choice("a", "A", "t"),))
    messages = render(reply)
    assert len(messages) > 2
    assert [("attachments" in message) for message in messages] == [False] * (len(messages) - 1) + [True]
    assert all(len(json.dumps(message, ensure_ascii=False).encode()) < MAX_BYTES for message in messages)
    assert sum(message["text"].count("Paragraph") for message in messages) == 40


FORM = Form(
    "name-change",
    "Name or address",
    (
        FormField("name", "text", "New name", value="Ana", hint="As in your passport"),
        FormField("from", "date", "From", value="2026-05-01"),
        FormField("moving", "yes_no", "Moving?", value="no"),
        FormField("street", "text", "Street", when=("moving", "yes")),
        FormField("kind", "choice", "Kind", options=(("a", "First"), ("b", "Second")), value="b"),
        FormField("document", "file", "A certificate", required=False),
    ),
    "Send",
    "Please **check**.",
    "signed",
)


def test_a_form_is_drawn_with_what_is_known_and_read_back_as_it_was_filled_in() -> None:
    content = card.whole(card.form(FORM, "en", BASE, {}))
    assert_valid(content)
    inputs = {found["id"]: found for found in elements(content) if str(found.get("type")).startswith("Input.")}
    assert list(inputs) == ["field:name", "field:from", "field:moving", "field:street", "field:kind"]
    assert inputs["field:name"]["isRequired"]
    assert "isRequired" not in inputs["field:street"]
    (send,) = [found for found in elements(content) if found.get("type") == "Action.Execute"]
    filled = {**send["data"], "field:name": "Ana B", "field:kind": "a", "other": "ignored"}
    press = card.pressed(filled)
    assert press == card.Press("name-change", "signed", True, {"name": "Ana B", "kind": "a"})


def test_a_field_that_is_for_another_s_value_says_so_and_a_file_is_sent_on_the_web() -> None:
    said = [found["text"] for found in card.form(FORM, "en", BASE, {}) if found["type"] == "TextBlock"]
    assert "Only if Moving?: Yes." in said
    assert "As in your passport" in said
    assert said[-1] == "A document can be added here: [the form on the web](https://desk.example/requests/name-change)"


@pytest.mark.parametrize(
    "data", [{}, {"action": "x"}, {"token": "x"}, {"action": 3, "token": "x"}, {"action": "", "token": "x"}]
)
def test_data_that_is_none_of_ours_is_no_press(data: dict[str, Any]) -> None:
    assert card.pressed(data) is None
