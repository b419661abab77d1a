"""All the way through a Slack that nobody here wrote: asked, answered, a ticket, answered by a person, each once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from sqlmodel import select

from deskbot.actions import tickets
from deskbot.config import Settings
from deskbot.store import people
from deskbot.store.tables import MembershipRow, Message, PersonRow, Ticket
from deskbot.wiring import Application
from tests.channels.slack.local_slack import (
    ALICE,
    APP_TOKEN,
    BOB,
    BOT,
    BOT_TOKEN,
    GENERAL,
    SECRET,
    LocalSlack,
    eventually,
    free_port,
    own_network,
    shown,
)
from tests.channels.slack.payloads import as_json, envelope, headers

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module", autouse=True)
def _alone() -> Iterator[None]:
    """Keep the client, which listens on every interface, in a network of its own."""
    with own_network():
        yield


class Company:
    """A desk that serves, and the Slack its people write in."""

    def __init__(self, slack: LocalSlack, desk: Application) -> None:
        self.slack = slack
        self.desk = desk

    def tickets(self) -> list[str]:
        """Return the references of every ticket."""
        with self.desk.store.read() as session:
            return [ticket.ref for ticket in session.exec(select(Ticket).order_by(Ticket.ref)).all()]

    def reply(self, ref: str, text: str) -> None:
        """Answer a ticket as its role's specialist does on the web."""
        with self.desk.store.write() as session:
            row = people.by_email(session, "hana@example.com")
            assert row is not None
            assert row.id is not None
            viewer = people.viewer(session, row.id)
            assert viewer is not None
            tickets.reply(session, self.desk.inside.desk, viewer, ref, text)


@pytest.fixture(params=["socket", "events"])
async def company(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Company]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    mode = str(request.param)
    async with LocalSlack(tmp_path, mode, f"{address}/slack/events" if mode == "events" else "") as slack:
        desk = Application(settings(tmp_path, slack, address, mode))
        server = uvicorn.Server(uvicorn.Config(desk, host="127.0.0.1", port=port, log_level="warning", lifespan="on"))
        serving = asyncio.create_task(server.serve())
        await desk_is_up(desk, server)
        hire(desk)
        yield Company(slack, desk)
        server.should_exit = True
        await serving


def settings(folder: Path, slack: LocalSlack, address: str, mode: str) -> Settings:
    door = {"slack_app_token": APP_TOKEN} if mode == "socket" else {"slack_signing_secret": SECRET}
    return Settings(
        _env_file=None,
        env="test",
        base_url=address,
        data_dir=folder / "data",
        slack_bot_token=BOT_TOKEN,
        slack_api_url=slack.api_url,
        **door,
    )


def hire(desk: Application) -> None:
    """Put Alice, who asks, and Hana, who answers in every role, into the directory."""
    with desk.store.write() as session:
        now = desk.clock.now()
        alice = PersonRow(
            email="alice@example.com",
            name="Alice Anderson",
            given_name="Alice",
            family_name="Anderson",
            title="Analyst",
            employer=next(iter(desk.inside.content.current.letters.employers)),
            start_date=date(2024, 3, 1),
            contract="permanent",
            hours=40.0,
            created_at=now,
        )
        hana = PersonRow(email="hana@example.com", name="Hana Costa", created_at=now)
        session.add_all([alice, hana])
        session.flush()
        assert hana.id is not None
        for role in desk.inside.content.current.roles:
            session.add(MembershipRow(role=role, person_id=hana.id))


async def desk_is_up(desk: Application, server: uvicorn.Server) -> None:
    async def started() -> bool:
        return server.started

    await eventually(started)
    await desk.ready()
    socket = desk.inside.socket
    if socket is not None:
        await eventually(socket.is_connected)


async def test_a_question_becomes_an_answer_a_ticket_and_a_talk_with_a_person(company: Company) -> None:
    slack = company.slack
    asked = (await slack.say("When is payday?"))["message"]
    answer = await slack.bot_says(asked["channel"], "ask_hr")
    assert answer["thread_ts"] == asked["ts"]
    assert any(block["type"] == "context" for block in answer["blocks"]), "the answer names its source"

    await slack.press(answer, "ask_hr")
    opened = await slack.bot_says(asked["channel"], "HR-")
    (reference,) = company.tickets()
    assert reference in shown(opened)
    assert opened["thread_ts"] == asked["ts"]

    company.reply(reference, "It is **one month** for you, Alice. <!channel>")
    told = await slack.bot_says(asked["channel"], "one month")
    assert (told["thread_ts"], "Hana" in shown(told)) == (asked["ts"], True)
    assert "<!channel>" not in told["text"]

    await slack.say("Thank you, and does that include holidays?", channel=asked["channel"], thread_ts=asked["ts"])
    await eventually(lambda: said_in_ticket(company, reference, "include holidays"))
    assert company.tickets() == [reference]


async def said_in_ticket(company: Company, reference: str, words: str) -> bool:
    def look() -> bool:
        with company.desk.store.read() as session:
            ticket = session.exec(select(Ticket).where(Ticket.ref == reference)).one()
            said = session.exec(select(Message).where(Message.ticket_id == ticket.id)).all()
            return any(
                words in str(company.desk.store.sealer.open(session, m.text)) for m in said if m.text is not None
            )

    return await asyncio.to_thread(look)


