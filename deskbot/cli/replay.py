"""`deskbot rules replay`: what other rules would have done to past tickets, one difference a line, then the sums."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace as changed
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbot.config import load
from deskbot.desk.errors import Invalid, NotFound


class Against(StrEnum):
    """With what the rules are compared: with those in force, or with what was decided at the time."""

    now = "now"
    then = "then"


def replay(
    since: Annotated[str, typer.Option(help="Go through the tickets opened from this day on (2026-10-01).")],
    rules: Annotated[
        Path | None, typer.Option(help="The folder of changed rules; else those in force, against the time.")
    ] = None,
    against: Annotated[
        Against | None,
        typer.Option(help="Compare with the rules in force (now) or with what was decided at the time (then)."),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            "--for",
            help="Tell the references that the person with this work address may see; else all below tier 3.",
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line; the last one is the sums.")] = False,
) -> None:
    """Run rules over past tickets and print what would have been different: roles, load, deadlines."""
    for told in _run(_day(since), rules, against or (Against.now if rules else Against.then), person):
        print(json.dumps(told, ensure_ascii=False) if as_json else "\n".join(in_words(told)))


def _run(since: date, rules: Path | None, against: Against, person: str) -> Iterator[dict[str, Any]]:
    from deskbot.actions.replay import Held, Replay
    from deskbot.cli.engine import Engine, with_engine
    from deskbot.wiring import make_desk, open_store, read_content

    settings = load()
    store = open_store(settings)
    try:
        desk = make_desk(settings, store, read_content(settings))
        book = changed(desk.book, knowledge=with_engine(desk.book.knowledge, Engine.full, wait=False))
        desk = changed(desk, content=Held(book))
        tried = changed(desk, content=Held(_book(book, rules))) if rules else desk
        before = desk if against is Against.now else None
        yield from Replay(store, before, tried, _viewer(store, person)).told(since, progress=_progress)
    finally:
        store.close()


def _book(book: Any, rules: Path) -> Any:
    """Return the book with the rules of another folder, which must be without an error."""
    from deskbot.adapters.content.files import Folder, gather
    from deskbot.adapters.content.read import RULE_SUFFIXES, assemble

    found = assemble(Folder(rules), gather(rules, RULE_SUFFIXES)).book
    errors = [fault for fault in found.faults if fault.severity == "error"]
    for fault in errors:
        print(fault, file=sys.stderr)
    if errors:
        raise Invalid(f"{rules} has errors; put them right and try again, see `deskbot rules check --rules {rules}`.")
    return changed(found, knowledge=book.knowledge)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\r\x1b[K" if done >= total else ""
        print(f"\rGoing through tickets: {done:,} of {total:,}{end}", end="", file=sys.stderr, flush=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"--since takes a day such as 2026-10-01, not “{text}”.") from None


def _viewer(store: Any, email: str) -> Any:
    from deskbot.store import people

    if not email:
        return None
    with store.read() as session:
        row = people.by_email(session, email)
        viewer = people.viewer(session, row.id) if row is not None and row.id is not None else None
    if viewer is None:
        raise NotFound(f"Nobody in the directory has the address {email}; see `deskbot people list`.")
    return viewer


def in_words(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of a difference or of the sums."""
    if "load" in told:
        yield from _sums(told)
        return
    parts = [f"{name} {_value(a)} → {_value(b)}" for name, (a, b) in told["changes"].items()]
    for clock, differs in told["deadlines"].items():
        parts.append(f"{_NAMES[clock]} {_deadline(differs, told['pace_of'])}")
    yield f"{told['ticket'] or 'a ticket':<9}  {'; '.join(parts)}"


_NAMES = {"first_response": "first response", "next_reply": "next reply", "resolution": "resolution"}


def _deadline(differs: Mapping[str, Any], pace_of: str | None) -> str:
    was, would = differs["late"]
    due = "" if differs["due"] is None else f"due {_at(differs['due'][0])} → {_at(differs['due'][1])}"
    if pace_of is not None:
        return due or f"at the pace of {pace_of}"
    verdict = "now missed" if would and not was else "no longer missed" if was and not would else ""
    return ", ".join(part for part in (due, verdict) if part)


def _at(instant: str | None) -> str:
    return instant[:16].replace("T", " ") if instant else "none"


def _value(value: object) -> str:
    return "none" if value is None else str(value)


def _count(count: int | None) -> str:
    return "fewer than 5" if count is None else str(count)


def _sums(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['tickets']} tickets since {told['since']}, {told['changed']} would have been different."
    for name, pairs in told["changes"].items():
        for pair in pairs:
            yield f"  {name}: {_value(pair['from'])} → {_value(pair['to'])}, {pair['tickets']} tickets"
    if told["by_another_rule"]:
        yield f"  {told['by_another_rule']} tickets: the same by another rule"
    yield "Tickets a week by role:"
    for one in told["load"]:
        more = one["per_week_after"] - one["per_week_before"]
        difference = f" ({more:+.1f})" if one["before"] != one["after"] else ""
        yield f"  {one['role']}: {one['per_week_before']} → {one['per_week_after']}{difference}"
    yield "Deadlines, by the times things happened (what moves: at the pace of the role it moves to):"
    for clock, counts in told["deadlines"].items():
        yield (
            f"  {_NAMES[clock]}: {counts['late_before']} missed → {counts['late_after']} "
            f"({counts['missed']} newly missed, {counts['avoided']} avoided; "
            f"of those that move {counts['moved']['late_before']} → {counts['moved']['late_expected']})"
        )
    restricted = ", ".join(f"{kind} {_count(count)}" for kind, count in told["restricted"].items())
    yield f"Protected and sealed work, counted apart: {restricted}."
    facts = told["facts"]
    yield (
        f"Facts about the requesters: {facts['kept_at_opening']} as they were, "
        f"{facts['from_directory_of_today']} from the directory of today; {facts['unreadable']} tickets cannot be read."
    )
