"""Writes learned questions into the heads of the articles whose sections answer them."""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deskbot.adapters.content.heads import read_head
from deskbot.adapters.content.yaml_strict import Document
from deskbot.answers.articles import anchor_of, parse_page
from deskbot.answers.sections import split_front_matter
from deskbot.desk.errors import Conflict, NotFound

_PLAIN_KEY = re.compile(r"[^\W\d_][\w-]*")
_BOM = "\ufeff"


def by_article(learned: Mapping[str, Sequence[str]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return questions by section id as questions by anchor, by the article's path."""
    out: dict[str, dict[str, tuple[str, ...]]] = {}
    for section, questions in learned.items():
        out.setdefault(section.partition("#")[0], {})[anchor_of(section)] = tuple(questions)
    return out


def write(folder: Path, path: str, learned: Mapping[str, Sequence[str]]) -> None:
    """Add questions to an article's file, whole or not at all; what else is in it stays as it is.

    Raises `NotFound` when there is no such file and `Conflict` when its head cannot be read.
    """
    file = folder / path
    if not file.is_file():
        raise NotFound(f"There is no file {file} any more; its questions stay in the database.")
    raw = file.read_bytes().decode("utf-8")
    text = raw.removeprefix(_BOM).replace("\r\n", "\n")
    new = with_questions(text, path, learned)
    if "\r\n" in raw:
        new = new.replace("\n", "\r\n")
    _replace(file, (_BOM if raw.startswith(_BOM) else "") + new)


def with_questions(text: str, path: str, learned: Mapping[str, Sequence[str]]) -> str:
    """Return the text of an article with these questions in its head, by anchor; those that it has stay once."""
    head = read_head(text, path)
    if not isinstance(head, Document):
        raise Conflict(f"{path} cannot be written: {head.message}.")
    asked = head.data.get("questions") if isinstance(head.data, Mapping) else None
    known = {str(anchor): list(given) for anchor, given in asked.items()} if isinstance(asked, Mapping) else {}
    for anchor, questions in learned.items():
        here = known.setdefault(anchor, [])
        here += [question for question in questions if question not in here]
    front, body = split_front_matter(text)
    kept = [line for line in _without_questions(front) if line or front]
    new = "\n".join(["---", *kept, *_block(known), "---", ""]) + body
    _check(new, path, learned)
    return new


def _without_questions(front: str) -> Iterator[str]:
    """Yield the lines of a head without its `questions:` and what is indented below."""
    inside = False
    for line in front.split("\n") if front else ():
        if line.startswith("questions:"):
            inside = True
        elif inside and line and not line[0].isspace() and not line.startswith(("-", "#")):
            inside = False
        if not inside:
            yield line


def _block(known: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "questions:"
    for anchor, questions in known.items():
        yield f"  {anchor if _PLAIN_KEY.fullmatch(anchor) else json.dumps(anchor, ensure_ascii=False)}:"
        for question in questions:
            yield f"    - {json.dumps(question, ensure_ascii=False)}"


def _check(text: str, path: str, learned: Mapping[str, Sequence[str]]) -> None:
    """Read back what would be written; raise `Conflict` unless every question is there."""
    head = read_head(text, path)
    page = parse_page(text, path, head.data) if isinstance(head, Document) else None
    there = {anchor_of(section.id): section.questions for section in page.sections} if page else {}
    for anchor, questions in learned.items():
        if not set(questions) <= set(there.get(anchor, ())):
            raise Conflict(f"{path} has no section '#{anchor}' any more; its questions stay in the database.")


def _replace(file: Path, text: str) -> None:
    """Write beside the file first, so that nobody ever reads half of it."""
    handle, beside = tempfile.mkstemp(prefix=".", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(beside, file.stat().st_mode)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise
