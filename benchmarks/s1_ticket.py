"""S1: from a signed Slack delivery to the durable ticket, CPU of both commits together.

Counted is all CPU of the process, every thread, from the ASGI call of the door to the end of the worker's
transaction: signature, inbox row and its commit, claim, parsing, identity, the conversation, routing, clocks,
ticket, events, answer in the outbox, and the second commit. SQLite with `synchronous=FULL`, one delivery at a
time, the demo company's directory, articles and rules. Three kinds of delivery are measured:

- a message that opens a ticket by itself (somebody reports something that happened: a sealed case);
- the press of *Ask HR* below an answer, which makes an ordinary ticket of a question: routed by the rules;
- a further message of an employee, which reaches the live ticket.
"""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlmodel import select

from benchmarks import bolt_bot, slack_events
from benchmarks.bolt_bot import APP, BOT, SECRET, TEAM
from benchmarks.slack_events import Signed
from deskbot.adapters.demo import company
from deskbot.config import Settings
from deskbot.store import people
from deskbot.store.tables import Answered, Event, Outbox, PersonRow, Ticket
from deskbot.wiring import Application, make_desk, memory, open_store, read_content

COUNT = 2_000
PEOPLE = 200
WARM_UP = 100
MUST, STRETCH = 0.52, 0.26
REPORT = "My manager keeps touching me and says he will fire me if I tell anybody. Case number {0}."
QUESTION = "Who repairs the number {0} standing desk that the carpenter in the annex damaged?"
FOLLOW_UP = "One more thing about this: it happened again on day {0}."


def run() -> list[dict[str, Any]]:
    """Measure the three kinds beside the reference bot's acknowledgement with one commit."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[dict[str, Any]]:
    bench = Bench(folder)
    peer = await _peer(folder / "peer.db")
    await bench.start()
    questions = [bench.message(number, QUESTION) for number in range(COUNT + WARM_UP)]
    await bench.through(questions)
    presses = bench.presses()
    figures = {
        "a press of Ask HR to the routed ticket": await bench.timed(presses),
        "a further message into its live ticket": await bench.timed(bench.follow_ups()),
        "a message to the sealed case it opens": await bench.timed(
            [bench.message(number, REPORT) for number in range(10**6, 10**6 + COUNT + WARM_UP)]
        ),
    }
    bench.check()
    await bench.stop()
    return [
        {
            "bar": "S1",
            "what": what,
            "value": milliseconds,
            "unit": "ms CPU",
            "must": MUST,
            "stretch": STRETCH,
            "reference": "slack-bolt and one commit",
            "reference_value": peer,
        }
        for what, milliseconds in figures.items()
    ]


class Bench:
    """The demo company's desk with Slack on, driven one delivery at a time."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            env="test",
            data_dir=folder / "data",
            slack_bot_token="xoxb-bench",
            slack_signing_secret=SECRET,
            slack_api_url="http://127.0.0.1:9/",
        )
        self.users = _found(self.settings)
        self.front = Application(self.settings)

    async def start(self) -> None:
        """Load what is behind the door, without its loops: here the worker is called by hand."""
        from deskbot.wiring.inside import Inside

        self.inside = Inside(self.front)
        self.front._inside = self.inside
        self.front._ready.set()
        self.front.group.through(self.front.store)
        self.front.bus.attach()
        memory.settle()  # as `serve` does once everything is loaded

    async def stop(self) -> None:
        """Close everything."""
        self.front.group.close()
        self.front.store.close()

    async def timed(self, deliveries: Iterable[Signed]) -> float:
        """Bring deliveries through one at a time and return the CPU milliseconds of each, on average."""
        ready = list(deliveries)
        await self.through(ready[:WARM_UP])
        began = time.process_time()
        await self.through(ready[WARM_UP:])
        return (time.process_time() - began) * 1000 / (len(ready) - WARM_UP)

    async def through(self, deliveries: Iterable[Signed]) -> None:
        """Bring each delivery to the door, and have the worker do what it asks."""
        for body, headers in deliveries:
            assert await _post(self.front, body, headers) == 200
            await self.inside.worker.once()

    def message(self, number: int, text: str, thread: str = "") -> Signed:
        """Return one of our people's direct messages."""
        user = self.users[number % len(self.users)]
        return slack_events.message(number, text.format(number), channel=f"D{user}", user=user, thread=thread)

    def presses(self) -> list[Signed]:
        """Return a press of *Ask HR* for each answer so far."""
        desk = self.inside.desk
        with self.front.store.read() as session:
            answered = session.exec(select(Answered.id).order_by(Answered.id)).all()  # type: ignore[arg-type]
        now = desk.now()
        return [
            _press(number, self.users[number % len(self.users)], desk.tokens.sign("ask_hr", str(row), now))
            for number, row in enumerate(answered)
        ]

    def follow_ups(self) -> list[Signed]:
        """Return a further message in the thread of each question."""
        return [self.message(10**7 + number, FOLLOW_UP, thread=_stamp(number)) for number in range(COUNT + WARM_UP)]

    def check(self) -> None:
        """Make sure that the work was really done: every ticket has its owner, its events and its promise."""
        with self.front.store.read() as session:
            tickets = session.exec(select(Ticket)).all()
            heard = session.exec(select(Event.ticket_id).where(Event.kind == "employee_message")).all()
            posted = session.exec(select(Outbox.id)).all()
        total = COUNT + WARM_UP
        assert len(tickets) == 2 * total, len(tickets)
        assert sum(ticket.tier == 4 for ticket in tickets) == total
        assert all(ticket.role and ticket.first_response_due for ticket in tickets)
        assert len(heard) >= total, len(heard)
        assert len(posted) >= 3 * total, len(posted)


