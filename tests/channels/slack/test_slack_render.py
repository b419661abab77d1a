"""A reply is drawn within Slack's limits, whole, and can mention nobody."""

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SlackBlock
from slack_sdk.models.views import View

from deskbot.channels.slack import forms
from deskbot.channels.slack.blocks import size
from deskbot.channels.slack.render import MAX_BLOCKS, MAX_MESSAGE, Message, render, render_home
from deskbot.desk.messages import Choice, Citation, FileLink, Form, FormField, Reply
from tests.channels.slack.payloads import DATA

SCHEMA = json.loads((DATA / "slack-block-kit.schema.json").read_text())
BASE = "https://desk.example"


def validator(definition: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator({**SCHEMA, "$ref": f"#/definitions/{definition}"})


MESSAGE, MODAL, HOME = validator("MessageBlocks"), validator("ModalView"), validator("HomeView")


def strings(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [text for value in part.values() for text in strings(value)]
    if isinstance(part, list):
        return [text for value in part for text in strings(value)]
    return [part] if isinstance(part, str) else []


def marked(block: dict[str, Any]) -> list[str]:
    """Every text of a block that Slack reads for marks: not rich text's and not plain text."""
    if block.get("type") in {"rich_text", "plain_text"}:
        return []
    if block.get("type") in {"mrkdwn", "markdown"}:
        return [block["text"]]
    return [
        text
        for value in block.values()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
        for text in marked(part)
    ]


def assert_sound(messages: list[Message]) -> None:
    assert messages
    for message in messages:
        MESSAGE.validate(message.blocks)
        assert 0 < len(message.blocks) <= MAX_BLOCKS
        assert size(message.blocks) <= MAX_MESSAGE
        assert message.text
        for block in message.blocks:
            parsed = SlackBlock.parse(block)
            assert parsed is not None
            parsed.to_dict()
        for text in [message.text, *(text for block in message.blocks for text in marked(block))]:
            assert not re.search(r"<[!@#]", text), text
            assert not re.search(r"&(?!(amp|lt|gt);)", re.sub(r"\]\([^)]*\)", "]()", text)), text


BAIT = [
    "<!channel>",
    "<!here>",
    "<@U1>",
    "<#C1>",
    "@here",
    "&lt;",
    "&",
    "<",
    ">",
    "`",
    "```\n",
    "*",
    "_",
    "~",
    "|",
    "\\",
    "[x](",
    ")",
    "\n",
    "\n\n",
    "\n- ",
    "\n> ",
    "\n# ",
    "\n1. ",
    "<https://evil.example|bank>",
    "https://x.example",
    "[a](/b)",
    "![i](/p.png)",
    "| a | b |\n|---|---|\n| <@U1> | `<!here>` |\n",
    "<script>",
    "é",
    "👩‍💻",
    "\x00",
    "\x07",
    "word ",
]
TEXT = st.lists(st.sampled_from(BAIT) | st.text(max_size=30), max_size=40).map("".join)
LINE = st.lists(st.sampled_from(BAIT) | st.text(max_size=10), min_size=1, max_size=8).map("".join)
URLS = st.sampled_from(
    ["https://x.example/a?b=1&c=<!here>|x", "/kb/leave", "javascript:alert(1)", "", "//evil.example"]
)
CITATIONS = st.builds(
    Citation, st.just("a.md#b"), LINE, st.just("v1"), st.sampled_from([None, "2026-01-01"]), TEXT, URLS
)
CHOICES = st.builds(
    Choice,
    st.sampled_from(["ask_hr", "helped", "show"]),
    LINE,
    st.text(max_size=300),
    st.sampled_from(["plain", "primary", "danger"]),
    st.none() | URLS,
)
FILES = st.builds(FileLink, LINE, st.just("application/pdf"), URLS)
REPLIES = st.builds(
    Reply,
    TEXT,
    st.lists(CITATIONS, max_size=12).map(tuple),
    st.lists(CHOICES, max_size=8).map(tuple),
    st.none(),
    st.lists(FILES, max_size=3).map(tuple),
    st.just("") | LINE,
    st.booleans(),
    st.just("") | LINE,
    st.sampled_from(["en", "pt"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPLIES)
@example(Reply("<!channel> <!here> <@U1> <#C1> @here"))
@example(Reply("`<!channel>`\n\n```\n<!here> <@U1>\n```\n\n> <@U1>", speaker="<!channel>"))
def test_any_reply_is_drawn_within_the_limits_and_mentions_nobody(reply: Reply) -> None:
    assert_sound(render(reply, BASE))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPLIES)
def test_any_reply_can_stand_on_home(reply: Reply) -> None:
    view = render_home(reply, BASE)
    HOME.validate(view)
    for block in view["blocks"]:
        assert all(not re.search(r"<[!@#]", text) for text in marked(block))


def test_an_answer_shows_its_text_its_source_its_buttons_and_its_status() -> None:
    citation = Citation("leave.md#pay", "Parental leave: Pay", "v1", "2026-01-01", "q", "/kb/leave#pay")
    reply = Reply(
        "**Sixteen** weeks, see [the policy](/kb/leave).",
        (citation,),
        (Choice("helped", "That helped", "t1", "primary"), Choice("ask_hr", "Ask HR", "t2")),
        status="HR-1042 · Payroll",
    )
    (message,) = render(reply, BASE)
    kinds = [block["type"] for block in message.blocks]
    assert kinds == ["markdown", "context", "actions", "context"]
    assert message.blocks[0]["text"] == "**Sixteen** weeks, see [the policy](https://desk.example/kb/leave)."
    assert message.blocks[1]["elements"][0]["text"].startswith(
        "<https://desk.example/kb/leave#pay|[1] Parental leave: Pay>"
    )
    assert [(b["action_id"], b["value"]) for b in message.blocks[2]["elements"]] == [("helped", "t1"), ("ask_hr", "t2")]
    assert message.text == "Sixteen weeks, see the policy (https://desk.example/kb/leave).\nHR-1042 · Payroll"


def test_a_verb_that_comes_twice_is_numbered() -> None:
    reply = Reply("Which?", choices=tuple(Choice("show", f"Article {n}", str(n)) for n in range(3)))
    (message,) = render(reply)
    assert [b["action_id"] for b in message.blocks[1]["elements"]] == ["show", "show#2", "show#3"]


def test_a_long_text_goes_on_in_further_messages_and_nothing_is_lost() -> None:
    words = [f"word{n}" for n in range(6_000)]
    messages = render(Reply("\n\n".join(" ".join(words[i : i + 60]) for i in range(0, 6_000, 60))))
    assert_sound(messages)
    assert len(messages) > 3
    assert " ".join(block["text"] for message in messages for block in message.blocks).split() == words


def test_a_specialists_words_are_quoted_under_their_name() -> None:
    (message,) = render(Reply("Please send **both** pages, <!channel>.\n\n- one\n- two", speaker="Ana Silva"))
    assert message.blocks[0]["elements"][0]["text"] == "*Ana Silva*"
    quote = message.blocks[1]["elements"][0]
    assert (message.blocks[1]["type"], quote["type"]) == ("rich_text", "rich_text_quote")
    assert {"type": "text", "text": "both", "style": {"bold": True}} in quote["elements"]
    assert "channel>" in "".join(strings(quote))
    assert "<!" not in "".join(strings(quote))
    assert "<!channel>" not in message.text


def test_a_link_that_may_not_be_followed_stays_as_words() -> None:
    reply = Reply("[x](javascript:alert(1))", choices=(Choice("open", "Open it", url="javascript:alert(1)"),))
    (message,) = render(reply, BASE)
    assert all(block["type"] != "actions" for block in message.blocks)
    assert "Open it" in " ".join(strings(message.blocks))


FIELDS = st.builds(
    FormField,
    st.sampled_from([f"field{n}" for n in range(12)]),
    st.sampled_from(
        [
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
        ]
    ),
    LINE,
    st.booleans(),
    TEXT,
    st.lists(st.tuples(st.text(max_size=160), LINE), max_size=5, unique_by=lambda o: o[0]).map(tuple),
    st.sampled_from(["", "yes", "2026-02-30", "2026-03-01", "12.5", "a@b.example"]) | st.text(max_size=20),
    st.none() | st.just(("field1", "yes")),
    TEXT,
)
FORMS = st.builds(
    Form,
    st.just("leave"),
    LINE,
    st.lists(FIELDS, min_size=1, max_size=8, unique_by=lambda f: f.key).map(tuple),
    LINE,
    TEXT,
    st.text("ab", max_size=900),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FORMS, st.sampled_from(["en", "pt"]))
def test_any_form_is_a_modal_slack_accepts(form: Form, language: str) -> None:
    view = forms.modal(form, "T01:D01:1.1", language, BASE)
    MODAL.validate(view)
    View(**view).to_dict()
    assert forms.context(view) == forms.FormContext(form.token, "T01:D01:1.1")


def test_a_field_for_another_fields_value_says_when_it_is_meant() -> None:
    pay = FormField("pay", "yes_no", "Show pay?")
    consent = FormField("payee", "text", "Who reads it?", when=("pay", "yes"))
    view = forms.modal(Form("letter", "Letter", (pay, consent), "Send"), "T:D:1")
    block = view["blocks"][1]
    assert block["optional"]
    assert block["hint"]["text"] == "Only if Show pay?: Yes."


def test_refused_fields_are_told_at_their_place_and_the_rest_at_the_first() -> None:
    view = {"blocks": [{"type": "section"}, {"type": "input", "block_id": "a"}, {"type": "input", "block_id": "b"}]}
    assert forms.errors(view, {"b": "Too short.", "": "Not now.", "c": "Nor this."}) == {
        "b": "Too short.",
        "a": "Not now. Nor this.",
    }


@pytest.mark.parametrize("value", ["x" * 2_001])
def test_a_button_whose_token_is_too_long_stays_as_words(value: str) -> None:
    (message,) = render(Reply("Hi", choices=(Choice("show", "Look", value),)))
    assert "Look" in " ".join(strings(message.blocks))
