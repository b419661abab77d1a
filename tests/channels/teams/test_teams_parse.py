"""What people do in Teams arrives as what they meant."""

import json
from typing import Any

import pytest

from deskbot.channels.teams import delivery
from deskbot.channels.teams.parse import conversation_key, parse, writer_of
from deskbot.desk.messages import Inbound
from tests.channels.teams.activities import ALICE, RECORDED, TENANT, as_json, message, press, recorded

SERVICE = "https://smba.trafficmanager.net/emea"


def read(activity: dict[str, Any]) -> list[Inbound]:
    """Return what the channel makes of an activity that came in at the door."""
    found = delivery.read(as_json(activity))
    return parse(found.kind, as_json(activity)) if found.kind != "other" else []


def only(activity: dict[str, Any]) -> Inbound:
    (inbound,) = read(activity)
    return inbound


def test_a_message_in_the_personal_chat_names_its_writer_and_where_to_write_back() -> None:
    inbound = only(recorded("message.personal"))
    assert inbound.text == "How much parental leave do I get?"
    assert (inbound.scope, inbound.sender) == (TENANT, ALICE)
    assert inbound.private
    assert inbound.conversation == inbound.place == "personal-chat-1"
    assert inbound.address == {"service_url": SERVICE, "member": "user-alice", "conversation": "personal-chat-1"}
    assert inbound.sent_at.isoformat() == "2026-11-23T07:37:02.785000+00:00"


def test_a_mention_in_a_channel_loses_the_bot_s_name_and_keeps_its_thread() -> None:
    inbound = only(recorded("message.channel_mention"))
    assert inbound.text == "hello"
    assert inbound.mentioned
    assert not inbound.private
    assert inbound.place == "ch-hr;messageid=1795419422851"
    assert inbound.conversation == f"{inbound.place}|{ALICE}"
    assert "conversation" not in inbound.address


def test_two_people_in_one_thread_are_two_conversations() -> None:
    room = "19:x@thread.tacv2;messageid=1"
    keys = {conversation_key(room, who, private=False) for who in ("a", "b")}
    assert {writer_of(key) for key in keys} == {"a", "b"}
    assert writer_of(conversation_key("a:1", "a", private=True)) == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("<at>deskbot</at> hello", "hello"),
        ("hello <at>deskbot</at>&nbsp;there", "hello there"),
        ("<at>deskbot</at> ask <at>Bea Nunes</at>", "ask Bea Nunes"),
        ('<at id="0">Bea</at> said', "Bea said"),
        ("a < b and b > c", "a < b and b > c"),
        (" one \r\n two ", "one\ntwo"),
        ("<at>deskbot</at>", ""),
    ],
)
def test_words_are_taken_as_their_writer_saw_them(text: str, meant: str) -> None:
    assert only(recorded("message.channel_mention", text=text)).text == meant


def test_a_message_in_xml_is_read_as_words() -> None:
    said = "<div><at>deskbot</at> a &lt;b&gt; &amp; c</div><div>next</div>"
    assert only(recorded("message.channel_mention", text=said, textFormat="xml")).text.split() == [
        "a", "<b>", "&", "c", "next",
    ]  # fmt: skip


def test_a_pressed_button_is_a_choice_and_its_token_comes_through_unchanged() -> None:
    inbound = only(press({"action": "ask_hr", "token": "signed", "extra": "ignored"}))
    assert (inbound.kind, inbound.verb, inbound.value) == ("choice", "ask_hr", "signed")
    assert inbound.external_id == "1795419422799"


def test_a_sent_form_carries_its_fields_and_nothing_else() -> None:
    data = {"action": "form", "form": "letter", "token": "t", "field:payee": "Bank", "field:n": 3, "payee": "other"}
    inbound = only(press(data))
    assert (inbound.kind, inbound.verb, inbound.value) == ("form", "letter", "t")
    assert inbound.fields == {"payee": "Bank", "n": "3"}


def test_an_older_client_s_submit_is_read_like_an_execute() -> None:
    activity = recorded("message.action_submit", value={"action": "helped", "token": "t"})
    assert (only(activity).kind, only(activity).verb) == ("choice", "helped")


@pytest.mark.parametrize("data", [{}, {"action": "x"}, {"action": ["x"], "token": "t"}, {"action": "x", "token": None}])
def test_data_that_we_did_not_put_into_a_card_does_nothing(data: dict[str, Any]) -> None:
    assert read(press(data)) == []


def test_an_edit_and_a_deletion_name_the_message_they_change() -> None:
    first = recorded("message.personal")
    channel_data = first["channelData"]
    edit = {
        **first,
        "type": "messageUpdate",
        "text": "new",
        "channelData": {**channel_data, "eventType": "editMessage"},
    }
    gone = {**first, "type": "messageDelete", "channelData": {**channel_data, "eventType": "softDeleteMessage"}}
    assert (only(edit).kind, only(edit).text, only(edit).external_id) == ("edit", "new", first["id"])
    assert (only(gone).kind, only(gone).text, only(gone).external_id) == ("delete", "", first["id"])


def test_an_installation_says_where_its_person_can_be_written_to() -> None:
    inbound = only(recorded("installationUpdate.personal"))
    assert (inbound.kind, inbound.verb) == ("open", "chat")
    assert inbound.address["conversation"] == "personal-chat-1"


@pytest.mark.parametrize(
    "name",
    [
        "conversationUpdate.personal",
        "conversationUpdate.channel",
        "installationUpdate.channel",
        "invoke.composeExtension_query",
        "invoke.message_submitAction_feedback",
    ],
)
def test_what_is_no_person_s_act_is_left_alone(name: str) -> None:
    assert read(recorded(name)) == []


def test_every_recorded_activity_is_understood_or_left_alone() -> None:
    assert {name for name in RECORDED if read(recorded(name))} == {
        "installationUpdate.personal",
        "message.personal",
        "message.channel_mention",
    }


def test_the_bot_s_own_messages_and_those_of_other_bots_are_left_alone() -> None:
    own = message("hello")
    assert read({**own, "from": {**own["recipient"]}}) == []
    assert read({**own, "from": {**own["from"], "role": "bot"}}) == []


def test_somebody_without_an_account_in_the_directory_is_not_heard() -> None:
    assert read({**message("hello"), "from": {"id": "29:x", "name": "Somebody"}}) == []


def test_files_are_named_in_the_order_in_which_they_can_be_fetched() -> None:
    files = [
        {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "a.pdf", "content": {}},
        {"contentType": "text/html", "content": "<p>see</p>"},
    ]
    assert [file.name for file in only({**message("see"), "attachments": files}).files] == ["a.pdf"]


@pytest.mark.parametrize(
    "damage", [{"entities": "x"}, {"channelData": []}, {"text": None}, {"attachments": {}}, {"timestamp": 3}]
)
def test_a_damaged_part_does_not_stop_the_rest(damage: dict[str, Any]) -> None:
    assert len(read({**message("hello"), **damage})) == 1


def test_the_same_bytes_give_the_same_key_and_every_press_its_own() -> None:
    keys = [delivery.key(delivery.read(json.dumps(press({}, name)).encode())) for name in ("i-1", "i-2", "i-1")]
    assert keys[0] == keys[2] != keys[1]
