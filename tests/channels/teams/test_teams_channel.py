"""Replies reach the right room through Microsoft's SDK, what goes wrong is told apart, and people are who they are."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from deskbot.channels.teams import channel as module
from deskbot.channels.teams.channel import TeamsChannel
from deskbot.channels.teams.connector import Connector, Credentials, of_status
from deskbot.desk.messages import Choice, Inbound, Reply
from deskbot.ports import FetchesFiles, Outgoing, Threaded, TransportError
from tests.channels.teams.activities import ALICE, CLIENT, TENANT, as_json, message, recorded
from tests.channels.teams.service import Service, bot_token, member

# The SDK warns of a part of itself whenever it makes a client for another service address.
pytestmark = pytest.mark.filterwarnings("ignore:The bot client is deprecated:DeprecationWarning")

ROOM = "19:x@thread.tacv2;messageid=1"


@pytest.fixture
async def teams(service: Service) -> AsyncIterator[TeamsChannel]:
    """The channel, connected to the stand-in."""
    connector = Connector(Credentials(CLIENT, "made-up", TENANT), service.platform)
    opened = TeamsChannel(connector, TENANT, base_url="https://desk.example", platform=service.platform)
    yield opened
    await opened.close()


def outgoing(service: Service, **changed: Any) -> Outgoing:
    """Return a reply to Alice's personal chat, but for what is changed."""
    address = {"service_url": service.url, "conversation": "a:1", "scope": TENANT, "user": ALICE, "member": "29:alice"}
    base = Outgoing("m1", "teams", "reply", "a:1", "a:1", Reply("Thirty days."), address, recipient=ALICE)
    return replace(base, **changed)


def read(teams: TeamsChannel, activity: dict[str, Any]) -> Inbound:
    """Have the channel read a message."""
    (inbound,) = teams.parse("message", as_json(activity))
    return inbound


def test_it_is_a_channel_that_fetches_files_and_knows_where_a_notice_is_answered(teams: TeamsChannel) -> None:
    assert isinstance(teams, FetchesFiles)
    assert isinstance(teams, Threaded)


async def test_a_reply_goes_where_the_person_wrote_with_the_bot_s_own_token(
    teams: TeamsChannel, service: Service
) -> None:
    reply = Reply("Thirty days.", choices=(Choice("ask_hr", "Ask HR", "t"),))
    assert await teams.deliver(outgoing(service, place=ROOM, conversation=f"{ROOM}|{ALICE}", reply=reply)) == "sent-1"
    (sent,) = service.messages
    assert sent["room"] == ROOM
    assert sent["text"] == "Thirty days."
    assert sent["from"]["id"] == CLIENT
    assert sent["attachments"][0]["content"]["body"][0]["actions"][0]["data"] == {"action": "ask_hr", "token": "t"}
    (authorization,) = service.authorizations
    assert authorization.startswith("Bearer ")
    assert authorization.split(".")[0] == f"Bearer {bot_token()}".split(".")[0]


async def test_what_is_private_goes_to_the_person_s_own_chat_and_never_into_the_channel(
    teams: TeamsChannel, service: Service
) -> None:
    whisper = outgoing(service, place=ROOM, conversation=f"{ROOM}|{ALICE}", reply=Reply("Your pay", private=True))
    await teams.deliver(whisper)
    await teams.deliver(replace(whisper, key="m2", address={}))
    assert [sent["room"] for sent in service.messages] == ["a:1", "a:personal"]
    assert service.opened == [
        {"members": [{"id": ALICE}], "tenantId": TENANT, "channelData": {"tenant": {"id": TENANT}}}
    ]


async def test_a_notice_opens_the_personal_chat_once_and_is_answered_there(
    teams: TeamsChannel, service: Service
) -> None:
    first = outgoing(service, kind="notice", place="", conversation="", address={"user": ALICE, "member": "29:alice"})
    await teams.deliver(first)
    await teams.deliver(replace(first, key="m2"))
    assert [opened["members"] for opened in service.opened] == [[{"id": "29:alice"}]]
    assert teams.below(first, "sent-1") == ("a:personal", "a:personal")
    assert teams.below(outgoing(service), "sent-1") is None


async def test_a_message_to_nobody_is_refused(teams: TeamsChannel, service: Service) -> None:
    with pytest.raises(TransportError) as refused:
        await teams.deliver(outgoing(service, place="", conversation="", address={}, recipient=""))
    assert refused.value.permanent


async def test_the_bot_s_token_is_shown_to_nobody_but_microsoft(teams: TeamsChannel, service: Service) -> None:
    with pytest.raises(TransportError) as refused:
        await teams.deliver(outgoing(service, address={"service_url": "https://evil.example/teams", "user": ALICE}))
    assert refused.value.permanent
    assert not service.authorizations


async def test_a_reply_in_several_messages_goes_on_where_it_was_interrupted(
    teams: TeamsChannel, service: Service
) -> None:
    service.failures = [None, web.Response(status=429, headers={"Retry-After": "7"})]
    long = outgoing(service, reply=Reply("\n\n".join(f"Part {n}. " + "word " * 700 for n in range(6))))
    with pytest.raises(TransportError) as busy:
        await teams.deliver(long)
    assert (busy.value.retry_after, busy.value.permanent, busy.value.ambiguous) == (7.0, False, False)
    assert await teams.deliver(long) == "sent-1"
    said = " ".join(sent["text"] for sent in service.messages)
    assert [said.count(f"Part {n}.") for n in range(6)] == [1] * 6


