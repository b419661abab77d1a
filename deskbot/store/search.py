"""Finding tickets by their words: an index of the words of tickets up to tier 2, the same on both databases.

The index holds each ticket's set of words, not its sentences. Words are made here, in Python, so that both databases
agree and nothing a person types is ever read as query syntax. Tickets of tier 3 and 4 are never indexed.
"""

import re
import unicodedata

from deskbot.store import prepared
from deskbot.store.prepared import Transaction

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40  # characters of a word that count
_INDEXED = 2_000  # different words kept of a ticket
_ASKED = 8  # different words of a query that count
_READ = 1_000  # characters of a query that are read
_PREFIX = 3  # the last word of a query is taken as a beginning from this length on

_BATCH = 128  # tickets that SQLite's index takes in at a time

# SQLite's index costs ten times less a ticket when it takes in many at once, so the newest lie in a plain table first.
_SQLITE = {
    "put": "INSERT OR REPLACE INTO ticket_words_new (ticket_id, words) VALUES (?, ?)",
    "held": "SELECT words FROM ticket_words_new WHERE ticket_id = ?",
    "held_before": "SELECT words FROM ticket_words WHERE rowid = ?",
    "new": "SELECT ticket_id, words FROM ticket_words_new",
    "take_in": "INSERT OR REPLACE INTO ticket_words (rowid, words) SELECT ticket_id, words FROM ticket_words_new",
    "empty": "DELETE FROM ticket_words_new",
    "drop_new": "DELETE FROM ticket_words_new WHERE ticket_id = ?",
    "drop": "DELETE FROM ticket_words WHERE rowid = ?",
    "match": (
        "SELECT rowid FROM ticket_words WHERE ticket_words MATCH ?"
        " AND rowid NOT IN (SELECT ticket_id FROM ticket_words_new) ORDER BY rowid DESC LIMIT ?"
    ),
}
_POSTGRES = {
    "put": (
        "INSERT INTO ticket_words (ticket_id, words) VALUES (%s, array_to_tsvector(string_to_array(%s, ' ')))"
        " ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words"
    ),
    "held": "SELECT array_to_string(tsvector_to_array(words), ' ') FROM ticket_words WHERE ticket_id = %s",
    "drop": "DELETE FROM ticket_words WHERE ticket_id = %s",
    "match": ("SELECT ticket_id FROM ticket_words WHERE words @@ CAST(%s AS tsquery) ORDER BY ticket_id DESC LIMIT %s"),
}


def words_of(said: str) -> list[str]:
    """Return the words of a text in order: lower case, without accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", said.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)) if not plain.isascii() else plain
    return [word[:_LONGEST] for word in _WORD.findall(plain)]


def index(session: Transaction, ticket_id: int, said: str) -> None:
    """Make the ticket findable by the words of this text, and by no others."""
    words = list(dict.fromkeys(words_of(said)))[:_INDEXED]
    if not words:
        drop(session, ticket_id)
    elif _on_sqlite(session):
        prepared.plain(session, _SQLITE["put"], (ticket_id, " ".join(words)))
        if ticket_id % _BATCH == 0:
            prepared.plain(session, _SQLITE["take_in"])
            prepared.plain(session, _SQLITE["empty"])
    else:
        prepared.plain(session, _POSTGRES["put"], (ticket_id, " ".join(words)))


def add(session: Transaction, ticket_id: int, said: str) -> None:
    """Make the ticket findable by the words of this text too."""
    places = [_SQLITE["held"], _SQLITE["held_before"]] if _on_sqlite(session) else [_POSTGRES["held"]]
    for sql in places:
        held = prepared.plain(session, sql, (ticket_id,)).fetchone()
        if held is not None:
            said = f"{held[0]} {said}"
            break
    index(session, ticket_id, said)


def drop(session: Transaction, ticket_id: int) -> None:
    """Take the ticket out of the index, as when its tier is raised."""
    places = [_SQLITE["drop_new"], _SQLITE["drop"]] if _on_sqlite(session) else [_POSTGRES["drop"]]
    for sql in places:
        prepared.plain(session, sql, (ticket_id,))


def matching(session: Transaction, asked: str, limit: int = 1_000) -> list[int]:
    """Return the ids of the newest tickets that hold every word asked for; the last may be a beginning.

    Any text is allowed; one without words finds nothing. Where whole words alone find enough, beginnings are left out.
    """
    words = list(dict.fromkeys(words_of(asked[:_READ])))[:_ASKED]
    if not words:
        return []
    found = _match(session, words, limit, beginning=False)
    if len(found) >= limit or len(words[-1]) < _PREFIX:
        return found
    return _match(session, words, limit, beginning=True)


def _match(session: Transaction, words: list[str], limit: int, *, beginning: bool) -> list[int]:
    if not _on_sqlite(session):
        query = " & ".join(f"'{word}'" for word in words) + (":*" if beginning else "")
        return [row[0] for row in prepared.plain(session, _POSTGRES["match"], (query, limit))]
    query = " AND ".join(f'"{word}"' for word in words) + ("*" if beginning else "")
    found = [row[0] for row in prepared.plain(session, _SQLITE["match"], (query, limit))]
    found += [number for number, held in prepared.plain(session, _SQLITE["new"]) if _holds(held, words, beginning)]
    return sorted(found, reverse=True)[:limit]


def _holds(held: str, words: list[str], beginning: bool) -> bool:
    """Say of a ticket that the index has not taken in yet whether it holds the words."""
    there = held.split()
    last = words[-1]
    if not all(word in there for word in words[:-1]):
        return False
    return any(word.startswith(last) for word in there) if beginning else last in there


def _on_sqlite(session: Transaction) -> bool:
    return bool(session.info["dialect"].name == "sqlite")
