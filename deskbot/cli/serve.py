"""`deskbot serve` and `deskbot demo`: everything in one process."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from deskbot.config import Settings, SettingsError, load
from deskbot.wiring import Application, make_desk, open_store, read_content

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the desk: web, channels, jobs."""
    settings = load()
    if workers > 1 and settings.database.startswith("sqlite"):
        raise SettingsError("--workers above 1 needs PostgreSQL; set DESKBOT_DATABASE_URL or serve with one worker.")
    run(settings, host, port)


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until the process is told to stop; what is in hand is finished first."""
    configuration = uvicorn.Config(
        Application(settings),
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=8,
        server_header=False,
        proxy_headers=False,
    )
    asyncio.run(uvicorn.Server(configuration).serve())


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where the demo's database lies.")] = Path("data/demo"),
    fresh: Annotated[bool, typer.Option(help="Throw the old demo away and build it anew.")] = False,
) -> None:
    """Build the demo company on embedded SQLite and serve it on this machine."""
    settings = load(env="demo", data_dir=data_dir, base_url=f"http://127.0.0.1:{port}", zone="Europe/Lisbon")
    if fresh:
        shutil.rmtree(settings.data_dir, ignore_errors=True)
    for line in _build(settings):
        print(line)
    sys.stdout.flush()
    run(settings, "127.0.0.1", port)


def _build(settings: Settings) -> list[str]:
    """Build the demo company where it is not there yet; return the addresses to try it at."""
    from deskbot.adapters import demo as company

    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    company.build(store, desk, lambda line: print(line, file=sys.stderr))
    with store.read() as session:
        people = list(company.try_as(session, desk))
    store.close()
    base = settings.base_url
    lines = [f"deskbot is at {base}", "", "Sign in with one click as:"]
    width = max((len(name) for _, name, _ in people), default=0)
    lines += [f"  {name:<{width}}  {does:<34}  {base}/sign-in/as/{email}" for email, name, does in people]
    return [*lines, "", "Stop with Ctrl+C. The demo's data lie in " + str(settings.data_dir)]
