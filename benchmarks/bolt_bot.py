"""The reference bot: slack-bolt, FastAPI and SQLite put together as their own documentation shows.

What a team would write first. `python -m benchmarks.bolt_bot PORT FILE` serves it; `Recorder` is its listener and
one durable row an event, without the web server, for comparing CPU.
"""

import sqlite3
import sys
from pathlib import Path
from typing import Any

SECRET = "a signing secret for benchmarks"
TEAM, APP, BOT, USER = "T0BENCH", "A0BENCH", "U0BOT", "U0BENCH"


def open_database(path: str | Path) -> sqlite3.Connection:
    """Open an SQLite file in which an acknowledged commit survives a power cut."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, body BLOB NOT NULL)")
    return connection


def make(database: sqlite3.Connection) -> Any:
    """Return a bolt app that commits each message event once and acknowledges."""
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-bench", bot_user_id=BOT, bot_id="B0")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    async def keep(body: dict[str, Any]) -> None:
        database.execute("INSERT OR IGNORE INTO event VALUES (?, ?)", (body["event_id"], repr(body)))

    app.event("message")(keep)
    return app


def main(port: int, path: str) -> None:
    """Serve the bot on 127.0.0.1 through FastAPI and uvicorn."""
    import uvicorn
    from fastapi import FastAPI, Request
    from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler

    handler = AsyncSlackRequestHandler(make(open_database(path)))
    web = FastAPI()

    async def events(request: Request) -> Any:
        return await handler.handle(request)

    web.add_api_route("/slack/events", events, methods=["POST"])
    uvicorn.run(web, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