async def test_a_message_can_be_changed(teams: TeamsChannel, service: Service) -> None:
    await teams.deliver(outgoing(service, kind="update", external_id="sent-9"))
    assert [(identifier, sent["text"]) for identifier, sent in service.updates] == [("sent-9", "Thirty days.")]


@pytest.mark.parametrize(
    ("status", "permanent", "ambiguous"),
    [
        (400, True, False),
        (401, False, False),
        (403, True, False),
        (404, True, False),
        (412, False, False),
        (413, True, False),
        (429, False, False),
        (500, False, True),
        (502, False, True),
        (504, False, True),
    ],
)
def test_each_status_says_whether_to_come_again(status: int, permanent: bool, ambiguous: bool) -> None:
    error = of_status(status)
    assert (error.permanent, error.ambiguous) == (permanent, ambiguous)


async def test_a_service_that_is_not_there_was_surely_not_reached(teams: TeamsChannel, service: Service) -> None:
    platform = replace(service.platform, services=frozenset({"http://127.0.0.1:1"}))
    lost = TeamsChannel(Connector(Credentials(CLIENT, "x", TENANT), platform), TENANT, base_url="", platform=platform)
    with pytest.raises(TransportError) as error:
        await lost.deliver(outgoing(service, address={"service_url": "http://127.0.0.1:1/teams"}))
    assert not error.value.permanent
    assert not error.value.ambiguous
    await lost.close()


async def test_without_a_token_from_microsoft_nothing_is_sent_and_it_is_tried_again(service: Service) -> None:
    def refused(scope: str, tenant: str | None = None) -> str:
        raise ValueError("invalid_client")

    platform = replace(service.platform, token=refused)
    connector = Connector(Credentials(CLIENT, "x", TENANT), platform)
    for work in (connector.sign_in(), connector.send(service.url, "a:1", {"type": "message", "text": "x"})):
        with pytest.raises(TransportError, match="sign-in at Microsoft failed") as error:
            await work
        assert (error.value.permanent, error.value.ambiguous) == (False, False)
    assert not service.messages
    await connector.close()


async def test_no_message_can_be_looked_for(teams: TeamsChannel, service: Service) -> None:
    await teams.deliver(outgoing(service))
    assert await teams.find(outgoing(service)) is None


@pytest.mark.parametrize(
    ("changed", "email", "refused"),
    [
        ({}, "ana@acme.example", None),
        ({"email": None}, "ana@acme.example", None),
        ({"email": None, "userPrincipalName": "ana"}, None, None),
        ({"userPrincipalName": "ana_other.example#EXT#@acme.onmicrosoft.example"}, None, "guest"),
        ({"userRole": "guest"}, None, "guest"),
        ({"tenantId": "other"}, None, "other company"),
        ({"aadObjectId": "00000000-0000-0000-0000-00000000b0b"}, None, "somebody else"),
    ],
)
async def test_who_writes_is_asked_of_teams(
    teams: TeamsChannel, service: Service, changed: dict[str, Any], email: str | None, refused: str | None
) -> None:
    service.members["user-alice"] = member(**changed)
    inbound = read(teams, message("hello", service_url=service.url))
    profile = await teams.profile(inbound.scope, inbound.sender)
    assert profile is not None
    assert (profile.email, profile.refused) == (email, refused)


async def test_somebody_teams_does_not_know_is_refused_and_somebody_unseen_is_asked_for_later(
    teams: TeamsChannel, service: Service
) -> None:
    service.members.clear()
    assert await teams.profile(TENANT, ALICE) is None
    read(teams, message("hello", service_url=service.url))
    profile = await teams.profile(TENANT, ALICE)
    assert profile is not None
    assert profile.refused == "unknown"


def with_file(url: str, name: str = "a.pdf") -> dict[str, Any]:
    """Return a message with a file at an address."""
    file = {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "contentUrl": "https://acme.sharepoint.com/a.pdf",
        "name": name,
        "content": {"downloadUrl": url, "fileType": "pdf"},
    }
    return {**recorded("message.personal"), "text": "see", "attachments": [file]}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a",
        "http://acme.sharepoint.com/a",
        "https://sharepoint.com.evil.example/a",
        "",
        "file:///x",
    ],
)
async def test_a_file_that_lies_elsewhere_stays_a_link(teams: TeamsChannel, url: str) -> None:
    activity = with_file(url)
    (inbound,) = await teams.fetch("message", as_json(activity), [read(teams, activity)])
    assert inbound.files == ()
    assert inbound.text == "see\na.pdf https://acme.sharepoint.com/a.pdf"


async def test_a_file_comes_whole_or_is_marked_as_too_large(
    teams: TeamsChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def download(url: str) -> bytes | None:
        return b"%PDF" if "small" in url else None

    monkeypatch.setattr(module, "_download", download)
    for size, data, too_large in (("small", b"%PDF", False), ("huge", b"", True)):
        activity = with_file(f"https://acme.sharepoint.com/{size}")
        (inbound,) = await teams.fetch("message", as_json(activity), [read(teams, activity)])
        (file,) = inbound.files
        assert (file.name, file.data, file.too_large) == ("a.pdf", data, too_large)
