"""Kill -9 under load: what was acknowledged is answered, once, whatever happens in between."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy import text
from sqlmodel import select

from deskbot.channels.slack.signature import sign
from deskbot.store import inbox, outbox, prepared
from deskbot.store.session import Store
from deskbot.store.tables import Inbox, Outbox, PersonRow, Ticket
from deskbot.wiring import open_store
from tests.faults.slack import BOT, TEAM, FaultySlack, address

ROOT = Path(__file__).parents[2]
SECRET = "the signing secret of this harness"
SENDERS = 4
BACKLOG = 120  # deliveries not yet answered at which the senders pause, so that a run ends soon after its last kill
REPORT = "My manager keeps harassing me and I want to report it."
QUESTION = "How many days of annual leave do I have?"


@dataclass
class Outcome:
    """What a run found; every list must be empty."""

    kills: int
    acknowledged: int = 0
    brought: int = 0
    posted: int = 0
    faults: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    double_tickets: list[int] = field(default_factory=list)
    missing_tickets: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or damaged."""
        return not any(
            (self.lost, self.unanswered, self.double_tickets, self.missing_tickets, self.doubled, self.damage)
        )

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} acknowledged of {self.brought} deliveries, {self.faults} faults:"
            f" {len(self.lost)} lost, {len(self.unanswered)} unanswered, {len(self.double_tickets)} duplicate and"
            f" {len(self.missing_tickets)} missing tickets, {len(self.doubled)} of {self.posted} posts doubled,"
            f" {len(self.damage)} damaged ({self.seconds:.0f} s)"
        )


