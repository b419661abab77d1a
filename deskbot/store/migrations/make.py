"""Write a migration: `python -m deskbot.store.migrations.make "What changes"` compares the models with the last step.

`--first` writes 0001 anew from the models instead; only until the first release.
"""

import subprocess
import sys
from typing import Any

from alembic.autogenerate import api
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

from deskbot.store import tables  # noqa: F401 - declares every table
from deskbot.store.migrations import HEAD, HERE, upgrade
from deskbot.store.migrations.agreement import OPTIONS

_STEP = '''"""{title}."""

import sqlalchemy as sa
import sqlmodel  # noqa: F401 - column types may name it
from alembic import op

revision = "{revision}"
down_revision = {before}


def upgrade() -> None:
    """Bring the database from the form before to this one."""
{body}
'''

_GUARDS = '''

def _guard_events(dialect: str) -> None:
    """Let nothing change or delete an event, whoever asks."""
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
                "BEGIN SELECT RAISE(ABORT, 'Events are append-only.'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'Events are append-only.'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()"
    )


def _make_ticket_words(dialect: str) -> None:
    """Make the index of words that searching tickets uses."""
    if dialect == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE ticket_words USING fts5"
            "(words, detail=none, columnsize=0, prefix='3', tokenize='unicode61 remove_diacritics 0')"
        )
        op.execute("CREATE TABLE ticket_words_new (ticket_id INTEGER PRIMARY KEY, words TEXT NOT NULL)")
        return
    op.execute("CREATE TABLE ticket_words (ticket_id integer PRIMARY KEY, words tsvector NOT NULL)")
    op.execute("CREATE INDEX ticket_words_words ON ticket_words USING gin (words)")
'''


def operations(connection: Connection) -> str:
    """Return the Python code of what brings this connection's database to the models."""
    context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": SQLModel.metadata})
    found: Any = api.produce_migrations(context, SQLModel.metadata).upgrade_ops
    return api.render_python_code(found, render_as_batch=True, render_item=OPTIONS["render_item"])


def _indented(code: str) -> str:
    lines = [line for line in code.splitlines() if not line.strip().startswith("# ###")]
    return "\n".join(line if line.startswith("    ") or not line else f"    {line}" for line in lines).rstrip()


def first() -> str:
    """Return the text of 0001: every table, the guards of the events, and the index of words."""
    with create_engine("sqlite://").connect() as connection:
        body = _indented(operations(connection))
    body += "\n    dialect = op.get_context().dialect.name\n    _guard_events(dialect)\n    _make_ticket_words(dialect)"
    return _STEP.format(title="The first form of the database", revision="0001", before="None", body=body) + _GUARDS


def following(title: str) -> tuple[str, str]:
    """Return the number and the text of the step that follows the last one."""
    with create_engine("sqlite://").connect() as connection:
        upgrade(connection)
        body = _indented(operations(connection))
    number = f"{int(HEAD) + 1:04}"
    return number, _STEP.format(title=title, revision=number, before=f'"{HEAD}"', body=body)


def main(words: list[str]) -> int:
    """Write the file and say where it is."""
    if words == ["--first"]:
        number, text = "0001_first", first()
    elif len(words) == 1 and words[0].strip():
        number, text = following(words[0].strip().rstrip("."))
        number += "_" + "_".join(words[0].lower().split()[:4])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    path = HERE / "versions" / f"{number}.py"
    path.write_text(text)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=True)  # noqa: S603
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
