"""A reply as text for a terminal: Markdown as it stands, the source below it, choices numbered."""

import re
import textwrap
from collections.abc import Sequence
from itertools import groupby

from deskbot.desk.messages import Citation, Form, Reply
from deskbot.desk.texts import say

WIDTH = 96
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")


def render(reply: Reply) -> str:
    """Return the whole reply as text; nothing is dropped."""
    parts = [f"{reply.speaker}:" if reply.speaker else "", _wrapped(reply.text_md)]
    parts += [_citation(citation, reply.language) for citation in reply.citations]
    parts += [f"[{file.name}] {file.url}" for file in reply.files]
    if reply.form is not None:
        parts.append(_form(reply.form))
    numbered = [choice for choice in reply.choices if choice.url is None]
    parts.append("\n".join(f"  [{number}] {choice.label}" for number, choice in enumerate(numbered, 1)))
    parts.append("\n".join(f"  {choice.label}: {choice.url}" for choice in reply.choices if choice.url))
    parts.append(reply.status)
    return "\n\n".join(part for part in parts if part.strip())


def _wrapped(text: str) -> str:
    """Wrap long lines of prose; lists keep their lines, and tables get straight columns."""
    lines: list[str] = []
    for is_table, group in groupby(text.splitlines(), lambda line: line.lstrip().startswith("|")):
        draw = _table if is_table else _prose
        lines += draw(list(group))
    return "\n".join(lines)


def _table(lines: Sequence[str]) -> list[str]:
    """Return the rows of a Markdown table with straight columns and a rule below the head."""
    cut = [[cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip().strip("|"))] for line in lines]
    rows = [row for row in cut if not all(_RULE.fullmatch(cell) for cell in row)]
    wide = [max(len(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows), default=0))]
    drawn = ["  ".join(cell.ljust(wide[at]) for at, cell in enumerate(row)).rstrip() for row in rows]
    return [*drawn[:1], "  ".join("-" * width for width in wide), *drawn[1:]]


def _prose(group: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for line in group:
        long_prose = len(line) > WIDTH
        indent = " " * (len(line) - len(line.lstrip()) + (2 if line.lstrip()[:2] in ("- ", "* ") else 0))
        lines += textwrap.wrap(line, WIDTH, subsequent_indent=indent) if long_prose else [line]
    return lines


def _citation(citation: Citation, language: str) -> str:
    since = say("terminal.since", language, date=citation.effective) if citation.effective else ""
    source = say("terminal.source", language, title=citation.title, version=citation.version, since=since)
    return f"  {source}" + (f"\n    {citation.url}" if citation.url else "")


def _form(form: Form) -> str:
    lines = [form.title]
    for field in form.fields:
        options = f" ({', '.join(label for _, label in field.options)})" if field.options else ""
        lines.append(f"  {field.label}{options}: {field.value}".rstrip())
    return "\n".join(lines)