def _found(settings: Settings) -> list[str]:
    """Make the demo company's people and link each to a Slack user; return the users."""
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    now = datetime.now(UTC)
    with store.write() as session:
        company.found(session, desk, now.date())
        rows = session.exec(select(PersonRow).where(PersonRow.status == "active").limit(PEOPLE)).all()
        users = []
        for row in rows:
            assert row.id is not None
            users.append(f"U{row.id:08d}")
            people.link(session, "slack", TEAM, users[-1], row.id, "email", now)
    store.close()
    return users


def _stamp(number: int) -> str:
    return f"{1_790_000_000 + number}.{number % 1_000_000:06d}"


def _press(number: int, user: str, token: str) -> Signed:
    payload = {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": TEAM},
        "api_app_id": APP,
        "token": "deprecated",
        "container": {
            "type": "message",
            "message_ts": f"{1_800_000_000 + number}.000300",
            "channel_id": f"D{user}",
            "is_ephemeral": False,
            "thread_ts": _stamp(number),
        },
        "trigger_id": f"{number}.1.abc",
        "team": {"id": TEAM, "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": f"D{user}", "name": "directmessage"},
        "message": {
            "type": "message",
            "user": BOT,
            "bot_id": "B0",
            "ts": f"{1_800_000_000 + number}.000300",
            "thread_ts": _stamp(number),
            "text": "There is no article about that yet.",
        },
        "actions": [
            {
                "action_id": "ask_hr",
                "block_id": "b1",
                "value": token,
                "type": "button",
                "action_ts": f"{1_800_000_000 + number}.500000",
            }
        ],
    }
    return slack_events.signed(urlencode({"payload": json.dumps(payload)}).encode())


async def _post(app: Callable[..., Any], body: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """Bring one request to the application, as the web server would, and return the status."""
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    await app({"type": "http", "method": "POST", "path": "/slack/events", "headers": headers}, receive, send)
    return told[0]


async def _peer(path: Path) -> float:
    """Return the CPU milliseconds of the reference bot: bolt verifies, finds its listener, commits one row."""
    from slack_bolt.request.async_request import AsyncBoltRequest

    app = bolt_bot.make(bolt_bot.open_database(path))
    ready = []
    for number in range(COUNT // 2):
        body, headers = slack_events.message(number, QUESTION.format(number), channel="D1")
        ready.append(AsyncBoltRequest(body=body.decode(), headers={k.decode(): [v.decode()] for k, v in headers}))
    began = time.process_time()
    for request in ready:
        answer = await app.async_dispatch(request)
        assert answer.status == 200
    return (time.process_time() - began) * 1000 / len(ready)
