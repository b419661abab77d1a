"""Letter templates: the Markdown files of the knowledge folder whose front matter says `kind: letter`."""

import re
from dataclasses import replace

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.yaml_strict import Malformed, load
from deskbot.desk.errors import Fault, Invalid
from deskbot.desk.letters import Letters, LetterTemplate, faults_of, parse_template

_HEAD = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_LETTER = re.compile(r"^kind:[ \t]*[\"']?letter\b", re.MULTILINE)


def is_letter(text: str) -> bool:
    """Whether a Markdown file is a letter template."""
    head = _HEAD.match(text)
    return bool(head and _LETTER.search(head.group(1)))


def check_template(text: str, file: str) -> list[Fault]:
    """Return everything that is wrong with a letter template, each at its line."""
    return read_template(text, file)[1]


def read_template(text: str, file: str) -> tuple[LetterTemplate | None, list[Fault]]:
    """Read a letter template; one with a fault is not used."""
    head = _HEAD.match(text)
    if head is None:
        return None, [Fault(file, 1, "error", "letter", "a letter starts with front matter between two lines of ---")]
    first_line = text.count("\n", 0, head.end()) + 1
    try:
        document = load(head.group(1), file)
    except Malformed as malformed:
        return None, [replace(malformed.fault, line=malformed.fault.line + 1)]
    try:
        template = parse_template(document.data, text[head.end() :], file, first_line)
    except Invalid as invalid:
        return None, [Fault(file, document.line(invalid.field) + 1, "error", "letter", invalid.message)]
    faults = [Fault(file, line, "error", "letter", message) for line, message in faults_of(template)]
    return (None if faults else template), faults


def read_letters(pages: Folder) -> tuple[Letters, list[Fault]]:
    """Read every letter template of the knowledge folder; employers come from the folder of rules."""
    templates: dict[tuple[str, str], LetterTemplate] = {}
    faults: list[Fault] = []
    for name, text in pages.texts.items():
        if not is_letter(text):
            continue
        template, wrong = read_template(text, pages.shown(name))
        faults += wrong
        if template is None:
            continue
        other = templates.setdefault((template.type, template.language), template)
        if other is not template:
            message = f"'{other.path}' is a '{template.type}' letter in '{template.language}' too; keep one of them"
            faults.append(Fault(pages.shown(name), 1, "error", "letter", message))
    return Letters(templates), faults
