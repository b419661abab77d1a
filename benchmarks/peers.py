"""What others search the same sections with: SQLite's FTS5, tantivy, and rapidfuzz over all titles."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import tantivy
from rapidfuzz import fuzz, process, utils

from deskbot.answers.articles import Section

Ask = Callable[[str], Sequence[Any]]
BEST = 10


def fts5(sections: Sequence[Section]) -> Ask:
    """Return a search by FTS5 with Porter stems, headings weighted four times as much as text."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE VIRTUAL TABLE kb USING fts5(heading, body, tokenize='porter unicode61')")
    database.executemany("INSERT INTO kb VALUES (?, ?)", [_fields(section) for section in sections])
    query = f"SELECT rowid FROM kb WHERE kb MATCH ? ORDER BY bm25(kb, 4.0, 1.0) LIMIT {BEST}"

    def ask(text: str) -> Sequence[Any]:
        return database.execute(query, (" OR ".join(f'"{word}"' for word in re.findall(r"\w+", text)),)).fetchall()

    return ask


def by_tantivy(sections: Sequence[Section]) -> Ask:
    """Return a search by tantivy with English stems, headings weighted four times as much as text."""
    builder = tantivy.SchemaBuilder()
    for field in ("heading", "body"):
        builder.add_text_field(field, stored=False, tokenizer_name="en_stem")
    builder.add_unsigned_field("row", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for row, section in enumerate(sections):
        heading, body = _fields(section)
        writer.add_document(tantivy.Document(heading=heading, body=body, row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> Sequence[Any]:
        query = index.parse_query(" ".join(re.findall(r"\w+", text)), ["heading", "body"], {"heading": 4.0})
        return [searcher.doc(address)["row"] for _, address in searcher.search(query, BEST).hits]

    return ask


def by_rapidfuzz(sections: Sequence[Section]) -> Ask:
    """Return a scan of all titles for those that share most words with the question, misspelt ones included."""
    titles = [utils.default_process(" ".join(section.path)) for section in sections]

    def ask(text: str) -> Sequence[Any]:
        return process.extract(utils.default_process(text), titles, scorer=fuzz.token_set_ratio, limit=BEST)

    return ask


def _fields(section: Section) -> tuple[str, str]:
    return " ".join(section.path), section.text_md
