"""The commands. Each lives in a module of its own that is loaded when it is asked for, so that starting stays quick."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# name → (module, what it does); a module's `app` is a group of that name or the single command.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("serve", "Build the demo company and serve it on this machine."),
    "serve": ("serve", "Serve the desk: web, channels, jobs."),
    "chat": ("talk", "Talk to the desk in the terminal."),
    "ask": ("talk", "Ask one question."),
    "check": ("check", "Check settings, knowledge, rules, catalogue, calendars and templates."),
    "kb": ("kb", "Ask and evaluate a knowledge base."),
    "route": ("route", "Route requests given as JSON lines."),
    "rules": ("rules", "Check and test the routing rules."),
    "sla": ("sla", "Compute and explain business time."),
    "letters": ("letters", "Issue and verify letters."),
    "digest": ("digest", "Print the weekly digest."),
    "seed": ("seed", "Make believable history at any size."),
    "people": ("people", "List and import the directory."),
    "db": ("db", "Upgrade, back up and restore the database."),
    "slack": ("slack", "What to paste into Slack."),
    "teams": ("teams", "What to upload to Microsoft Teams."),
    "doctor": ("doctor", "Say what is reachable and configured, and what to do about what is not."),
}


class Commands(TyperGroup):
    """Loads a command's module when the command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, name: str) -> Any:
        """Load and return a command, or nothing for an unknown name."""
        if name not in COMMANDS:
            return None
        app: typer.Typer = import_module(f"deskbot.cli.{COMMANDS[name][0]}").app
        group = typer.main.get_command(app)
        inner = group.commands.get(name) if isinstance(group, TyperGroup) else None
        return inner or group

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


app = typer.Typer(
    cls=Commands,
    name="deskbot",
    help="An HR service desk and knowledge-base bot that a company runs itself.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _desk() -> None:
    """An HR service desk and knowledge-base bot that a company runs itself."""


def main() -> None:
    """Run the command line; wrong settings and unreadable input are one sentence and exit status 2."""
    from deskbot.config import SettingsError
    from deskbot.desk.errors import DeskError

    try:
        app()
    except (DeskError, SettingsError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
