"""S2: a signed Slack event is verified, committed and acknowledged; against grouped commits in raw sqlite3."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bolt_bot import SECRET
from benchmarks.slack_events import Signed, message
from deskbot.channels.slack.door import Answer, Door, Intake
from deskbot.ports import RawDelivery
from deskbot.store.group_commit import GroupCommit
from deskbot.store.sealing import Sealer
from deskbot.store.session import Store

TOGETHER = 64  # deliveries that are in flight at the same time, and rows in a commit of the raw loop
DELIVERIES = TOGETHER * 40  # in one round
ROUNDS = 7
_INSERT = (
    "INSERT INTO inbox (key, channel, kind, body, received_at, pending, attempts) VALUES (?, ?, ?, ?, ?, 1, 0)"
    " ON CONFLICT DO NOTHING"
)


def run() -> list[dict[str, Any]]:
    """Time rounds of the raw loop, of grouped commits and of the whole door in turn; report shares of the raw rate."""
    with tempfile.TemporaryDirectory() as folder:
        raw = _Raw(Path(folder) / "raw.db")
        ours = _Ours(Path(folder) / "ours.db")
        shares: dict[str, list[float]] = {"group": [], "door": []}
        rates = []
        for number in range(ROUNDS + 1):
            limit = raw.round(number)
            group, door = ours.group(number), ours.door(number)
            if number:  # the first round warms up
                rates.append(DELIVERIES / limit)
                shares["group"].append(limit / group)
                shares["door"].append(limit / door)
        raw.close()
        ours.close()
    reference = {
        "reference": f"grouped commits in raw sqlite3, rows/s, {TOGETHER} at a time",
        "reference_value": statistics.median(rates),
    }
    return [
        {
            "bar": "S2",
            "what": what,
            "value": statistics.median(shares[name]),
            "unit": "of the grouped-commit limit",
            "must": 0.5 if name == "group" else None,
            "stretch": 0.8 if name == "group" else None,
            "higher": True,
            **reference,
        }
        for name, what in (
            ("group", f"delivery sealed, committed and acknowledged, {TOGETHER} in flight"),
            ("door", f"the same with Slack's signature checked and the ASGI exchange, {TOGETHER} in flight"),
        )
    ]


def _event(number: int) -> Signed:
    return message(number, "How many days of leave do I have left this year?", channel="D0BENCH")


class _Raw:
    """The limit: the same rows into the same table in commits of `TOGETHER`, by nothing but sqlite3."""

    def __init__(self, path: Path) -> None:
        Store(f"sqlite:///{path}", Sealer(os.urandom(32))).upgrade()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._body = os.urandom(len(_event(0)[0]) + 32)  # as long as a sealed one

    def round(self, number: int) -> float:
        """Insert one round's rows and return the seconds."""
        begun = time.perf_counter()
        at = datetime.now(UTC).isoformat(" ")[:26]
        for first in range(0, DELIVERIES, TOGETHER):
            self._connection.execute("BEGIN IMMEDIATE")
            for place in range(first, first + TOGETHER):
                key = f"slack:T0000001:Ev{number:04}{place:08}"
                self._connection.execute(_INSERT, (key, "slack", "event", self._body, at))
            self._connection.execute("COMMIT")
        return time.perf_counter() - begun

    def close(self) -> None:
        self._connection.close()


class _Ours:
    """The desk's own way in, on a store of its own."""

    def __init__(self, path: Path) -> None:
        self._store = Store(f"sqlite:///{path}", Sealer(os.urandom(32)))
        self._store.upgrade()

    def group(self, number: int) -> float:
        """Accept one round's deliveries, `TOGETHER` in flight, and return the seconds."""
        body = _event(0)[0]
        now = datetime.now(UTC)
        brought = [
            RawDelivery(f"slack:T0000001:Ev1{number:04}{place:08}", "slack", "event", body, now)
            for place in range(DELIVERIES)
        ]
        return asyncio.run(self._in_flight(lambda group: group.accept, brought))

    def door(self, number: int) -> float:
        """Bring one round's signed requests to the door, `TOGETHER` in flight, and return the seconds."""
        brought = [_event(DELIVERIES * (number + 1) + place) for place in range(DELIVERIES)]
        return asyncio.run(self._in_flight(_requests, brought))

    async def _in_flight(self, bring: Callable[[GroupCommit], Callable[[Any], Any]], brought: list[Any]) -> float:
        group = GroupCommit(self._store)
        one = bring(group)
        waiting = iter(brought)

        async def keep_bringing() -> None:
            for each in waiting:
                await one(each)

        begun = time.perf_counter()
        await asyncio.gather(*(keep_bringing() for _ in range(TOGETHER)))
        seconds = time.perf_counter() - begun
        group.close()
        return seconds

    def close(self) -> None:
        self._store.close()


def _requests(group: GroupCommit) -> Callable[[Any], Any]:
    """Return what brings one signed request to a door in front of the inbox."""
    intake = Intake(group.accept, _never, lambda: datetime.now(UTC))
    door = Door(SECRET, intake)

    async def bring(request: Signed) -> None:
        body, headers = request
        told: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            told.append(message.get("status", 0))

        await door({"type": "http", "method": "POST", "path": "/slack/events", "headers": headers}, receive, send)
        if told[0] != 200:
            raise RuntimeError(f"The door answered {told[0]}.")

    return bring


async def _never(delivery: RawDelivery) -> Answer:
    raise RuntimeError("An event is not answered at once.")
