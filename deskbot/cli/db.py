"""`deskbot db`: bring the database up to date, back it up, restore it."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from deskbot.config import Settings, SettingsError, load
from deskbot.desk.errors import Invalid
from deskbot.wiring import open_store

db = typer.Typer(help="Upgrade, back up and restore the database.", no_args_is_help=True)
app = typer.Typer(add_completion=False)
app.add_typer(db, name="db")


@db.command()
def upgrade() -> None:
    """Bring the tables to the present form; nothing happens when they are."""
    open_store(load()).close()
    print("The database is up to date.", file=sys.stderr)


@db.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write the backup.")]) -> None:
    """Copy the embedded database while it is in use; the copy is whole and is checked."""
    source = _sqlite(load())
    if file.exists():
        raise Invalid(f"{file} exists; give a name that is free.")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(file)) as copy:
            live.backup(copy)
            _check(copy, file)
    except sqlite3.OperationalError as error:
        raise Invalid(f"{file} cannot be written: {error}.") from error
    print(
        f"{file} holds the backup; keep the secret key too, apart from it: without the key it cannot be read.",
        file=sys.stderr,
    )


@db.command()
def restore(file: Annotated[Path, typer.Argument(help="The backup to restore.")]) -> None:
    """Put a backup in the place of the embedded database; the desk must not be running."""
    target = _sqlite(load())
    if not file.exists():
        raise Invalid(f"There is no file {file}.")
    with closing(sqlite3.connect(file)) as copy:
        _check(copy, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(target)) as live:
            copy.backup(live)
    open_store(load()).close()
    print(f"{target} is restored from {file}.", file=sys.stderr)


def _sqlite(settings: Settings) -> Path:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError(
            "This is for the embedded database; back PostgreSQL up with pg_dump and restore with pg_restore."
        )
    return Path(url.database)


def _check(connection: sqlite3.Connection, file: Path) -> None:
    try:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.execute("SELECT count(*) FROM inbox")
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{file} is not a database of deskbot: {error}.") from error
    if verdict != "ok":
        raise Invalid(f"{file} is damaged: {verdict}.")
