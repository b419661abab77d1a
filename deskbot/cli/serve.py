"""`deskbot serve` and `deskbot demo`: everything in one process."""

import asyncio
import shutil
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from deskbot.config import Settings, SettingsError, is_demo, load, mark_demo
from deskbot.wiring import Application, make_desk, open_store, read_content

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the desk: web, channels, jobs."""
    settings = load()
    if workers > 1 and settings.database.startswith("sqlite"):
        raise SettingsError("--workers above 1 needs PostgreSQL; set DESKBOT_DATABASE_URL or serve with one worker.")
    free(host, port)
    if workers == 1:
        run(settings, host, port)
        return
    # Each process reads the settings itself; the first brings the tables to their present form for all of them.
    open_store(settings).close()
    uvicorn.run(
        "deskbot.cli.serve:one_of",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        timeout_graceful_shutdown=8,
        server_header=False,
        proxy_headers=False,
    )


def one_of() -> Application:
    """Return the desk of one of several processes."""
    return Application(load(), first=_log)


def free(host: str, port: int) -> None:
    """Raise `SettingsError` when nobody can listen there, before anything else is made or started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        sentence = f"Nothing can listen on {host} port {port}: {error.strerror}. Choose another with --port or --host."
        raise SettingsError(sentence) from error


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until the process is told to stop; what is in hand is finished first."""
    configuration = uvicorn.Config(
        Application(settings, first=_log),
        host=host,
        port=port,
        log_config=None,
        timeout_graceful_shutdown=8,
        server_header=False,
        proxy_headers=False,
    )
    asyncio.run(uvicorn.Server(configuration).serve())


def _log() -> None:
    # Loaded with the rest, after the doors listen: what sets the logs up takes as long as the doors themselves.
    from deskbot.wiring import logs

    logs.configure()


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="Where the demo's database lies.")] = None,
    fresh: Annotated[bool, typer.Option(help="Throw the old demo away and build it anew.")] = False,
) -> None:
    """Build the demo company on embedded SQLite and serve it on this machine."""
    place = {"data_dir": data_dir} if data_dir else {}
    base_url = f"http://127.0.0.1:{port}"
    settings = load(env="demo", base_url=base_url, zone="Europe/Lisbon", database_url=None, **place)
    if not is_demo(settings.data_dir):
        sentence = f"{settings.data_dir} holds something else than a demo; name another folder with --data-dir."
        raise SettingsError(sentence)
    free("127.0.0.1", port)
    if fresh:
        shutil.rmtree(settings.data_dir, ignore_errors=True)
    mark_demo(settings)
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