@pytest.mark.parametrize("company", ["events"], indirect=True)
async def test_one_event_three_times_is_one_of_everything(company: Company) -> None:
    slack = company.slack
    room = (await slack.say("hello"))["message"]["channel"]
    await slack.bot_says(room, "Alice")
    question = "Can somebody check my payslip of October? The bonus is missing."
    event = {
        "type": "message",
        "user": ALICE,
        "text": question,
        "ts": "1795000000.000100",
        "event_ts": "1795000000.000100",
        "channel": room,
        "channel_type": "im",
    }
    body = as_json(envelope(event))
    before = len(await slack.messages(room))
    async with aiohttp.ClientSession() as http:

        async def deliver() -> int:
            address = f"{company.desk.settings.base_url}/slack/events"
            async with http.post(address, data=body, headers=headers(body, secret=SECRET)) as answer:
                return answer.status

        assert await asyncio.gather(*(deliver() for _ in range(3))) == [200, 200, 200]
        first = await slack.bot_says(room, "ask_hr", after=before)
        assert await deliver() == 200
    await slack.press(first, "ask_hr")
    await slack.press(first, "ask_hr")
    await slack.bot_says(room, "HR-", after=before)
    await eventually(lambda: said_in_ticket(company, company.tickets()[0], "bonus"))
    said = [m for m in (await slack.messages(room))[before:] if m.get("bot_id")]
    assert sum("ask_hr" in shown(m) for m in said) == 1
    assert len(company.tickets()) == 1


async def test_a_form_is_opened_refused_in_words_and_taken(company: Company) -> None:
    slack = company.slack
    asked = (await slack.say("I need an employment letter for my landlord"))["message"]
    offer = await slack.bot_says(asked["channel"], "open_form")
    before = len(await slack.messages(asked["channel"]))
    filled = {
        "letter_type": {"answer": {"type": "static_select", "selected_option": {"value": "landlord"}}},
        "with_salary": {"answer": {"type": "radio_buttons", "selected_option": {"value": "no"}}},
        "payee": {"answer": {"type": "plain_text_input", "value": None}},
    }
    async with slack.page() as page:
        await slack.press(offer, "open_form")
        (view,) = (await page.frame("view"))["stack"]
        assert view["blocks"][1]["element"]["initial_option"]["value"] == "landlord", "her own words fill it in"
        nothing = {"language": {"answer": {"type": "static_select", "selected_option": None}}}
        await page.submit(ALICE, {**filled, **nothing})
        assert "language" in (await page.frame("view_errors"))["errors"]
        assert company.tickets() == []
        english = {"language": {"answer": {"type": "static_select", "selected_option": {"value": "en"}}}}
        await page.submit(ALICE, {**filled, **english})
        told = await slack.bot_says(asked["channel"], "Here is your letter", after=before)
    assert told["thread_ts"] == asked["ts"]
    assert len(company.tickets()) == 1

    async def letter() -> dict[str, Any] | None:
        return next((m for m in await slack.messages(asked["channel"]) if m.get("files")), None)

    shared = await eventually(letter)
    assert (shared["files"][0]["mimetype"], shared["thread_ts"]) == ("application/pdf", asked["ts"])


async def test_a_slash_command_is_answered_in_the_persons_own_conversation(company: Company) -> None:
    slack = company.slack
    room = (await slack.say("hello"))["message"]["channel"]
    await slack.bot_says(room, "Alice")
    before = len(await slack.messages(room))
    await slack.post("/_control/command", channel=GENERAL, user=ALICE, command="/hr", text="my requests")
    await slack.bot_says(room, "no requests", after=before)
    public = [m for m in await slack.messages(GENERAL) if m.get("bot_id") and m.get("subtype") != "ephemeral"]
    assert not public, public


async def test_people_in_a_channel_are_answered_when_they_mention_the_bot_and_left_alone_otherwise(
    company: Company,
) -> None:
    slack = company.slack
    await slack.say("When is payday?", channel=GENERAL)
    asked = (await slack.say(f"<@{BOT}> When is payday?", channel=GENERAL))["message"]
    answer = await slack.bot_says(GENERAL, "ask_hr")
    assert answer["thread_ts"] == asked["ts"]
    await slack.say("I think it is a month", channel=GENERAL, thread_ts=asked["ts"], user=BOB)
    # Deliveries are worked in order: once this greeting is answered, Bob's words have been heard.
    room = (await slack.say("hello"))["message"]["channel"]
    await slack.bot_says(room, "Alice")
    assert len([m for m in await slack.messages(GENERAL) if m.get("bot_id")]) == 1


async def test_the_apps_home_shows_ones_requests_and_what_one_can_ask_for(company: Company) -> None:
    slack = company.slack
    await slack.post("/_control/open-home", user=ALICE)

    async def published() -> str:
        log = (await slack.get("/_control/log"))["log"]
        return str([entry for entry in log if entry["summary"] == "views.publish"] or "")

    view = await eventually(published)
    assert "no requests" in view
    assert "open_form" in view


async def test_an_answer_below_a_message_that_came_directly_reaches_its_ticket(company: Company) -> None:
    slack = company.slack
    room = (await slack.say("hello"))["message"]["channel"]
    await slack.bot_says(room, "Alice")
    said = "My manager keeps harassing me and I want to report it"
    await slack.post("/_control/command", channel=GENERAL, user=ALICE, command="/hr", text=said)
    told = await slack.bot_says(room, "ER-")
    assert "thread_ts" not in told
    (reference,) = company.tickets()
    await slack.say("It happened again on Monday", channel=room, thread_ts=told["ts"])
    await eventually(lambda: said_in_ticket(company, reference, "again on Monday"))
    assert company.tickets() == [reference]
    assert not [m for m in await slack.messages(GENERAL) if "ER-" in shown(m) or "harass" in shown(m)]
