"""A payload of Slack's becomes what a person did, and nothing else does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbot.channels.slack import forms
from deskbot.channels.slack.delivery import RECEIVED_AT
from deskbot.channels.slack.parse import attached, parse, split_id
from deskbot.channels.slack.wording import meant
from deskbot.desk.messages import Form, FormField, Inbound
from tests.channels.slack.payloads import (
    ALICE,
    BOT,
    DATA,
    NOW,
    TEAM,
    as_json,
    command,
    direct_message,
    envelope,
    mention,
    pressed,
    submitted,
)


def said(event: dict[str, Any], **more: Any) -> list[Inbound]:
    return parse("event", as_json(envelope(event, **more)))


def one(inbounds: list[Inbound]) -> Inbound:
    (inbound,) = inbounds
    return inbound


def test_a_direct_message_starts_a_conversation_in_its_own_thread() -> None:
    inbound = one(said(direct_message("How much leave?")))
    assert (inbound.scope, inbound.sender, inbound.text, inbound.kind) == (TEAM, ALICE, "How much leave?", "message")
    assert inbound.conversation == inbound.external_id == f"{TEAM}:D01ALICE:{NOW}.000100"
    assert (inbound.place, inbound.private, inbound.mentioned) == ("D01ALICE", True, False)
    assert inbound.delivery == f"slack:{TEAM}:Ev01ABC"
    assert inbound.sent_at.timestamp() == pytest.approx(NOW + 0.0001)


def test_an_answer_in_a_thread_keeps_the_conversation() -> None:
    inbound = one(said(direct_message(ts=f"{NOW}.900000", thread_ts=f"{NOW}.000100")))
    assert inbound.conversation == f"{TEAM}:D01ALICE:{NOW}.000100"
    assert inbound.external_id == f"{TEAM}:D01ALICE:{NOW}.900000"


def test_a_mention_in_a_channel_is_public_and_loses_the_bots_name() -> None:
    inbound = one(said(mention(f"Hey <@{BOT}>: when is payday?")))
    assert (inbound.text, inbound.private, inbound.mentioned, inbound.place) == (
        "Hey when is payday?",
        False,
        True,
        "C01GEN",
    )


def test_channel_talk_without_a_mention_is_nobodys_question() -> None:
    assert said(direct_message(channel="C01GEN", channel_type="channel")) == []


def test_a_thread_in_a_channel_goes_on_without_a_mention() -> None:
    event = direct_message("and bonus?", channel="C01GEN", channel_type="channel", thread_ts=f"{NOW}.000001")
    inbound = one(said(event))
    assert (inbound.mentioned, inbound.conversation) == (False, f"{TEAM}:C01GEN:{NOW}.000001:{ALICE}")


def test_a_mention_in_a_thread_is_heard_once() -> None:
    """Slack delivers it both as a message and as a mention."""
    text = f"<@{BOT}> and bonus?"
    where = {"channel": "C01GEN", "channel_type": "channel", "thread_ts": f"{NOW}.000001"}
    assert said(direct_message(text, **where)) == []
    assert len(said(mention(text, thread_ts=f"{NOW}.000001"))) == 1


@pytest.mark.parametrize(
    "event",
    [
        direct_message(bot_id="B09"),
        direct_message(user=BOT),
        direct_message(user="USLACKBOT"),
        direct_message(user=None),
        direct_message(subtype="channel_join"),
        direct_message(subtype="message_changed", message={"bot_id": "B1", "user": BOT, "text": "x", "ts": "1.1"}),
        {"type": "reaction_added", "user": ALICE},
    ],
)
def test_bots_and_the_rooms_own_notices_are_not_people(event: dict[str, Any]) -> None:
    assert said(event) == []


def test_an_edit_names_the_message_it_changes() -> None:
    message = {"user": ALICE, "text": "new", "ts": f"{NOW}.000100", "edited": {"user": ALICE, "ts": f"{NOW}.1"}}
    event = direct_message(
        subtype="message_changed", ts=f"{NOW}.700000", message=message, previous_message={**message, "text": "old"}
    )
    inbound = one(said(event))
    assert (inbound.kind, inbound.text, inbound.external_id) == ("edit", "new", f"{TEAM}:D01ALICE:{NOW}.000100")


def test_an_unfurled_link_is_no_edit() -> None:
    message = {"user": ALICE, "text": "same", "ts": f"{NOW}.000100", "attachments": [{"title": "preview"}]}
    event = direct_message(subtype="message_changed", message=message, previous_message={**message, "attachments": []})
    assert said(event) == []


def test_a_deletion_names_the_message_and_carries_no_words() -> None:
    previous = {"user": ALICE, "text": "secret", "ts": f"{NOW}.000100"}
    event = direct_message(subtype="message_deleted", deleted_ts=f"{NOW}.000100", previous_message=previous)
    inbound = one(said(event))
    assert (inbound.kind, inbound.text, inbound.external_id) == ("delete", "", f"{TEAM}:D01ALICE:{NOW}.000100")


def test_a_shared_file_is_named_and_fetched_later() -> None:
    record = {
        "id": "F1",
        "name": "payslip.pdf",
        "mimetype": "application/pdf",
        "url_private": "https://files.slack.com/x",
    }
    event = direct_message("here", subtype="file_share", files=[record])
    (file,) = one(said(event)).files
    assert (file.name, file.media_type, file.data) == ("payslip.pdf", "application/pdf", b"")
    assert attached("event", as_json(envelope(event))) == [record]


def test_a_channel_shared_with_another_company_gets_only_direct_answers() -> None:
    inbound = one(said(mention(user_team=TEAM), is_ext_shared_channel=True))
    assert (inbound.place, inbound.private, inbound.conversation) == (ALICE, True, f"{TEAM}:{ALICE}::{NOW}.000200")


def test_a_person_of_another_company_is_not_answered() -> None:
    assert said(mention(user="U99", user_team="T99OTHER"), is_ext_shared_channel=True) == []


def test_in_an_organisation_people_are_known_by_the_organisation() -> None:
    authorization = {"enterprise_id": "E01", "team_id": TEAM, "user_id": BOT, "is_bot": True}
    assert one(said(direct_message(), authorizations=[authorization], enterprise_id="E01")).scope == "E01"
    assert one(parse("action", as_json(pressed(enterprise={"id": "E01"})))).scope == "E01"


def test_opening_the_app_names_the_tab() -> None:
    event = {"type": "app_home_opened", "user": ALICE, "channel": "D01ALICE", "tab": "messages", "event_ts": f"{NOW}.1"}
    inbound = one(said(event))
    assert (inbound.kind, inbound.verb, inbound.sender) == ("open", "messages", ALICE)


def test_a_button_carries_its_verb_and_token_into_the_thread_it_hangs_in() -> None:
    inbound = one(parse("action", as_json(pressed("ask_hr#2", "token"))))
    assert (inbound.kind, inbound.verb, inbound.value, inbound.sender) == ("choice", "ask_hr", "token", ALICE)
    assert inbound.conversation == f"{TEAM}:D01ALICE:{NOW}.000100"
    assert inbound.external_id == f"{TEAM}:D01ALICE:{NOW}.000300"


def test_a_button_on_home_speaks_in_the_persons_own_conversation() -> None:
    payload = pressed(container={"type": "view", "view_id": "V1"}, channel=None, message=None)
    inbound = one(parse("action", as_json(payload)))
    assert inbound.conversation.startswith(f"{TEAM}:{ALICE}::")
    assert inbound.private


def test_two_people_in_one_thread_are_two_conversations() -> None:
    alice, bob = (one(said(mention(user=user, thread_ts=f"{NOW}.000001"))) for user in (ALICE, "U02BOB"))
    assert alice.conversation != bob.conversation
    assert split_id(alice.conversation) == split_id(bob.conversation) == (TEAM, "C01GEN", f"{NOW}.000001")


def test_a_bystanders_click_is_the_bystanders_conversation() -> None:
    where = {"type": "message", "message_ts": f"{NOW}.000300", "channel_id": "C01GEN", "thread_ts": f"{NOW}.000100"}
    inbound = one(parse("action", as_json(pressed(container=where, user={"id": "U02BOB", "team_id": TEAM}))))
    assert (inbound.sender, inbound.conversation) == ("U02BOB", f"{TEAM}:C01GEN:{NOW}.000100:U02BOB")


def test_a_link_button_is_nothing_to_work() -> None:
    assert parse("action", as_json(pressed(actions=[{"action_id": "link", "url": "https://x.example"}]))) == []


def test_a_command_is_answered_to_its_writer_alone() -> None:
    body = as_json({**command("status &amp; more"), RECEIVED_AT: "2026-11-23T10:00:00+00:00"})
    inbound = one(parse("command", body))
    assert (inbound.kind, inbound.text, inbound.private) == ("command", "status & more", True)
    assert (inbound.conversation, inbound.sent_at.year) == (f"{TEAM}:{ALICE}::99.88.77", 2026)
    assert split_id(inbound.conversation) == (TEAM, ALICE, "")


def test_a_message_shortcut_carries_the_messages_words() -> None:
    payload = pressed(type="message_action", callback_id="hr_from_message")
    payload["message"] = {"text": "my &lt;pay&gt; is wrong", "ts": f"{NOW}.4", "user": "U02BOB"}
    inbound = one(parse("shortcut", as_json(payload)))
    assert (inbound.kind, inbound.verb, inbound.text) == ("command", "hr_from_message", "my <pay> is wrong")


def test_a_bare_command_and_the_global_shortcut_ask_for_help_and_the_catalogue() -> None:
    assert one(parse("command", as_json(command("  ")))).text == "help"
    payload = pressed(type="shortcut", callback_id="hr_ticket", message=None)
    assert one(parse("shortcut", as_json(payload))).text == "catalog"


FORM = Form(
    "leave",
    "Parental leave",
    (
        FormField("reason", "long_text", "Why"),
        FormField("kind", "choice", "Kind", options=(("paid", "Paid"), ("unpaid", "Unpaid"))),
        FormField("from", "date", "From"),
        FormField("proof", "file", "Proof", required=False),
        FormField("again", "yes_no", "Again?"),
    ),
    "Send",
    token="form-token",
)


def test_a_sent_form_brings_back_its_token_conversation_fields_and_files() -> None:
    view = forms.modal(FORM, f"{TEAM}:D01ALICE:{NOW}.000100")
    values = {
        "reason": {"answer": {"type": "plain_text_input", "value": "A baby"}},
        "kind": {"answer": {"type": "static_select", "selected_option": {"value": "paid"}}},
        "from": {"answer": {"type": "datepicker", "selected_date": "2027-03-01"}},
        "proof": {
            "answer": {"type": "file_input", "files": [{"id": "F1", "name": "a.pdf", "mimetype": "application/pdf"}]}
        },
        "again": {"answer": {"type": "radio_buttons", "selected_option": None}},
    }
    inbound = one(parse("view", as_json(submitted(view, values))))
    assert (inbound.kind, inbound.verb, inbound.value) == ("form", "leave", "form-token")
    assert inbound.conversation == f"{TEAM}:D01ALICE:{NOW}.000100"
    assert inbound.fields == {"reason": "A baby", "kind": "paid", "from": "2027-03-01", "proof": "a.pdf", "again": ""}
    assert [file.name for file in inbound.files] == ["a.pdf"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("<https://x.example|the page>", "the page (https://x.example)"),
        ("<http://x.example|x.example>", "http://x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<@U1> and <@U2|ana>", "@U1 and @ana"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!channel|channel> <!subteam^S1|@payroll>", "@here @channel @payroll"),
        ("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014"),
        ("1 < 2 and &lt;!channel&gt;", "1 < 2 and <!channel>"),
        (f"<@{BOT}> hi <@{BOT}|deskbot>, there", "hi there"),
    ],
)
def test_slacks_marks_become_what_the_writer_saw(sent: str, shown: str) -> None:
    assert meant(sent, BOT) == shown


SHAPES = json.loads((DATA / "slack-payload-shapes.json").read_text())
KINDS = {
    "BlockActionPayload": "action",
    "ViewSubmissionPayload": "view",
    "SlashCommandPayload": "command",
    "MessageShortcutPayload": "shortcut",
}


@pytest.mark.parametrize("name", SHAPES["requests"])
def test_every_recorded_request_is_read(name: str) -> None:
    assert isinstance(parse(KINDS.get(name, "other"), as_json(SHAPES["requests"][name])), list)


@pytest.mark.parametrize("name", SHAPES["events"])
def test_every_recorded_event_is_read(name: str) -> None:
    shape = SHAPES["events"][name]
    payload = shape if "event" in shape else envelope(shape)
    assert isinstance(parse("event", as_json(payload)), list)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON, JSON)
def test_odd_parts_of_an_event_never_break_it(text: Any, files: Any, message: Any) -> None:
    event = direct_message(text, files=files, message=message, previous_message=message)
    for subtype in (None, "file_share", "message_changed", "message_deleted"):
        assert isinstance(said({**event, "subtype": subtype}), list)
