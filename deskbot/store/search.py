"""Finding tickets by their words: an index of the words of tickets up to tier 2, the same on both databases.

The index holds each ticket's set of words, not its sentences. Words are made here, in Python, so that both databases
agree and nothing a person types is ever read as query syntax. Tickets of tier 3 and 4 are never indexed.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40  # characters of a word that count
_INDEXED = 2_000  # different words kept of a ticket
_ASKED = 8  # different words of a query that count
_READ = 1_000  # characters of a query that are read
_PREFIX = 3  # the last word of a query is taken as a beginning from this length on

_SQLITE = {
    "held": text("SELECT words FROM ticket_words WHERE rowid = :ticket"),
    "put": text("INSERT OR REPLACE INTO ticket_words (rowid, words) VALUES (:ticket, :words)"),
    "drop": text("DELETE FROM ticket_words WHERE rowid = :ticket"),
    "match": text("SELECT rowid FROM ticket_words WHERE ticket_words MATCH :query ORDER BY rowid DESC LIMIT :most"),
}
_POSTGRES = {
    "held": text("SELECT array_to_string(tsvector_to_array(words), ' ') FROM ticket_words WHERE ticket_id = :ticket"),
    "put": text(
        "INSERT INTO ticket_words (ticket_id, words) VALUES (:ticket, array_to_tsvector(string_to_array(:words, ' ')))"
        " ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words"
    ),
    "drop": text("DELETE FROM ticket_words WHERE ticket_id = :ticket"),
    "match": text(
        "SELECT ticket_id FROM ticket_words WHERE words @@ CAST(:query AS tsquery) ORDER BY ticket_id DESC LIMIT :most"
    ),
}


def words_of(said: str) -> list[str]:
    """Return the words of a text in order: lower case, without accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", said.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)) if not plain.isascii() else plain
    return [word[:_LONGEST] for word in _WORD.findall(plain)]


def index(session: Session, ticket_id: int, said: str) -> None:
    """Make the ticket findable by the words of this text, and by no others."""
    words = list(dict.fromkeys(words_of(said)))[:_INDEXED]
    _run(session, "put", ticket=ticket_id, words=" ".join(words)) if words else drop(session, ticket_id)


def add(session: Session, ticket_id: int, said: str) -> None:
    """Make the ticket findable by the words of this text too."""
    held = _run(session, "held", ticket=ticket_id)
    index(session, ticket_id, f"{held[0][0]} {said}" if held else said)


def drop(session: Session, ticket_id: int) -> None:
    """Take the ticket out of the index, as when its tier is raised."""
    _run(session, "drop", ticket=ticket_id)


def matching(session: Session, asked: str, limit: int = 1_000) -> list[int]:
    """Return the ids of the newest tickets that hold every word asked for; the last may be a beginning.

    Any text is allowed; one without words finds nothing.
    """
    words = list(dict.fromkeys(words_of(asked[:_READ])))[:_ASKED]
    if not words:
        return []
    postgres = session.info["dialect"].name != "sqlite"
    query = _tsquery(words) if postgres else _fts(words)
    return [row[0] for row in _run(session, "match", query=query, most=limit)]


def _fts(words: list[str]) -> str:
    beginning = "*" if len(words[-1]) >= _PREFIX else ""
    return " AND ".join(f'"{word}"' for word in words) + beginning


def _tsquery(words: list[str]) -> str:
    beginning = ":*" if len(words[-1]) >= _PREFIX else ""
    return " & ".join(f"'{word}'" for word in words) + beginning


def _run(session: Session, what: str, **values: Any) -> Any:
    statement = (_SQLITE if session.info["dialect"].name == "sqlite" else _POSTGRES)[what]
    result: Any = session.execute(statement, values)
    return result.all() if result.returns_rows else []
