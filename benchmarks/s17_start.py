"""S17: cold start of `deskbot serve` to the first verified acknowledgement, beside a minimal bolt bot.

Both are started as processes of their own with a warm file cache and asked with one signed event every few
milliseconds until it is answered with 200, which means: verified and durable. The desk has 10^3 sections and 10^5
tickets; the reference is `benchmarks/bolt_bot.py`, slack-bolt with FastAPI and SQLite, which has nothing to load.
`BENCH_TICKETS` in the environment makes another number of tickets.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import slack_events
from benchmarks.bolt_bot import SECRET
from benchmarks.handbooks import pages

ROUNDS = 7
SECTIONS = 1_000
TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
PATIENCE = 30.0


def run() -> list[dict[str, Any]]:
    """Start both in turn, several times, and return the ratio of the medians and the seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = prepared(folder, TICKETS, SECTIONS)
        ours, theirs = [], []
        for number in range(ROUNDS + 1):
            here, there = free_port(), free_port()
            bot = [sys.executable, "-m", "benchmarks.bolt_bot", str(there), str(folder / "bot.db")]
            desk = [sys.executable, "-m", "deskbot", "serve", "--port", str(here)]
            theirs.append(seconds_to_answer(bot, there, os.environ, number))
            ours.append(seconds_to_answer(desk, here, environment, number + 1_000))
    mine, peer = median(ours[1:]), median(theirs[1:])
    reference = {"reference": "slack-bolt, FastAPI and SQLite, s", "reference_value": peer}
    return [
        {
            "bar": "S17",
            "what": f"start to first acknowledgement, {TICKETS:,} tickets",
            "value": mine / peer,
            "unit": "of the reference's",
            "must": 0.8,
            **reference,
        },
        {"bar": "S17", "what": "the same in seconds", "value": mine, "unit": "s", "stretch": 0.5, **reference},
    ]


def prepared(folder: Path, tickets: int, sections: int) -> dict[str, str]:
    """Write a knowledge base and seed a database in the folder; return the environment that serves them."""
    knowledge = folder / "knowledge"
    for file, text in pages(sections).items():
        path = knowledge / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {
        **os.environ,
        "DESKBOT_ENV": "test",
        "DESKBOT_DATA_DIR": str(folder / "data"),
        "DESKBOT_KNOWLEDGE_DIR": str(knowledge),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:9/",
    }
    seed = [sys.executable, "-m", "deskbot", "seed", "--tickets", str(tickets)]
    subprocess.run(seed, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return environment


def seconds_to_answer(command: Sequence[str], port: int, environment: Mapping[str, str], number: int) -> float:
    """Start a server and return the seconds until it has acknowledged one signed event; stop it again."""
    body, headers = slack_events.message(number, "How many days of leave do I have?", channel="D1")
    began = time.perf_counter()
    server = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not acknowledged(port, body, headers):
            if time.perf_counter() - began > PATIENCE or server.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} did not answer.")
            time.sleep(0.002)
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(30)


def acknowledged(port: int, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Send the event once; false while nobody listens."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/slack/events", body, {name.decode(): value.decode() for name, value in headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"The event was answered with {error.code}.") from error
    except OSError:
        return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
