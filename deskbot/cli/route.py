"""`deskbot route`: who would get each request of a list of JSON lines, and why; needs no database."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbot import config
from deskbot.desk.errors import DeskError, Invalid
from deskbot.desk.routing import Facts, facts_from
from deskbot.desk.sensitive import screen
from deskbot.ports import Policybook

app = typer.Typer(add_completion=False)

_KEYS = frozenset(
    {"id", "text", "person", "request_type", "fields", "language", "channel", "at", "tier", "previous_ticket"}
)


@app.command()
def route(
    knowledge: Annotated[Path | None, typer.Option(help="The knowledge folder.")] = None,
    rules: Annotated[Path | None, typer.Option(help="The folder of rules.")] = None,
) -> None:
    """Read JSON lines on standard input and answer each as it comes; exit 2 when a line cannot be read."""
    from deskbot.adapters.content.read import read

    settings = config.load()
    book = read(knowledge or settings.knowledge_dir, rules or settings.rules_dir)
    for fault in book.faults:
        print(fault, file=sys.stderr)
    unreadable = 0
    for answer in answers(sys.stdin, book):
        unreadable += "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    if unreadable:
        raise typer.Exit(2)


def answers(lines: Iterable[str], book: Policybook) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line; an unreadable line is answered with `error`."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = _line(line)
            yield answer(data, book)
        except DeskError as error:
            yield {"id": None, "error": f"line {number}: {error.message}"}


def _line(line: str) -> Mapping[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise Invalid("this is not a JSON object") from None
    if not isinstance(data, dict):
        raise Invalid("this is not a JSON object")
    return data


def answer(data: Mapping[str, Any], book: Policybook) -> dict[str, Any]:
    """Return who gets the request of one line. Raises Invalid when a value cannot be used."""
    facts = _screened(facts_from({key: value for key, value in data.items() if key in _KEYS and key != "id"}))
    decision = book.route(facts)
    return {
        "id": data.get("id"),
        "role": decision.role,
        "priority": decision.priority,
        "tier": decision.tier,
        "rule": decision.rule,
        "reason": decision.reason,
        "near_misses": [{"rule": miss.rule, "missing": miss.missing} for miss in decision.near_misses],
        "facts": list(decision.facts_matched),
    }


def _screened(facts: Facts) -> Facts:
    """Raise the tier of what is sensitive, as the desk does with a message before anything else."""
    screening = screen(facts.text) if facts.text and not facts.request_type else None
    if screening is None or not (screening.report or screening.own_health):
        return facts
    return replace(facts, tier=max(facts.tier, 4 if screening.report else 3))
