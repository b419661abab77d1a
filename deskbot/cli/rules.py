"""`deskbot rules`: what is wrong with the routing rules, whether their examples hold, and what they would change."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deskbot import config
from deskbot.cli import replay
from deskbot.cli.check import AsJson, finish
from deskbot.desk.errors import Fault

app = typer.Typer(add_completion=False, no_args_is_help=True)

Rules = Annotated[Path | None, typer.Option(help="Read this folder instead of the one in the settings.")]


@app.callback()
def rules() -> None:
    """Check and test the routing rules, and try them on past tickets."""


app.command("replay")(replay.replay)


@app.command()
def check(rules: Rules = None, as_json: AsJson = False) -> None:
    """Find broken, dead, shadowed and overlapping rules, failing examples, and request types without an owner."""
    from deskbot.adapters.content.check import check_rules
    from deskbot.adapters.content.files import Folder, gather
    from deskbot.adapters.content.read import RULE_SUFFIXES, assemble

    folder = rules or config.load().rules_dir
    reading = assemble(Folder(folder), gather(folder, RULE_SUFFIXES))
    finish(sorted({*reading.book.faults, *check_rules(reading)}), as_json, "Nothing is wrong with the rules.")


@app.command("test")
def run_examples(rules: Rules = None, as_json: AsJson = False) -> None:
    """Run the examples of all rules; exit 1 when one goes elsewhere."""
    from deskbot.adapters.content.check import failing
    from deskbot.adapters.content.files import Folder, gather
    from deskbot.adapters.content.read import RULE_SUFFIXES, assemble

    folder = rules or config.load().rules_dir
    reading = assemble(Folder(folder), gather(folder, RULE_SUFFIXES))
    broken = [fault for fault in reading.book.faults if fault.severity == "error"]
    written = [rule for rule in reading.book.router.rules if rule.path]
    count = sum(len(rule.examples) + len(rule.not_examples) for rule in written)
    faults: list[Fault] = sorted({*broken, *failing(reading)})
    print(f"{count} examples of {len(written)} rules.", file=sys.stderr)
    finish(faults, as_json, "Every example ends where it should.")
