"""`deskbot slack`: what to paste into Slack."""

import sys
from typing import Annotated

import typer
import yaml

from deskbot import config
from deskbot.channels.slack.manifest import manifest as build

app = typer.Typer(add_completion=False, help="What to paste into Slack.", no_args_is_help=True)


@app.callback()
def _slack() -> None:
    """What to paste into Slack."""


@app.command()
def manifest(
    socket: Annotated[
        bool, typer.Option(help="For Socket Mode: the desk has no address that Slack can reach.")
    ] = False,
    oauth: Annotated[bool, typer.Option(help="For installation by OAuth in several workspaces.")] = False,
) -> None:
    """Print the app manifest for this desk's address, as YAML for api.slack.com/apps, "Create New App"."""
    address = config.load().base_url
    if not socket and not address.startswith("https://"):
        print(f"Slack delivers to https addresses only, not to DESKBOT_BASE_URL={address}.", file=sys.stderr)
    print(yaml.safe_dump(build(address, socket=socket, oauth=oauth), sort_keys=False, allow_unicode=True), end="")
