"""`deskbot check`: every fault in settings, knowledge, rules, catalogue, calendars and templates."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from deskbot import config
from deskbot.desk.errors import Fault

app = typer.Typer(add_completion=False)

Folder = Annotated[Path | None, typer.Option(help="Read this folder instead of the one in the settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command()
def check(knowledge: Folder = None, rules: Folder = None, as_json: AsJson = False) -> None:
    """Say every fault as `file:line: sentence`; exit 1 when there is one."""
    from deskbot.adapters.content import check as content

    wrong: list[Fault] = []
    try:
        settings = config.load()
        folders = settings.knowledge_dir, settings.rules_dir
    except config.SettingsError as error:
        wrong = [Fault(".env", 1, "error", "settings", str(error))]
        folders = _folder("DESKBOT_KNOWLEDGE_DIR", "knowledge"), _folder("DESKBOT_RULES_DIR", "routing_rules")
    found = content.check(knowledge or folders[0], rules or folders[1], wrong)
    finish(found, as_json, "Nothing is wrong with settings, knowledge, rules, catalogue and calendars.")


def _folder(setting: str, name: str) -> Path:
    return Path(os.environ.get(setting) or config.ROOT / name)


def finish(faults: Iterable[Fault], as_json: bool, good: str) -> None:
    """Print findings and leave: with status 1 when there are any, else with the sentence `good` on standard error."""
    shown = [replace(fault, file=_from_here(fault.file)) for fault in faults]
    for fault in shown:
        print(json.dumps(asdict(fault), ensure_ascii=False) if as_json else _line(fault))
    if shown:
        raise typer.Exit(1)
    print(good, file=sys.stderr)


def _line(fault: Fault) -> str:
    return f"{fault.file}:{fault.line}: {'warning: ' if fault.severity == 'warning' else ''}{fault.message}"


def _from_here(file: str) -> str:
    """Return the path as seen from the folder people stand in."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file
