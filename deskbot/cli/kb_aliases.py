"""`deskbot kb aliases`: the questions that sections learned from tickets, printed or written into their articles."""

import json
import sys
from typing import Annotated

import typer

from deskbot.adapters.content import learned_files
from deskbot.config import load
from deskbot.desk.errors import Conflict, NotFound

Write = Annotated[
    bool, typer.Option("--write", help="Write them into the articles' files; the files rule from then on.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")]


def aliases(write: Write = False, as_json: AsJson = False) -> None:
    """Print the questions that were accepted from tickets and that no article's file carries yet."""
    from deskbot.store import learning
    from deskbot.wiring import open_store

    settings = load()
    store = open_store(settings)
    try:
        with store.read() as session:
            found = learning.accepted(session)
        print(json.dumps(found, ensure_ascii=False) if as_json else _lines(found))
        if not write:
            return
        refused = 0
        for path, learned in learned_files.by_article(found).items():
            try:
                learned_files.write(settings.knowledge_dir, path, learned)
            except (Conflict, NotFound) as error:
                print(error.message, file=sys.stderr)
                refused += 1
                continue
            with store.write() as session:
                for section in (one for one in found if one.partition("#")[0] == path):
                    learning.exported(session, section, found[section])
    finally:
        store.close()
    if refused:
        raise typer.Exit(1)


def _lines(found: dict[str, tuple[str, ...]]) -> str:
    if not found:
        return "Every accepted question stands in its article's file."
    return "\n".join(f"{section}: {question}" for section, questions in found.items() for question in questions)