class Harness:
    """One run: a faulty Slack, senders with duplicates, and a server that is killed again and again."""

    def __init__(self, database: str, folder: Path, kills: int, settle: float, seed: int) -> None:
        self._database = database
        self._folder = folder
        self._kills = kills
        self._settle = settle
        self._random = random.Random(seed)
        self._slack = FaultySlack(seed)
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._next = 0
        self._acknowledged: set[int] = set()
        self._brought = 0
        self._up = asyncio.Event()
        self._stopping = False
        self._environment: dict[str, str] = {}

    async def run(self) -> Outcome:
        """Run to the end and return what was found."""
        begun = time.monotonic()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._environment = self._settings(await self._slack.start())
        with _environment(self._environment):
            store = _prepared_store()
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
                senders = [asyncio.create_task(self._send(http)) for _ in range(SENDERS)]
                for number in range(self._kills):
                    await self._start()
                    await self._wait_for_a_bad_moment(early=number % 5 == 0)
                    self._kill()
                    _expire(store)
                self._stopping = True
                self._slack.calm = True
                await self._start()
                await asyncio.gather(*senders)
                await self._drain(store)
            outcome = self._judge(store)
        finally:
            self._kill()
            await self._slack.stop()
            store.close()
        outcome.seconds = time.monotonic() - begun
        return outcome

    async def _wait_for_a_bad_moment(self, *, early: bool) -> None:
        """Wait a little, or until some replies have gone out, so that the kill meets work in every stage."""
        enough = len(self._slack.posts) + self._random.randrange(1, 60)
        until = time.monotonic() + (0.0 if early else 20.0)
        while time.monotonic() < until and len(self._slack.posts) < enough:  # noqa: ASYNC110 - looks at two things
            await asyncio.sleep(0.005)
        await asyncio.sleep(self._random.uniform(0.02, 0.5 if early else 0.1))

    def _settings(self, slack: str) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DESKBOT_", "SLACK_"))},
            "DESKBOT_DATABASE_URL": self._database,
            "DESKBOT_DATA_DIR": str(self._folder),
            "DESKBOT_SECRET_KEY": "the secret key of this harness, long enough",
            "DESKBOT_ENV": "test",
            "DESKBOT_SEMANTIC": "off",
            "SLACK_BOT_TOKEN": "xoxb-1-fault",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": slack,
        }

    async def _start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.server", str(self._port), str(self._settle)]
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        for _ in range(3_000):
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                self._up.set()
                return
            if self._process.poll() is not None:
                raise RuntimeError(f"The server ended by itself with status {self._process.returncode}.")
            await asyncio.sleep(0.02)
        raise RuntimeError("The server did not listen within a minute.")

    def _kill(self) -> None:
        self._up.clear()
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def _send(self, http: aiohttp.ClientSession) -> None:
        """Bring one delivery after the other, again until it is acknowledged, and every tenth twice at once."""
        while not self._stopping:
            if len(self._acknowledged) - len(self._slack.posts) > BACKLOG:
                await asyncio.sleep(0.05)
                continue
            number, self._next = self._next, self._next + 1
            copies = 2 if self._random.random() < 0.1 else 1
            await asyncio.gather(*(self._bring(http, number) for _ in range(copies)))
            await asyncio.sleep(self._random.uniform(0, 0.04))

    async def _bring(self, http: aiohttp.ClientSession, number: int) -> None:
        while True:
            await self._up.wait()
            self._brought += 1
            body = _event(number)
            stamp = str(int(time.time()))
            headers = {
                "Content-Type": "application/json",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": sign(SECRET, stamp, body),
            }
            try:
                url = f"http://127.0.0.1:{self._port}/slack/events"
                async with http.post(url, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        self._acknowledged.add(number)
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.01)

    async def _drain(self, store: Store, seconds: float = 120) -> None:
        """Wait until nothing is pending in the inbox or the outbox."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with store.read() as session:
                waiting = session.exec(select(Inbox.id).where(Inbox.pending)).first()
                going = session.exec(select(Outbox.id).where(Outbox.live)).first()
            if waiting is None and going is None:
                return
            await asyncio.sleep(0.1)

    def _judge(self, store: Store) -> Outcome:
        outcome = Outcome(self._kills, len(self._acknowledged), self._brought, len(self._slack.posts))
        outcome.faults = sum(self._slack.faults.values())
        with store.read() as session:
            done = {row.key for row in session.exec(select(Inbox).where(~Inbox.pending, Inbox.error.is_(None)))}
            people = {person.id: person.email for person in session.exec(select(PersonRow))}
            tickets = Tally(people[ticket.requester_id] for ticket in session.exec(select(Ticket)))
            stuck = session.exec(select(Outbox).where(Outbox.state != "sent")).all()
            if store.sqlite and (found := session.execute(text("PRAGMA integrity_check")).scalar()) != "ok":
                outcome.damage.append(str(found))
        rooms = {channel for channel, *_ in self._slack.posts}
        for number in sorted(self._acknowledged):
            if not any(
                key.endswith(_event_id(number)) for key in (f"slack:{TEAM}:{_event_id(number)}",) if key in done
            ):
                outcome.lost.append(_event_id(number))
            if _room(number) not in rooms:
                outcome.unanswered.append(_event_id(number))
            if _is_report(number) and tickets[address(_user(number))] == 0:
                outcome.missing_tickets.append(_event_id(number))
        outcome.double_tickets = [count for count in tickets.values() if count > 1]
        outcome.damage.extend(f"outbox {row.id} is {row.state}: {row.error}" for row in stuck)
        for what, count in Tally((channel, key, part) for channel, key, part, _ in self._slack.posts).items():
            outcome.doubled.extend([str(what)] * (count - 1))
        return outcome


def _event(number: int) -> bytes:
    ts = f"{1_794_000_000 + number}.000100"
    event = {
        "type": "message",
        "user": _user(number),
        "team": TEAM,
        "text": REPORT if _is_report(number) else QUESTION,
        "ts": ts,
        "event_ts": ts,
        "channel": _room(number),
        "channel_type": "im",
        "client_msg_id": f"c{number}",
    }
    envelope = {
        "team_id": TEAM,
        "api_app_id": "A01FAULT",
        "event": event,
        "type": "event_callback",
        "event_id": _event_id(number),
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}],
    }
    return json.dumps(envelope).encode()


def _is_report(number: int) -> bool:
    return number % 2 == 0


def _event_id(number: int) -> str:
    return f"Ev{number:07}"


def _user(number: int) -> str:
    return f"U{number:07}"


def _room(number: int) -> str:
    return f"D{number:07}"


def _prepared_store(people: int = 20_000) -> Store:
    """Make the database and everybody who will write."""
    from deskbot.config import load

    store = open_store(load())
    now = datetime.now(UTC)
    with store.write() as session:
        for number in range(people):
            row = {"email": address(_user(number)), "name": f"Person {number}", "created_at": now, "country": "PT"}
            prepared.insert(session, PersonRow, row)
    return store


def _expire(store: Store) -> None:
    """On a server other replicas might be at work, so leases must run out by time; this stands for the waiting."""
    if not store.sqlite:
        with store.write() as session:
            inbox.abandoned(session)
            outbox.abandoned(session, datetime.now(UTC))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(database: str, folder: Path, *, kills: int, settle: float = 1.0, seed: int = 1) -> Outcome:
    """Run the harness on a database's address; `settle` in seconds, see `Deliverer`."""
    return asyncio.run(_run(database, folder, kills, settle, seed))


async def _run(database: str, folder: Path, kills: int, settle: float, seed: int) -> Outcome:
    return await Harness(database, folder, kills, settle, seed).run()
