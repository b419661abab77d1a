"""The door verifies, commits once, acknowledges, and lets nothing in that Teams did not send to us."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from deskbot.channels.teams import door as door_module
from deskbot.channels.teams.door import MAX_BODY, Door, Intake
from deskbot.channels.teams.verification import Keys, Verifier
from deskbot.desk.conversation import Turn
from deskbot.desk.messages import Form, FormField, Reply
from deskbot.ports import RawDelivery
from tests.channels.teams.activities import CLIENT, TENANT, as_json, jwk, message, press, recorded, token

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FORM = Form("letter", "A letter", (FormField("payee", "text", "For whom"),), "Send", token="signed")


@dataclass
class Inbox:
    """Keeps activities by their key, as the real one does."""

    rows: dict[str, RawDelivery] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    turn: Turn | None = field(default_factory=Turn)
    trouble: Exception | None = None
    wait: asyncio.Event | None = None

    async def accept(self, raw: RawDelivery) -> bool:
        is_new = raw.key not in self.rows
        self.rows.setdefault(raw.key, raw)
        return is_new

    async def answer(self, key: str) -> Turn | None:
        self.answered.append(key)
        if self.wait is not None:
            await self.wait.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.turn


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def keys() -> Keys:
    async def fetch() -> dict[str, Any]:
        return {"keys": [jwk()]}

    return Keys(fetch)


@pytest.fixture
def door(inbox: Inbox, keys: Keys) -> Door:
    verifier = Verifier(CLIENT, frozenset({TENANT}), keys)
    return Door(verifier, Intake(inbox.accept, inbox.answer, lambda: NOW, "https://desk.example"))


async def post(door: Door, body: bytes, bearer: str | None = None, **headers: str) -> httpx.Response:
    """Post a body to the door, with a good token unless another is given."""
    sent = {"authorization": f"Bearer {token() if bearer is None else bearer}", **headers}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        return await client.post("/api/messages", content=body, headers=sent)


async def test_a_message_is_kept_and_acknowledged_at_once(door: Door, inbox: Inbox) -> None:
    answer = await post(door, as_json(message("hello")))
    assert (answer.status_code, answer.content) == (200, b"")
    (raw,) = inbox.rows.values()
    assert (raw.channel, raw.kind, raw.held) == ("teams", "message", False)
    assert json.loads(raw.body)["text"] == "hello"
    assert not inbox.answered


async def test_a_hundred_copies_at_once_are_one(door: Door, inbox: Inbox) -> None:
    body = as_json(message("hello"))
    answers = await asyncio.gather(*(post(door, body) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(inbox.rows) == 1


@pytest.mark.parametrize("bearer", ["", "abc", token(aud="another"), token(exp=1)])
async def test_without_a_good_token_nothing_is_read_or_kept(door: Door, inbox: Inbox, bearer: str) -> None:
    assert (await post(door, b"{not json", bearer)).status_code == 401
    assert not inbox.rows


async def test_a_header_that_is_none_is_refused(door: Door) -> None:
    for header in ("", "Basic abc", "Bearer", token()):
        assert (await post(door, b"{}", authorization=header)).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"serviceUrl": "https://evil.example/"},
        {"channelId": "webchat"},
        {"conversation": {"id": "a:1", "tenantId": "other", "conversationType": "personal"}},
    ],
)
async def test_an_activity_that_does_not_fit_its_token_is_refused(
    door: Door, inbox: Inbox, changed: dict[str, Any]
) -> None:
    assert (await post(door, as_json(recorded("message.personal", **changed)))).status_code == 403
    assert not inbox.rows


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"type":3}', b"[" * 100_000])
async def test_what_is_no_activity_is_refused_in_words(door: Door, body: bytes) -> None:
    assert (await post(door, body)).status_code == 400


async def test_a_body_over_the_limit_is_refused(door: Door, inbox: Inbox) -> None:
    assert (await post(door, b" " * (MAX_BODY + 1))).status_code == 413
    assert not inbox.rows


async def test_only_posts_are_taken(door: Door) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        assert (await client.get("/api/messages")).status_code == 405


async def test_while_no_key_is_known_teams_is_asked_to_come_again(inbox: Inbox) -> None:
    async def fetch() -> dict[str, Any]:
        raise httpx.ConnectError("down")

    verifier = Verifier(CLIENT, frozenset({TENANT}), Keys(fetch))
    closed = Door(verifier, Intake(inbox.accept, inbox.answer, lambda: NOW))
    answer = await post(closed, as_json(message("hello")))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


@pytest.mark.parametrize(
    "name", ["conversationUpdate.personal", "conversationUpdate.channel", "invoke.composeExtension_query"]
)
async def test_what_the_desk_has_no_use_for_is_acknowledged_and_not_kept(door: Door, inbox: Inbox, name: str) -> None:
    assert (await post(door, as_json(recorded(name)))).status_code == 200
    assert not inbox.rows


async def test_an_edit_is_kept_beside_the_message_it_changes(door: Door, inbox: Inbox) -> None:
    first = message("hello")
    edited = {**first, "type": "messageUpdate", "channelData": {**first["channelData"], "eventType": "editMessage"}}
    later = {**edited, "timestamp": "2026-11-23T07:40:00Z"}
    for activity in (first, edited, edited, later):
        assert (await post(door, as_json(activity))).status_code == 200
    assert [raw.kind for raw in inbox.rows.values()] == ["message", "update", "update"]


async def test_a_button_is_answered_with_the_form_in_place_of_the_card(door: Door, inbox: Inbox) -> None:
    inbox.turn = Turn(form=FORM)
    answer = (await post(door, as_json(press({"action": "open_form", "token": "t"})))).json()
    assert (answer["statusCode"], answer["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    assert answer["value"]["body"][1]["id"] == "field:payee"
    assert inbox.rows["teams:invoke:personal-chat-1:i-1"].held


async def test_a_form_with_faults_comes_back_with_a_sentence_at_each(door: Door, inbox: Inbox) -> None:
    inbox.turn = Turn(form=FORM, errors={"payee": "For whom is missing.", "other": "Something else."})
    answer = (await post(door, as_json(press({"action": "form", "form": "letter", "token": "t"})))).json()
    said = [line["text"] for line in answer["value"]["body"] if line.get("color") == "Attention"]
    assert said == ["Something else.", "For whom is missing."]


async def test_a_form_that_was_taken_leaves_no_form_behind(door: Door, inbox: Inbox) -> None:
    inbox.turn = Turn((Reply("Thank you."),))
    answer = (await post(door, as_json(press({"action": "form", "form": "letter", "token": "t"})))).json()
    assert [line["type"] for line in answer["value"]["body"]] == ["TextBlock"]


async def test_a_short_word_is_shown_at_the_card(door: Door, inbox: Inbox) -> None:
    inbox.turn = Turn(toast="This button is too old.")
    answer = (await post(door, as_json(press({"action": "ask_hr", "token": "t"})))).json()
    assert answer == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "This button is too old.",
    }


async def test_a_button_pressed_again_by_the_network_is_worked_once(door: Door, inbox: Inbox) -> None:
    body = as_json(press({"action": "ask_hr", "token": "t"}))
    assert [(await post(door, body)).json()["statusCode"] for _ in range(2)] == [200, 200]
    assert len(inbox.answered) == 1


async def test_work_that_takes_too_long_or_fails_is_answered_in_words(
    door: Door, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.trouble = RuntimeError("broken")
    assert "moment" in (await post(door, as_json(press({"action": "ask_hr", "token": "t"})))).json()["value"]
    inbox.trouble, inbox.wait = None, asyncio.Event()
    monkeypatch.setattr(door_module, "ANSWER_SECONDS", 0.01)
    late = await post(door, as_json(press({"action": "ask_hr", "token": "t"}, "i-2")))
    assert "moment" in late.json()["value"]
    inbox.wait.set()
