"""A reply is posted once, into the right place, and what Slack says about it is told to the outbox in its own terms."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from deskbot.channels.slack import channel as channel_module
from deskbot.channels.slack.channel import SlackChannel
from deskbot.desk.messages import Choice, FileLink, Reply
from deskbot.ports import Outgoing, Profile, TransportError
from tests.channels.slack.payloads import ALICE, TEAM, as_json, direct_message, envelope
from tests.channels.slack.recorder import Recorder, person, recording, refuse, reset

THREAD = f"{TEAM}:D01ALICE:1795000000.000100"
REPLY = Outgoing("m1", "slack", "reply", "D01ALICE", THREAD, Reply("Sixteen weeks."), recipient=ALICE)


@pytest.fixture
async def slack() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder


@pytest.fixture
async def channel(slack: Recorder) -> AsyncIterator[SlackChannel]:
    made = SlackChannel(lambda _: "xoxb-1", base_url="https://desk.example", api_url=slack.url + "/api/")
    made.min_interval = 0.0
    await made.start()
    yield made
    await made.close()


async def test_a_reply_goes_into_its_thread_with_its_key(slack: Recorder, channel: SlackChannel) -> None:
    sent = await channel.deliver(REPLY)
    (posted,) = slack.messages
    assert sent == f"{TEAM}:D01ALICE:{posted['ts']}"
    assert (posted["channel"], posted["thread_ts"], posted["text"]) == (
        "D01ALICE",
        "1795000000.000100",
        "Sixteen weeks.",
    )
    assert posted["metadata"] == {"event_type": "deskbot_reply", "event_payload": {"key": "m1", "part": 0}}
    assert posted["unfurl_links"] is False
    assert "link_names" not in posted
    assert "parse" not in posted


async def test_a_notice_opens_the_persons_direct_conversation_once(slack: Recorder, channel: SlackChannel) -> None:
    notice = replace(REPLY, kind="notice", place="", conversation="", address={"scope": TEAM, "user": ALICE})
    assert (await channel.deliver(notice)).startswith(f"{TEAM}:D01ALICE:")
    await channel.deliver(replace(notice, key="m2"))
    assert [m["channel"] for m in slack.messages] == ["D01ALICE", "D01ALICE"]
    assert all("thread_ts" not in m for m in slack.messages)
    assert len(slack.named("conversations.open")) == 1


async def test_a_private_reply_in_a_channel_is_shown_to_one_person(slack: Recorder, channel: SlackChannel) -> None:
    private = replace(REPLY, place="C01", conversation=f"{TEAM}:C01:1.2", reply=Reply("Only you.", private=True))
    await channel.deliver(private)
    assert not slack.messages
    (shown,) = slack.named("chat.postEphemeral")
    assert (shown["user"], shown["thread_ts"]) == (ALICE, "1.2")
    unlinked = replace(private, recipient="", conversation=f"{TEAM}:C01:1.2:U02BOB")
    await channel.deliver(unlinked)
    assert slack.named("chat.postEphemeral")[-1]["user"] == "U02BOB"
    with pytest.raises(TransportError) as nobody:
        await channel.deliver(replace(private, recipient=""))
    assert nobody.value.permanent
    assert not slack.messages


async def test_a_private_reply_in_a_direct_conversation_is_a_plain_post(slack: Recorder, channel: SlackChannel) -> None:
    await channel.deliver(replace(REPLY, reply=Reply("Only you.", private=True)))
    assert len(slack.messages) == 1


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (refuse("ratelimited", 429, **{"Retry-After": "7"}), (False, False, 7.0)),
        (refuse("internal_error"), (False, True, None)),
        (refuse("", 503), (False, True, None)),
        (refuse("invalid_auth"), (False, False, 300.0)),
        (refuse("channel_not_found"), (True, False, None)),
        (refuse("is_archived"), (True, False, None)),
        (reset, (False, True, None)),
    ],
)
async def test_what_slack_refuses_is_told_in_the_outboxs_terms(
    slack: Recorder, channel: SlackChannel, failure: Any, expected: tuple[bool, bool, float | None]
) -> None:
    slack.failures["chat.postMessage"] = [failure]
    with pytest.raises(TransportError) as told:
        await channel.deliver(REPLY)
    assert (told.value.permanent, told.value.ambiguous, told.value.retry_after) == expected
    assert len(slack.named("chat.postMessage")) == 1, "a post is never repeated by the client"


async def test_a_slack_that_cannot_be_reached_took_nothing(channel: SlackChannel, slack: Recorder) -> None:
    channel.api.api_url = "http://127.0.0.1:9/api/"
    with pytest.raises(TransportError) as told:
        await channel.deliver(REPLY)
    assert not told.value.ambiguous
    assert not told.value.permanent


async def test_after_a_broken_answer_the_post_is_found_by_its_key(slack: Recorder, channel: SlackChannel) -> None:
    for number in range(5):
        await channel.deliver(replace(REPLY, key=f"other{number}"))
    slack.failures["chat.postMessage"] = [reset]
    with pytest.raises(TransportError):
        await channel.deliver(REPLY)
    assert await channel.find(REPLY) == f"{TEAM}:D01ALICE:{slack.messages[-1]['ts']}"
    assert await channel.find(replace(REPLY, key="never")) is None


async def test_a_notice_is_found_too(slack: Recorder, channel: SlackChannel) -> None:
    notice = replace(REPLY, kind="notice", place="", conversation="", address={"scope": TEAM, "user": ALICE})
    sent = await channel.deliver(notice)
    assert await channel.find(notice) == sent


async def test_a_long_reply_that_broke_off_is_completed_not_repeated(slack: Recorder, channel: SlackChannel) -> None:
    long = replace(REPLY, reply=Reply("\n\n".join(f"paragraph {n} " + "word " * 200 for n in range(30))))
    slack.failures["chat.postMessage"] = [None, reset]
    with pytest.raises(TransportError):
        await channel.deliver(long)
    assert await channel.find(long) is None
    await channel.deliver(long)
    parts = [m["metadata"]["event_payload"]["part"] for m in slack.messages]
    assert parts == sorted(set(parts))
    assert await channel.find(long) == f"{TEAM}:D01ALICE:{slack.messages[0]['ts']}"


async def test_blocks_that_slack_refuses_are_sent_as_text(slack: Recorder, channel: SlackChannel) -> None:
    slack.failures["chat.postMessage"] = [refuse("invalid_blocks")]
    await channel.deliver(REPLY)
    assert [("blocks" in m, m["text"]) for m in slack.messages] == [(False, "Sixteen weeks.")]


async def test_an_update_changes_the_message_it_names(slack: Recorder, channel: SlackChannel) -> None:
    known = f"{TEAM}:D01ALICE:1795000000.000900"
    assert await channel.deliver(replace(REPLY, kind="update", external_id=known)) == known
    (changed,) = slack.named("chat.update")
    assert (changed["channel"], changed["ts"]) == ("D01ALICE", "1795000000.000900")


async def test_home_and_prompts_are_published(slack: Recorder, channel: SlackChannel) -> None:
    home = Outgoing("h1", "slack", "home", ALICE, f"{TEAM}:{ALICE}:", Reply("# Yours"), recipient=ALICE)
    await channel.deliver(home)
    (published,) = slack.named("views.publish")
    assert (published["user_id"], published["view"]["type"]) == (ALICE, "home")
    choices = tuple(Choice("ask", f"Question {n}", f"What about {n}?") for n in range(6))
    await channel.deliver(replace(home, kind="prompts", reply=Reply("", choices=choices)))
    (asked,) = slack.named("assistant.threads.setSuggestedPrompts")
    assert (asked["channel_id"], len(asked["prompts"])) == ("D01ALICE", 4)
    assert "thread_ts" not in asked


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (person(), Profile("alice@example.com", "Alice")),
        (person(is_bot=True), Profile(None, "Alice", "bot")),
        (person(deleted=True), Profile(None, "Alice", "former member")),
        (person(is_restricted=True), Profile(None, "Alice", "guest")),
        (person(is_ultra_restricted=True), Profile(None, "Alice", "guest")),
        (person(is_stranger=True), Profile(None, "Alice", "other company")),
        (person(team_id="T99OTHER"), Profile(None, "Alice", "other company")),
        (person(profile={}), Profile(None, "")),
        (None, Profile(None, refused="unknown")),
    ],
)
async def test_only_members_of_the_company_are_known_by_their_address(
    slack: Recorder, channel: SlackChannel, user: Any, told: Profile
) -> None:
    slack.users = {ALICE: user} if user else {}
    assert await channel.profile(TEAM, ALICE) == told


async def test_a_slack_that_is_down_says_nothing_about_anybody(slack: Recorder, channel: SlackChannel) -> None:
    slack.failures["users.info"] = [refuse("internal_error")]
    assert await channel.profile(TEAM, ALICE) is None


async def test_a_workspace_without_an_installation_is_refused_for_good(slack: Recorder) -> None:
    channel = SlackChannel(lambda _: None, base_url="https://desk.example", api_url=slack.url + "/api/")
    await channel.start()
    with pytest.raises(TransportError) as told:
        await channel.deliver(REPLY)
    await channel.close()
    assert told.value.permanent


def shared(slack: Recorder, **record: Any) -> bytes:
    file = {"id": "F1", "name": "payslip.pdf", "mimetype": "application/pdf", "size": 4, **record}
    return as_json(envelope(direct_message("here", subtype="file_share", files=[file])))


async def fetched(channel: SlackChannel, body: bytes) -> tuple[str, bytes, bool]:
    (inbound,) = await channel.fetch("event", body, channel.parse("event", body))
    (file,) = inbound.files
    return file.name, file.data, file.too_large


async def test_a_file_is_fetched_with_our_token(slack: Recorder, channel: SlackChannel) -> None:
    slack.files["payslip.pdf"] = b"%PDF"
    body = shared(slack, url_private=f"{slack.url}/files/payslip.pdf")
    assert await fetched(channel, body) == ("payslip.pdf", b"%PDF", False)
    assert "Bearer xoxb-1" in slack.tokens_seen


async def test_a_file_shared_from_elsewhere_is_looked_up_first(slack: Recorder, channel: SlackChannel) -> None:
    slack.files["n.txt"] = b"text"
    assert await fetched(channel, shared(slack, file_access="check_file_info")) == ("n.txt", b"text", False)


async def test_a_file_over_the_limit_is_not_taken_whatever_its_record_says(
    slack: Recorder, channel: SlackChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "MAX_FILE", 100)
    slack.files["payslip.pdf"] = b"x" * 101
    url = f"{slack.url}/files/payslip.pdf"
    assert await fetched(channel, shared(slack, size=101, url_private=url)) == ("payslip.pdf", b"", True)
    assert await fetched(channel, shared(slack, url_private=url)) == ("payslip.pdf", b"", True)


@pytest.mark.parametrize(
    "url", ["https://evil.example/f", "http://files.slack.com/f", "https://files.slack.com@evil.example/f"]
)
async def test_our_token_is_shown_to_slack_alone_and_other_files_stay_links(
    slack: Recorder, channel: SlackChannel, url: str
) -> None:
    body = shared(slack, url_private=url)
    slack.tokens_seen.clear()
    (inbound,) = await channel.fetch("event", body, channel.parse("event", body))
    assert (inbound.files, inbound.text) == ((), f"here\npayslip.pdf {url}")
    assert not slack.tokens_seen


async def test_files_of_a_reply_are_uploaded_in_private_only(slack: Recorder) -> None:
    async def load(_: int) -> bytes:
        return b"%PDF"

    channel = SlackChannel(lambda _: "xoxb-1", base_url="https://desk.example", api_url=slack.url + "/api/", files=load)
    await channel.start()
    letter = Reply("Your letter.", files=(FileLink("letter.pdf", "application/pdf", "/files/1", 1),))
    await channel.deliver(replace(REPLY, place="C01", conversation=f"{TEAM}:C01:1.2", reply=letter))
    assert not slack.named("files.getUploadURLExternal")
    assert await channel.deliver(replace(REPLY, reply=letter)), "a refused upload is no refused message"
    assert len(slack.named("files.getUploadURLExternal")) == 1
    await channel.close()
    assert all("https://desk.example/files/1" in str(m["blocks"]) for m in slack.messages)


async def test_answers_below_a_message_that_starts_a_thread_belong_to_it(channel: SlackChannel) -> None:
    notice = replace(REPLY, kind="notice", place="", conversation="", address={"scope": TEAM, "user": ALICE})
    sent = await channel.deliver(notice)
    assert channel.below(notice, sent) == ("D01ALICE", sent)
    assert channel.below(REPLY, await channel.deliver(REPLY)) is None
