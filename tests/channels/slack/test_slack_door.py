"""The door verifies, commits once, acknowledges, and lets nothing in that Slack did not sign."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from deskbot.channels.slack import door as door_module
from deskbot.channels.slack.door import MAX_BODY, Answer, Door, Intake, Trusted
from deskbot.channels.slack.signature import sign
from deskbot.desk.errors import Unavailable
from deskbot.ports import RawDelivery
from tests.channels.slack.payloads import (
    NOW,
    SECRET,
    TEAM,
    as_form,
    as_json,
    command,
    direct_message,
    envelope,
    headers,
    pressed,
    submitted,
)


@dataclass
class Inbox:
    """Keeps deliveries by their key, as the real one does."""

    rows: dict[str, RawDelivery] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)

    async def accept(self, raw: RawDelivery) -> bool:
        is_new = raw.key not in self.rows
        self.rows.setdefault(raw.key, raw)
        return is_new

    async def interact(self, raw: RawDelivery) -> Answer:
        self.answered.append(raw.key)
        return Answer(200, b'{"response_action":"clear"}', "application/json")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def intake(inbox: Inbox) -> Intake:
    return Intake(inbox.accept, inbox.interact, lambda: datetime.fromtimestamp(NOW, UTC))


def make_door(intake: Intake) -> Door:
    return Door(SECRET, intake, lambda: NOW)


@pytest.fixture
def door(intake: Intake) -> Door:
    return make_door(intake)


async def post(door: Door, body: bytes, sent: Mapping[str, str | bytes] | None = None) -> httpx.Response:
    """Post a body to the door; signed now unless the headers are given."""
    chosen: Any = {**headers(body, NOW), "content-type": "application/json"} if sent is None else sent
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        return await client.post("/slack/events", content=body, headers=chosen)


BODY = as_json(envelope(direct_message()))
GOOD = headers(BODY, NOW)
SIGNATURE = GOOD["x-slack-signature"]


async def test_a_signed_message_is_kept_as_it_came_and_acknowledged(door: Door, inbox: Inbox) -> None:
    response = await post(door, BODY)
    assert (response.status_code, response.content) == (200, b"")
    (raw,) = inbox.rows.values()
    assert (raw.key, raw.kind, raw.body) == (f"slack:{TEAM}:Ev01ABC", "event", BODY)
    assert not raw.held


@pytest.mark.parametrize(
    "signature",
    [
        None,
        b"",
        b"v0=",
        b"v0=abc",
        SIGNATURE.upper().encode(),
        SIGNATURE.replace("v0=", "v1=").encode(),
        SIGNATURE[:-1].encode(),
        SIGNATURE.encode() + b"0",
        b" " + SIGNATURE[3:].encode(),
        "v0=é€".encode(),
        b"v0=\xff\xfe",
        b"v0=" + b"a" * 10_000,
    ],
)
async def test_a_missing_or_malformed_signature_is_refused(door: Door, inbox: Inbox, signature: bytes | None) -> None:
    sent: dict[str, str | bytes] = {"x-slack-request-timestamp": str(NOW)}
    if signature is not None:
        sent["x-slack-signature"] = signature
    response = await post(door, BODY, sent)
    assert response.status_code == 401
    assert not inbox.rows


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        b"",
        b"abc",
        b"1e309",
        b"-1",
        b"+1795000000",
        b"1795000000.0",
        str(10**30).encode(),
        b"\xff",
        b"0x6afd",
        "١٢٣".encode(),
    ],
)
async def test_a_missing_or_malformed_timestamp_is_refused(door: Door, inbox: Inbox, stamp: bytes | None) -> None:
    """Even one that is signed: the digest is taken over the very bytes."""
    good = sign(SECRET, stamp.decode(errors="replace"), BODY) if stamp is not None else SIGNATURE
    sent: dict[str, str | bytes] = {"x-slack-signature": good} | (
        {} if stamp is None else {"x-slack-request-timestamp": stamp}
    )
    assert (await post(door, BODY, sent)).status_code == 401
    assert not inbox.rows


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 200), (0, 200), (299, 200), (301, 401)])
async def test_the_timestamp_may_lie_five_minutes_off(door: Door, seconds: int, status: int) -> None:
    assert (await post(door, BODY, headers(BODY, NOW + seconds))).status_code == status


async def test_doubled_headers_are_refused(door: Door) -> None:
    pairs = [*GOOD.items(), ("x-slack-signature", SIGNATURE)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        assert (await client.post("/slack/events", content=BODY, headers=pairs)).status_code == 401


@pytest.mark.parametrize(
    "change", [b"\xef\xbb\xbf" + BODY, BODY.replace(b" ", b""), BODY + b" ", BODY.decode().encode("utf-16")]
)
async def test_the_raw_bytes_are_what_is_signed(door: Door, inbox: Inbox, change: bytes) -> None:
    assert (await post(door, change, GOOD)).status_code == 401
    assert not inbox.rows


@pytest.mark.parametrize("secret", ["", "   "])
def test_an_empty_signing_secret_refuses_to_start(intake: Intake, secret: str) -> None:
    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        Door(secret, intake)


async def test_the_same_delivery_a_hundred_times_is_kept_once(door: Door, inbox: Inbox) -> None:
    retry = {**GOOD, "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    answers = await asyncio.gather(*(post(door, BODY, GOOD if n else retry) for n in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(inbox.rows) == 1


async def test_a_retry_whose_first_try_was_lost_is_taken(door: Door, inbox: Inbox) -> None:
    await post(door, BODY, {**GOOD, "x-slack-retry-num": "3"})
    assert len(inbox.rows) == 1


async def test_a_commit_that_fails_is_not_acknowledged(intake: Intake) -> None:
    async def broken(_raw: RawDelivery) -> bool:
        raise ConnectionError("the database is away")

    intake.accept = broken
    with pytest.raises(ConnectionError):
        await post(make_door(intake), BODY)


async def test_a_desk_that_takes_in_no_more_asks_slack_to_come_again(intake: Intake) -> None:
    async def full(_raw: RawDelivery) -> bool:
        raise Unavailable("Please try again in a moment.")

    intake.accept = full
    assert (await post(make_door(intake), BODY)).status_code == 503


async def test_the_challenge_is_answered_only_when_signed(door: Door, inbox: Inbox) -> None:
    body = as_json({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB10"})
    assert (await post(door, body, {})).status_code == 401
    assert (await post(door, body)).json() == {"challenge": "3eZbrw1aB10"}
    assert not inbox.rows


async def test_the_certificate_check_is_answered_only_when_signed_and_keeps_nothing(door: Door, inbox: Inbox) -> None:
    body = b"ssl_check=1&token=t"
    assert (await post(door, body, {})).status_code == 401
    assert (await post(door, body)).status_code == 200
    swallow = b"ssl_check=1&" + as_form(command())
    assert (await post(door, swallow, {})).status_code == 401
    assert not inbox.rows


@pytest.mark.parametrize("trusted", [Trusted(teams=frozenset({"T99OTHER"})), Trusted(app="A99OTHER")])
async def test_another_workspace_or_app_is_acknowledged_and_dropped(
    intake: Intake, inbox: Inbox, trusted: Trusted
) -> None:
    intake.trusted = trusted
    assert (await post(make_door(intake), BODY)).status_code == 200
    assert not inbox.rows


async def test_our_own_workspace_and_app_are_taken(intake: Intake, inbox: Inbox) -> None:
    intake.trusted = Trusted(teams=frozenset({TEAM}), app="A01APP")
    await post(make_door(intake), BODY)
    await post(make_door(intake), as_form(pressed()))
    assert len(inbox.rows) == 2


@pytest.mark.parametrize(
    "event",
    [
        direct_message(bot_id="B01"),
        direct_message(subtype="bot_message"),
        direct_message(subtype="channel_join"),
        {"type": "reaction_added", "user": "U1"},
        "not an event",
    ],
)
async def test_what_no_person_said_costs_no_commit(door: Door, inbox: Inbox, event: Any) -> None:
    assert (await post(door, as_json(envelope(event)))).status_code == 200
    assert not inbox.rows


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (pressed(), "slack:action:13345224609.738474920.8088930838d88f008e0"),
        (pressed(trigger_id=""), f"slack:action:{NOW}.000300:{NOW}.500000"),
        (submitted({"callback_id": "leave"}, {}), "slack:view:V01:1.abc:13345224609.738474920.aaaa"),
        (command(), "slack:command:99.88.77"),
    ],
)
async def test_what_slack_waits_for_is_kept_first_and_answered_once(
    door: Door, inbox: Inbox, payload: dict[str, Any], key: str
) -> None:
    body = as_form(payload)
    first, second = await post(door, body), await post(door, body)
    assert first.json() == {"response_action": "clear"}
    assert (second.status_code, second.content) == (200, b"")
    assert list(inbox.rows) == inbox.answered == [key]
    assert inbox.rows[key].held, "the door answers it, no worker takes it first"
    assert json.loads(inbox.rows[key].body)["deskbot_received_at"].startswith("2026-")


async def test_a_corrected_form_is_not_taken_for_a_duplicate(door: Door, inbox: Inbox) -> None:
    """Slack does not change a view's hash when its fields were refused."""
    for trigger, value in (("", "1"), ("", "2"), ("9.9", "2")):
        values = {"days": {"answer": {"value": value}}}
        await post(door, as_form(submitted({"callback_id": "leave"}, values, trigger_id=trigger)))
    assert len(inbox.rows) == 3


