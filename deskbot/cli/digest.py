"""`deskbot digest`: the weekly digest of a role or of the whole desk, as text, HTML or JSON."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from deskbot.config import load
from deskbot.desk.errors import Invalid, NotFound

app = typer.Typer(add_completion=False)


@app.command()
def digest(
    role: Annotated[str, typer.Option(help="The role; the whole desk when left out.")] = "",
    person: Annotated[str, typer.Option("--for", help="Whose digest: the one this work address gets.")] = "",
    week: Annotated[
        str, typer.Option(help="The ISO week, such as 2026-W46; the last one that is over when left out.")
    ] = "",
    as_of: Annotated[str, typer.Option(help="The instant to look from, ISO 8601 with an offset.")] = "",
    shape: Annotated[str, typer.Option("--format", help="text, html or json.")] = "text",
) -> None:
    """Print the weekly digest; the same week as of the same instant is the same for ever."""
    from deskbot.actions import digest as acts
    from deskbot.desk.digest import last_week, parse_week
    from deskbot.wiring import make_desk, open_store, read_content

    if shape not in ("text", "html", "json"):
        raise Invalid(f"--format is text, html or json, not “{shape}”.")
    moment = _instant(as_of) if as_of else None
    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    wanted = parse_week(week) if week else last_week(desk.now(), desk.zone)
    with store.read() as session:
        language, role = _reader(session, desk, person, role)
        if role and role not in desk.book.roles:
            raise NotFound(f"There is no role '{role}'; there are {', '.join(sorted(desk.book.roles))}.")
        figures = acts.compute(session, desk, role, wanted, moment)
        known = acts.names(session, desk, figures, language)
    print(_shown(figures, shape, language, known, desk.base_url))


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(f"--as-of takes a time with an offset, such as 2026-11-16T08:00+00:00, not “{text}”.")
    return moment


def _reader(session: Any, desk: Any, email: str, role: str) -> tuple[str, str]:
    """Return the reader's language and the role whose digest they get."""
    from deskbot.actions import digest as acts
    from deskbot.store import people

    if not email:
        return "en", role
    row = people.by_email(session, email)
    viewer = people.viewer(session, row.id) if row is not None and row.id is not None else None
    if viewer is None:
        raise NotFound(f"Nobody in the directory has the address {email}; see `deskbot people list`.")
    readable = acts.readable(desk, viewer)
    if not readable or (role and role not in readable):
        raise NotFound(f"{email} gets no digest{' of ' + role if role else ''}.")
    return viewer.person.language, role or readable[0]


def _shown(figures: dict[str, Any], shape: str, language: str, known: dict[Any, str], base_url: str) -> str:
    if shape == "json":
        return json.dumps(figures, ensure_ascii=False)
    from deskbot.answers.markdown import to_html
    from deskbot.channels.email.render import render
    from deskbot.desk.digest_words import to_markdown
    from deskbot.desk.markup import PLAIN, draw
    from deskbot.desk.messages import Reply

    text = to_markdown(figures, language, known, base_url if shape == "html" else "")
    if shape == "html":
        return render(Reply(text, language=language), base_url, to_html).html
    return draw(text, PLAIN)
