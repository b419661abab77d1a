"""`deskbot kb gaps` and `kb draft`: what people asked and no article answered well, and a draft article of it."""

import json
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbot.config import load
from deskbot.desk.errors import Invalid, NotFound

For = Annotated[
    str, typer.Option("--for", help="See what the person with this work address may see; else all gaps, no tickets.")
]
Look = Annotated[
    bool, typer.Option("--look", help="Take in and judge now, by words alone; a running desk does so every minute.")
]


def gaps(
    since: Annotated[str, typer.Option(help="Count questions from this day on (2026-10-01); else of 90 days.")] = "",
    person: For = "",
    dismissed: Annotated[bool, typer.Option("--dismissed", help="Those that were dismissed instead.")] = False,
    look: Look = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of text.")] = False,
) -> None:
    """List the gaps, the most asked first: why nothing answered, how often, and whether an article has helped."""
    from deskbot.actions import gap_pages

    start = datetime.combine(_day(since), time(), UTC) if since else None
    store, desk = _opened(look)
    with store.read() as session:
        viewer = _viewer(session, person)
        state = "dismissed" if dismissed else "open"
        lines = gap_pages.listed(session, desk, viewer, start, state).lines
    for line in lines:
        print(json.dumps(_facts(line), ensure_ascii=False) if as_json else _line(line))
    if not lines and not as_json:
        print("No questions without an answer.")
    store.close()


def draft(
    gap: Annotated[int, typer.Argument(help="The number of the gap, from `deskbot kb gaps`.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; one that is there stays as it is.")
    ] = None,
    person: For = "",
    look: Look = False,
) -> None:
    """Make a draft article of a gap: front matter, the questions, and the evidence as comments."""
    from deskbot.actions import gap_pages
    from deskbot.answers.draft_article import article

    store, desk = _opened(look)
    with store.read() as session:
        viewer = _viewer(session, person)
        try:
            made = gap_pages.one(session, desk, viewer, gap).draft
        except NotFound as error:
            raise NotFound(f"There is no gap {gap}; see `deskbot kb gaps`.") from error
    store.close()
    if out is None:
        print(article(made), end="")
        return
    path = out / made.name if out.is_dir() else out
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(article(made))
    except FileExistsError:
        raise Invalid(f"{path} is there already and stays as it is; name another file with --out.") from None
    except OSError as error:
        raise Invalid(f"{path} cannot be written ({error.strerror}); name another file with --out.") from None
    print(f"Wrote {path}; nobody finds it until you delete its line `kind: draft`.", file=sys.stderr)


def _opened(look: bool) -> tuple[Any, Any]:
    from deskbot.jobs.gaps import catch_up
    from deskbot.wiring import make_desk, open_store, read_content

    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    if look:
        catch_up(store, desk)
    return store, desk


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"--since takes a day such as 2026-10-01, not “{text}”.") from None


def _viewer(session: Any, email: str) -> Any:
    from deskbot.store import people

    if not email:
        return None
    row = people.by_email(session, email)
    viewer = people.viewer(session, row.id) if row is not None and row.id is not None else None
    if viewer is None:
        raise NotFound(f"Nobody in the directory has the address {email}; see `deskbot people list`.")
    return viewer


def _facts(line: Any) -> dict[str, Any]:
    effect = line.effect
    return {
        "gap": line.id,
        "question": line.title,
        "kind": line.kind,
        "state": line.state,
        "language": line.language,
        "count": line.count,
        "people": line.people,
        "last_at": line.last_at.isoformat(),
        "weeks": [[week.date().isoformat(), count] for week, count in line.weeks],
        "section": line.section or None,
        "effect": effect
        and {
            "section": effect.section,
            "at": effect.at.isoformat(),
            "before": effect.before,
            "since": effect.since,
            "days": effect.days,
            "answered": effect.answered,
        },
    }


_WHY = {
    "no_article": "no article",
    "not_found": "not found",
    "unhelpful": "did not help",
    "found": "answered now",
}


def _line(line: Any) -> str:
    people = "fewer than 5 people" if line.people is None else f"{line.people} people"
    parts = [f"{line.id:>4}  {line.title}", f"{_WHY[line.kind]}, {line.count} times, {people}"]
    if line.section:
        parts.append(line.section)
    if line.effect:
        parts.append(
            f"{line.effect.before} in the 4 weeks before, {line.effect.since} in {line.effect.days} days since"
        )
    return "; ".join(parts)