async def test_an_answer_that_takes_too_long_is_acknowledged_and_stays_kept(
    intake: Intake, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forever(_raw: RawDelivery) -> Answer:
        await asyncio.Event().wait()
        return Answer()

    monkeypatch.setattr(door_module, "ANSWER_SECONDS", 0.01)
    intake.interact = forever
    assert (await post(make_door(intake), as_form(pressed()))).status_code == 200
    assert len(inbox.rows) == 1


@pytest.mark.parametrize("body", [b"", b"nonsense", b"{", b"[1]", b"payload=%7B", b"payload=3", b"{" * 100_000])
async def test_signed_nonsense_is_a_plain_400(door: Door, inbox: Inbox, body: bytes) -> None:
    assert (await post(door, body)).status_code == 400
    assert not inbox.rows


async def test_a_body_over_the_limit_is_refused_before_it_is_read(door: Door) -> None:
    body = b"x" * (MAX_BODY + 1)
    assert (await post(door, body)).status_code == 413
    assert (await post(door, b"{}", {"content-length": "99999999999999"})).status_code == 413

    async def stream() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        assert (await client.post("/slack/events", content=stream())).status_code == 413


async def test_only_post_is_answered(door: Door) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk.test") as client:
        assert (await client.get("/slack/events")).status_code == 405
