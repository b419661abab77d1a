"""`deskbot letters`: issue a letter to a file, and check one."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from deskbot.config import load
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.letters import code_in

app = typer.Typer(no_args_is_help=True)


@app.callback()
def letters() -> None:
    """Issue and verify letters."""


@app.command()
def issue(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="The type of letter, such as employment.")],
    person: Annotated[str, typer.Option("--for", help="The work address of the person it is about.")],
    out: Annotated[Path, typer.Option(help="Where to write the PDF.")],
    field: Annotated[list[str] | None, typer.Option(help="A field of the letter, key=value; may be repeated.")] = None,
    language: Annotated[str, typer.Option(help="en or pt; the person's own when left out.")] = "",
) -> None:
    """Issue a letter without pay about anybody; with pay only when its person has consented."""
    from deskbot.actions import letters as acts
    from deskbot.store import people
    from deskbot.wiring import make_desk, open_store, read_content

    settings = load()
    fields = dict(_pair(text) for text in field or ())
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    with store.write() as session:
        row = people.by_email(session, person)
        if row is None:
            raise NotFound(f"Nobody in the directory has the address {person}; see `deskbot people list`.")
        about = people.person(session, row)
        letter, pdf = acts.issue(
            session, desk, person=about, kind=kind, language=language or about.language, fields=fields
        )
        number = letter.number
    _write(out, pdf)
    print(f"{number} {out}")


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise Invalid(f"--field takes key=value, not “{text}”.")
    return key.strip(), value


def _write(out: Path, pdf: bytes) -> None:
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}; the letter is in the person's list.") from error


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The letter's PDF file.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Check signature and expiry alone, without the desk.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say valid, altered, revoked, expired or unknown; exit 0 only when it is valid."""
    try:
        pdf = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error
    verdict, facts = ("unknown", _unsigned(pdf)) if offline else _ask_the_desk(pdf)
    if as_json:
        print(json.dumps({"verdict": verdict, **facts}, ensure_ascii=False))
    else:
        print(verdict)
        for key, value in facts.items():
            print(f"{key.replace('_', ' ')}: {value}", file=sys.stderr)
    if verdict != "valid":
        raise typer.Exit(1)


def _unsigned(pdf: bytes) -> dict[str, str]:
    """What can be said without the desk: letters carry no signature yet, so nothing is proved."""
    note = "the file carries no signature to check; revocation was not checked either; ask the desk instead"
    return {"note": note, **({"code": code} if (code := code_in(pdf)) else {})}


def _ask_the_desk(pdf: bytes) -> tuple[str, dict[str, str]]:
    from deskbot.actions import letters as acts
    from deskbot.wiring import make_desk, open_store, read_content

    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    with store.write() as session:
        found = acts.verify(session, desk, pdf=pdf)
    facts = {
        "letter": found.title,
        "employer": found.employer,
        "initials": found.initials,
        "issued_on": found.issued_on.isoformat() if found.issued_on else "",
        "valid_until": found.valid_until.isoformat() if found.valid_until else "",
        "since": found.since.isoformat() if found.verdict == "revoked" else "",
    }
    return found.verdict, {key: value for key, value in facts.items() if value}
