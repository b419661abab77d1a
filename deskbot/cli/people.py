"""`deskbot people`: list the directory, import it from a file."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from sqlmodel import Session, col, select

from deskbot.config import load
from deskbot.desk.errors import Invalid
from deskbot.store.people import by_email
from deskbot.store.tables import MembershipRow, PersonRow
from deskbot.wiring import make_desk, open_store, read_content

people = typer.Typer(help="List and import the directory.", no_args_is_help=True)
app = typer.Typer(add_completion=False)
app.add_typer(people, name="people")


@people.command("list")
def list_people(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """List everybody in the directory."""
    store = open_store(load())
    with store.read() as session:
        roles = _roles(session)
        managers = {row.id: row.email for row in session.exec(select(PersonRow))}
        for row in session.exec(select(PersonRow).order_by(col(PersonRow.email))):
            shown = _shown(row, managers.get(row.manager_id, ""), roles.get(row.id or 0, ""))
            print(json.dumps(shown, ensure_ascii=False) if as_json else _line(shown))
    store.close()


def _roles(session: Session) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for row in session.exec(select(MembershipRow).order_by(MembershipRow.role)):
        found.setdefault(row.person_id, []).append(row.role if row.kind == "member" else f"{row.role}:{row.kind}")
    return {person: ";".join(held) for person, held in found.items()}


def _shown(row: PersonRow, manager: str, roles: str) -> dict[str, Any]:
    """Return a person as the CSV has them, without pay."""
    plain = ("email", "name", "given_name", "family_name", "title", "department")
    return {
        **{key: getattr(row, key) for key in plain},
        "manager_email": manager,
        **{key: getattr(row, key) for key in ("employer", "office", "country", "contract", "hours")},
        "start_date": row.start_date.isoformat() if row.start_date else None,
        "end_date": row.end_date.isoformat() if row.end_date else None,
        "status": row.status,
        "language": row.language,
        "roles": roles,
        **row.facts,
    }


def _line(shown: dict[str, Any]) -> str:
    roles = f"  [{shown['roles']}]" if shown["roles"] else ""
    return f"{shown['email']:<44} {shown['name']:<26} {shown['title']}, {shown['office']}{roles}"


@people.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    dry_run: Annotated[bool, typer.Option(help="Show what would change, and change nothing.")] = False,
) -> None:
    """Import the directory; with a fault in the file nothing is imported."""
    from deskbot.actions.people import import_people

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as a UTF-8 text file: {error}") from error
    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    with store.write() as session:
        found = import_people(session, desk, text, file.name, dry_run=dry_run)
    store.close()
    for fault in found.faults:
        print(fault)
    if found.faults:
        print("Nothing was imported.", file=sys.stderr)
        raise typer.Exit(1)
    for change in found.changes:
        print(change)
    done = "would be" if dry_run else "are"
    print(f"{len(found.changes)} people {done} added or changed, {found.unchanged} stay as they are.", file=sys.stderr)


@people.command()
def invite(email: Annotated[str, typer.Argument(help="The person's work address.")]) -> None:
    """Print a one-time link with which a person sets a password, good for three days; an earlier link is void."""
    from deskbot.actions.sign_in import issue_code

    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    with store.write() as session:
        row = by_email(session, email)
        if row is None or row.id is None or row.status == "left":
            raise Invalid(f"There is nobody active with the address {email} in the directory.")
        code = issue_code(session, desk, row.id)
    store.close()
    query = urlencode({"email": row.email, "code": code})
    print(f"{desk.base_url}/sign-in/set-up?{query}")
