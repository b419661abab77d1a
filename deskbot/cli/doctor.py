"""`deskbot doctor`: what is reachable and configured, and what to do about what is not."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from deskbot.adapters.model import ModelMissing, find_model
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.rephrasing import SAMPLE, request
from deskbot.config import Settings, load
from deskbot.desk.errors import DeskError
from deskbot.wiring import open_store, read_content
from deskbot.wiring.rephrasing import open_model
from deskbot.wiring.semantics import open_semantics

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `good` None: it is switched off, which is no fault."""

    what: str
    good: bool | None
    said: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'off ' if self.good is None else 'FAIL'}  {self.what:<12} {self.said}"


@app.command()
def doctor() -> None:
    """Say what is reachable and configured, and what to do about what is not; exit status 1 when something fails."""
    settings = load()
    found = [finding for check in _CHECKS for finding in check(settings)]
    for finding in found:
        print(finding)
    raise typer.Exit(any(finding.good is False for finding in found))


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("mode", True, f"{settings.env}, reached at {settings.base_url}")
    if settings.env == "production" and settings.base_url.startswith("http://127."):
        yield Finding("address", False, "set DESKBOT_BASE_URL to the address people use; links and letters carry it")
    if settings.env == "production" and settings.secret_key is None:
        file = settings.data_dir / "secret.key"
        yield Finding("secret", True, f"made in {file}; keep a copy: without it nothing in the database can be read")


def _data(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    good = os.access(folder, os.W_OK)
    yield Finding(
        "data", good, f"{folder.resolve()}" + ("" if good else " cannot be written; give the desk's user the right to")
    )


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        store = open_store(settings)
        with store.read() as session:
            session.connection()
        store.close()
    except DeskError as error:
        yield Finding("database", False, f"{error.message} Check DESKBOT_DATABASE_URL and that the server runs.")
        return
    kind = "PostgreSQL" if settings.database.startswith("postgres") else "embedded SQLite"
    yield Finding("database", True, f"{kind}, up to date")


def _content(settings: Settings) -> Iterator[Finding]:
    content = read_content(settings)
    errors = [fault for fault in content.faults if fault.severity == "error"]
    articles = len(content.current.knowledge.articles)
    if errors:
        yield Finding("files", False, f"{len(errors)} faults, the first: {errors[0]}; run `deskbot check`")
    else:
        yield Finding("files", True, f"{articles} articles, {len(content.current.router.rules)} rules, no faults")
    yield _semantic(settings, content.current.knowledge)


def _semantic(settings: Settings, knowledge: Knowledge) -> Finding:
    if settings.semantic == "off":
        return Finding("semantic", None, "switched off by DESKBOT_SEMANTIC; words alone are searched")
    try:
        semantics = open_semantics(settings)
    except ModelMissing as missing:
        return Finding("semantic", None, f"{missing.message} Words alone are searched")
    semantics.attach(knowledge)
    lacking = f"; {len(semantics.missing):,} more are computed once the desk serves" if semantics.missing else ""
    folder = find_model(settings.model_dir)
    return Finding("semantic", True, f"all-MiniLM-L6-v2 from {folder}, {semantics.known:,} vectors{lacking}")


def _language_model(settings: Settings) -> Iterator[Finding]:
    model = open_model(settings)
    if model is None:
        yield Finding("model", None, "no language model; see docs/operators/language-model.md")
        return
    from deskbot.ports import LanguageModelError

    async def ask() -> float:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(settings.language_model_seconds):
                await model.complete(*request(SAMPLE), len(SAMPLE.text))
        finally:
            await model.close()
        return time.perf_counter() - started

    where = f"{settings.language_model_name} at {settings.language_model_url}"
    try:
        yield Finding("model", True, f"{where} answers in {asyncio.run(ask()):.1f} s")
    except (LanguageModelError, TimeoutError) as error:
        reason = error.reason if isinstance(error, LanguageModelError) else "late"
        what = "check its address, name, key and time; until then passages are shown as they are"
        yield Finding("model", False, f"{where} gives nothing ({reason}); {what}")


def _slack(settings: Settings) -> Iterator[Finding]:
    if not settings.slack_on:
        yield Finding("Slack", None, "set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; see docs/operators/slack.md")
        return
    from deskbot.channels.slack.channel import SlackChannel
    from deskbot.ports import TransportError

    async def identify() -> str:
        channel = SlackChannel(
            lambda team: settings.slack_bot_token, base_url=settings.base_url, api_url=settings.slack_api_url
        )
        await channel.api.start()
        try:
            return await channel.identify()
        finally:
            await channel.close()

    try:
        yield Finding("Slack", True, f"connected to {asyncio.run(identify())}")
    except TransportError as error:
        yield Finding("Slack", False, f"{error.message}; check SLACK_BOT_TOKEN and that slack.com can be reached")


def _teams(settings: Settings) -> Iterator[Finding]:
    if not settings.teams_on:
        yield Finding("Teams", None, "set TEAMS_CLIENT_ID, its SECRET and TEAMS_TENANT_ID; see docs/operators/teams.md")
        return
    from deskbot.channels.teams.connector import Connector, Credentials
    from deskbot.ports import TransportError

    async def sign_in() -> None:
        tenant = settings.teams_tenant_id or ""
        connector = Connector(Credentials(settings.teams_client_id or "", settings.teams_client_secret or "", tenant))
        try:
            await connector.sign_in()
        finally:
            await connector.close()

    try:
        asyncio.run(sign_in())
        yield Finding("Teams", True, f"signed in for tenant {settings.teams_tenant_id}")
    except ImportError:
        yield Finding("Teams", False, "the teams extra is not installed; install deskbot[teams]")
    except TransportError as error:
        yield Finding("Teams", False, f"{error.message} login.microsoftonline.com must be reachable")


def _others(settings: Settings) -> Iterator[Finding]:
    if settings.mail_on:
        yield Finding("mail", True, f"sent from {settings.mail_from}")
    else:
        yield Finding("mail", None, "set SMTP_URL and MAIL_FROM; digests then arrive by mail")


_CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _settings,
    _data,
    _database,
    _content,
    _language_model,
    _slack,
    _teams,
    _others,
)
