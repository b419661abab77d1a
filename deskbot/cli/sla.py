"""`deskbot sla compute`: due instants and their explanation for a list of JSON lines; needs no database."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbot import config
from deskbot.desk.calendars import OfficeEvent
from deskbot.desk.errors import Fault, Invalid
from deskbot.desk.sla_lines import compute_line
from deskbot.desk.working_time import WorkingTime

app = typer.Typer(no_args_is_help=True, help="Compute and explain business time.")


@app.callback()
def sla() -> None:
    """Compute and explain business time."""


@app.command()
def explain(
    ref: Annotated[str, typer.Argument(help="The ticket's reference.")],
    language: Annotated[str, typer.Option(help="en or pt.")] = "en",
) -> None:
    """Explain a ticket's clocks in words, segment by segment."""
    from deskbot.actions.explain import clock_in_words
    from deskbot.wiring import make_desk, open_store, read_content

    settings = config.load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    with store.read() as session:
        print(clock_in_words(session, desk, ref, language))
    store.close()


@app.command()
def compute(
    rules: Annotated[Path | None, typer.Option(help="The folder of rules whose calendars lines may name.")] = None,
) -> None:
    """Read JSON lines on standard input and answer each as it comes; exit 2 when a line cannot be read."""
    unreadable = 0
    for answer in answers(sys.stdin, NamedCalendars(rules)):
        unreadable += "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    if unreadable:
        raise typer.Exit(2)


class NamedCalendars(Mapping[str, WorkingTime]):
    """The calendars of the folder of rules, read when the first line names one; faults go to standard error."""

    def __init__(self, rules_dir: Path | None) -> None:
        self.rules_dir = rules_dir

    @cached_property
    def _read(self) -> Mapping[str, WorkingTime]:
        from deskbot.adapters.content.files import gather
        from deskbot.adapters.content.read import RULE_SUFFIXES
        from deskbot.adapters.content.rules_folder import read_rules
        from deskbot.desk.working_time import compile_calendar

        found = read_rules(gather(self.rules_dir or config.load().rules_dir, RULE_SUFFIXES))
        for fault in found.faults:
            if "calendars" in Path(fault.file).parts:
                print(fault, file=sys.stderr)
        return {key: compile_calendar(spec, 2026, 2026) for key, spec in found.calendars.items()}

    def __getitem__(self, name: str) -> WorkingTime:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def answers(lines: Iterable[str], calendars: Mapping[str, WorkingTime]) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line; a line that cannot be answered has `error` instead of `due`."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        question = _parsed(line)
        try:
            if question is None:
                raise Invalid("this is not a JSON object")
            yield compute_line(question, calendars, _closures(question.get("calendar")))
        except Invalid as invalid:
            where = f"line {number}, {invalid.field}" if invalid.field else f"line {number}"
            yield {"id": question.get("id") if question else None, "error": f"{where}: {invalid.message}"}


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _closures(calendar: object) -> list[OfficeEvent]:
    """Read the .ics files that a calendar in a line names; their paths are seen from the folder people stand in."""
    listed = calendar.get("ics") if isinstance(calendar, Mapping) else None
    if not listed:
        return []
    from deskbot.adapters.content.calendar_files import events_for
    from deskbot.adapters.content.files import read_text

    names = [name for name in (listed if isinstance(listed, list) else [listed]) if isinstance(name, str)]
    texts = {name: read_text(Path.cwd(), name) for name in names if (Path.cwd() / name).is_file()}
    for text in texts.values():
        if isinstance(text, Fault):
            raise Invalid(text.message, "calendar.ics")
    readable = {Path(name).as_posix(): text for name, text in texts.items() if isinstance(text, str)}
    return events_for(calendar, "line", readable)
