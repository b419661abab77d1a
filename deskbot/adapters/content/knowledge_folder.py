"""The folder `knowledge/` as a whole: heads read strictly, pages with a fault left out, the rest one snapshot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.heads import NO_HEAD, read_head
from deskbot.adapters.content.letters_folder import is_letter
from deskbot.adapters.content.yaml_strict import Document
from deskbot.answers.knowledge import Knowledge, build
from deskbot.desk.errors import Fault


def read_knowledge(pages: Folder) -> tuple[Knowledge, dict[str, Document], list[Fault]]:
    """Return the knowledge base of a folder, the head of each page, and the faults with the paths people find."""
    heads: dict[str, Document] = {}
    faults: list[Fault] = []
    for name, text in pages.texts.items():
        if not is_letter(text):
            head = read_head(text, pages.shown(name))
            if isinstance(head, Fault):
                faults.append(head)
            else:
                heads[name] = head
    knowledge, wrong = _build(pages, heads)
    if wrong:
        broken = {fault.file for fault in wrong}
        kept = {name: head for name, head in heads.items() if name not in broken}
        knowledge, _ = _build(pages, kept)
    return knowledge, heads, [*faults, *(_placed(fault, pages, heads) for fault in wrong)]


def _build(pages: Folder, heads: Mapping[str, Document]) -> tuple[Knowledge, list[Fault]]:
    data: dict[str, Mapping[str, Any]] = {name: head.data for name, head in heads.items()}
    knowledge = build({name: pages.texts[name] for name in heads}, (), data)
    return knowledge, [fault for fault in knowledge.faults if fault.severity == "error"]


def _placed(fault: Fault, pages: Folder, heads: Mapping[str, Document]) -> Fault:
    """Put a fault that speaks of a key of the head on that key's line."""
    head = heads.get(fault.file, NO_HEAD)
    said = [key for key in head.data if key in fault.message]
    line = head.line(said[0]) if said and fault.line == 1 else fault.line
    return replace(fault, file=pages.shown(fault.file), line=line)
