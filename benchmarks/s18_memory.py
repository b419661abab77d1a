"""S18: resident memory of `deskbot serve` with Slack on: idle, and after mixed load on a long history.

The starter articles and rules, SQLite, Teams and the semantic engine off. Idle is ten seconds after everything is
loaded. The mixed load is 600 signed Slack messages, 200 views of the queue and the ticket search, and a digest page.
The history holds 10^5 tickets, or as many as `BENCH_TICKETS` says (10^6 takes minutes to make). The reference is the
minimal bolt bot, idle.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from benchmarks import slack_events
from benchmarks.bolt_bot import SECRET
from benchmarks.machine import resident
from benchmarks.s17_start import acknowledged, free_port

TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
SETTLED = 10.0
MESSAGES, VIEWS = 600, 200
QUESTIONS = ("How many days of leave do I have?", "When is payday?", "Who repairs my chair?", "I need a bank letter")


def run() -> list[dict[str, Any]]:
    """Measure the desk idle on a fresh database, then after load on a long history, and the bot."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bot = _of_bot(folder)
        rows = []
        for tickets, load, must, stretch in ((0, False, 130, 90), (TICKETS, True, 180, 120)):
            what = f"after mixed load, {tickets:,} tickets" if load else "idle, Slack on"
            value = _of_desk(folder / str(tickets), tickets, load)
            rows.append(
                {
                    "bar": "S18",
                    "what": f"resident memory {what}",
                    "value": value,
                    "unit": "MB",
                    "must": must,
                    "stretch": stretch,
                    "reference": "slack-bolt, FastAPI and SQLite, idle, MB",
                    "reference_value": bot,
                }
            )
        return rows


def _of_bot(folder: Path) -> float:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bolt_bot", str(port), str(folder / "bot.db")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: acknowledged(port, *slack_events.message(1, "hello", channel="D1")))
        return resident(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _of_desk(folder: Path, tickets: int, load: bool) -> float:
    port = free_port()
    environment = {
        **os.environ,
        "DESKBOT_ENV": "test",
        "DESKBOT_DATA_DIR": str(folder),
        "DESKBOT_BASE_URL": f"http://127.0.0.1:{port}",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:9/",
    }
    if tickets:
        seed = [sys.executable, "-m", "deskbot", "seed", "--tickets", str(tickets)]
        subprocess.run(seed, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    serve = [sys.executable, "-m", "deskbot", "serve", "--port", str(port)]
    server = subprocess.Popen(serve, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: _get(build_opener(), f"http://127.0.0.1:{port}/readyz") == 200)
        if load:
            _mixed(port, environment)
        time.sleep(SETTLED)
        return resident(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _mixed(port: int, environment: Mapping[str, str]) -> None:
    """Bring messages and open pages in turn, as the demo company's HR operations manager."""
    base = f"http://127.0.0.1:{port}"
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    listed = [sys.executable, "-m", "deskbot", "people", "list", "--json"]
    told = subprocess.run(listed, env=dict(environment), check=True, capture_output=True, text=True).stdout
    managers = [line for line in told.splitlines() if "hr_ops_manager" in line]
    email = re.search(r'"email": ?"([^"]+)"', managers[0] if managers else told.splitlines()[0])
    assert email is not None
    form = urlencode({"email": email[1]}).encode()
    _get(opener, Request(f"{base}/sign-in/as", form, {"Origin": base, "Sec-Fetch-Site": "same-origin"}))
    for number in range(MESSAGES):
        text = QUESTIONS[number % len(QUESTIONS)]
        acknowledged(port, *slack_events.message(number, text, channel=f"D{number % 50}", user=f"U{number % 50}"))
        if number % (MESSAGES // VIEWS) == 0:
            path = ("/queue", "/queue?q=letter", "/queue?sort=opened", "/digests")[number // 3 % 4]
            _get(opener, f"{base}{path}")


def _get(opener: Any, request: str | Request) -> int:
    try:
        with opener.open(request, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def _wait_for(true: Any) -> None:
    began = time.perf_counter()
    while not true():
        if time.perf_counter() - began > 60:
            raise RuntimeError("The server did not get ready.")
        time.sleep(0.05)
