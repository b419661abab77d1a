"""The front matter of a knowledge page, read strictly."""

from dataclasses import replace

from deskbot.adapters.content.yaml_strict import Document, Malformed, load
from deskbot.answers.articles import KEYS
from deskbot.answers.sections import split_front_matter
from deskbot.desk.errors import Fault, Invalid
from deskbot.desk.plain_data import Plain

NO_HEAD = Document({}, {})


def read_head(text: str, file: str) -> Document | Fault:
    """Return the front matter of a page with lines counted in the whole file, or what is wrong with it."""
    head, body = split_front_matter(text)
    if not head:
        if text.startswith("---\n") and body == text:
            return Fault(file, 1, "error", "front-matter", "the front matter is never closed; add a line of ---")
        return NO_HEAD
    try:
        document = load(head, file)
        Plain(document.data, "", "front matter").allow(KEYS)
    except Malformed as malformed:
        return replace(malformed.fault, line=malformed.fault.line + 1, rule="front-matter")
    except Invalid as invalid:
        return Fault(file, document.line(invalid.field) + 1, "error", "front-matter", invalid.message)
    return Document(document.data, {path: line + 1 for path, line in document.lines.items()})
