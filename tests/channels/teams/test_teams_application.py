"""The whole desk with Teams on: a question is answered, becomes a ticket, and its answer arrives by itself."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from deskbot.actions import tickets
from deskbot.config import Settings
from deskbot.store import people
from deskbot.store.tables import ChannelIdentity, Ticket
from deskbot.wiring import Application
from tests.channels.teams.activities import ALICE, CLIENT, TENANT, as_json, message, press, recorded, token
from tests.channels.teams.service import Service
from tests.web.company import hire

# The SDK warns of a part of itself whenever it makes a client for another service address.
pytestmark = pytest.mark.filterwarnings("ignore:The bot client is deprecated:DeprecationWarning")


class Talk:
    """Alice's chat with the bot, through the door and back through the service."""

    def __init__(self, desk: Application, service: Service, client: httpx.AsyncClient) -> None:
        self.desk = desk
        self.service = service
        self.client = client

    async def deliver(self, activity: dict[str, Any]) -> httpx.Response:
        """Deliver an activity with a good token, as from the stand-in."""
        sent = {**activity, "serviceUrl": self.service.url}
        bearer = {"authorization": f"Bearer {token(self.service.url)}"}
        return await self.client.post("/api/messages", content=as_json(sent), headers=bearer)

    async def hears(self, count: int) -> list[dict[str, Any]]:
        """Wait until the bot has said so much."""
        async with asyncio.timeout(20):
            while len(self.service.messages) < count:
                await self.service.posted.wait()
                self.service.posted.clear()
        return self.service.messages


@asynccontextmanager
async def talking(settings: Settings, service: Service) -> AsyncIterator[Talk]:
    """Run the real application with its stand-in."""
    desk = Application(settings, settle=timedelta(0), teams_platform=service.platform)
    hire(desk.store, desk.clock.now())
    await desk.start()
    try:
        await desk.ready()
        transport = httpx.ASGITransport(desk)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
            yield Talk(desk, service, client)
    finally:
        await desk.stop()


@pytest.fixture
async def talk(tmp_path: Path, service: Service) -> AsyncIterator[Talk]:
    """Alice, who is Ana in the directory, at her chat with the bot."""
    settings = Settings(
        _env_file=None,
        env="test",
        data_dir=tmp_path,
        base_url="https://desk.example",
        teams_client_id=CLIENT,
        teams_client_secret="made-up",
        teams_tenant_id=TENANT,
    )
    async with talking(settings, service) as started:
        yield started


def button(sent: dict[str, Any], verb: str) -> dict[str, Any]:
    """Return the data of a button in a message's card."""
    body = sent["attachments"][0]["content"]["body"]
    actions = [action for element in body for action in element.get("actions", [])]
    return next(action["data"] for action in actions if action.get("verb") == verb)


def read(desk: Application, work: Callable[[Any], Any]) -> Any:
    """Read something from the desk's store."""
    with desk.store.read() as session:
        return work(session)


async def test_a_question_becomes_an_answer_then_a_ticket_and_hr_s_reply_comes_by_itself(talk: Talk) -> None:
    assert (await talk.deliver(recorded("installationUpdate.personal"))).status_code == 200
    assert (await talk.deliver(message("How do I book annual leave?"))).status_code == 200
    answer = (await talk.hears(1))[0]
    assert answer["room"] == "personal-chat-1"
    assert answer["entities"][0]["citation"][0]["appearance"]["url"].startswith("https://desk.example/")

    pressed = await talk.deliver(press(button(answer, "ask_hr")))
    assert pressed.json()["statusCode"] == 200
    opened = (await talk.hears(2))[1]
    ticket = read(talk.desk, lambda session: session.exec(select(Ticket)).one())
    assert ticket.ref in opened["text"]

    reply_as_hr(talk.desk, ticket)
    written = (await talk.hears(3))[2]
    assert "By Friday &lt;at&gt;everyone&lt;/at&gt;" in written["text"]
    assert written["room"] == "personal-chat-1"
    assert len(talk.service.messages) == 3


def reply_as_hr(desk: Application, ticket: Ticket) -> None:
    """Answer the ticket as the head of HR."""
    with desk.store.write() as session:
        head = people.by_email(session, "olga@acme.example")
        viewer = people.viewer(session, head.id or 0) if head else None
        assert viewer is not None
        tickets.reply(session, desk.inside.desk, viewer, ticket.ref, "By Friday <at>everyone</at>")


async def test_the_same_activity_delivered_again_is_answered_once(talk: Talk) -> None:
    for _ in range(3):
        assert (await talk.deliver(message("How do I book annual leave?"))).status_code == 200
    await talk.hears(1)
    await talk.deliver(message("help", "m-2"))
    assert len(await talk.hears(2)) == 2


async def test_where_a_person_can_be_written_to_is_kept_with_who_they_are(talk: Talk) -> None:
    await talk.deliver(message("help"))
    await talk.hears(1)
    identity = read(talk.desk, lambda session: session.exec(select(ChannelIdentity)).one())
    assert (identity.scope_id, identity.external_id) == (TENANT, ALICE)
    assert identity.address == {
        "service_url": talk.service.url,
        "conversation": "personal-chat-1",
        "member": "user-alice",
    }


async def test_a_form_is_filled_in_inside_the_card_and_refused_in_words(talk: Talk) -> None:
    await talk.deliver(message("I need a letter for my bank"))
    offer = (await talk.hears(1))[0]
    opened = (await talk.deliver(press(button(offer, "open_form"), "i-1"))).json()
    assert opened["type"] == "application/vnd.microsoft.card.adaptive"
    data = button({"attachments": [{"content": opened["value"]}]}, "form")
    refused = (await talk.deliver(press({**data}, "i-2"))).json()
    errors = [line for line in refused["value"]["body"] if line.get("color") == "Attention"]
    assert errors
    assert len(talk.service.messages) == 1


async def test_a_button_of_somebody_else_s_is_refused(talk: Talk) -> None:
    await talk.deliver(message("How do I book annual leave?"))
    answer = (await talk.hears(1))[0]
    forged = {**button(answer, "ask_hr"), "token": "A" * 40}
    assert "does not come from the desk" in (await talk.deliver(press(forged))).json()["value"]
    assert read(talk.desk, lambda session: session.exec(select(Ticket)).first()) is None


def test_without_teams_none_of_its_libraries_is_loaded() -> None:
    found = "import sys, deskbot.wiring.inside; print({'jwt', 'msal', 'microsoft_teams'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
