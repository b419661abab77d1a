"""`deskbot teams`: what to upload to Microsoft Teams."""

import uuid
from pathlib import Path
from typing import Annotated

import typer

from deskbot import config
from deskbot.channels.teams.manifest import package as build

app = typer.Typer(add_completion=False, help="What to upload to Microsoft Teams.", no_args_is_help=True)


@app.callback()
def _teams() -> None:
    """What to upload to Microsoft Teams."""


@app.command()
def package(
    out: Annotated[Path, typer.Option(help="Where to write the package.")] = Path("deskbot-teams.zip"),
) -> None:
    """Write the app package for this desk's address: upload it in the Teams admin centre, "Manage apps"."""
    settings = config.load()
    client_id = _guid(settings.teams_client_id)
    if not settings.base_url.startswith("https://"):
        sentence = f"Teams opens https addresses only, not DESKBOT_BASE_URL={settings.base_url}."
        raise config.SettingsError(sentence)
    out.write_bytes(build(client_id, settings.base_url.rstrip("/")))
    print(f"{out} is ready. The bot's messaging endpoint is {settings.base_url.rstrip('/')}/api/messages.")


def _guid(client_id: str | None) -> str:
    if client_id is None:
        raise config.SettingsError("TEAMS_CLIENT_ID is not set; copy the application id of the bot's registration.")
    try:
        return str(uuid.UUID(client_id))
    except ValueError as error:
        sentence = f"TEAMS_CLIENT_ID={client_id} is not an application id such as 00000000-0000-0000-0000-000000000000."
        raise config.SettingsError(sentence) from error
