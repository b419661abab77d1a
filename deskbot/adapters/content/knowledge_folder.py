"""The folder `knowledge/` as a whole: heads read strictly, pages with a fault left out, the rest one snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.heads import NO_HEAD, read_head
from deskbot.adapters.content.letters_folder import is_letter
from deskbot.adapters.content.yaml_strict import Document, Malformed, load
from deskbot.answers.articles import anchor_of
from deskbot.answers.knowledge import Knowledge, build
from deskbot.desk.errors import Fault
from deskbot.desk.plain_data import nearest

SYNONYMS = "_synonyms.yaml"
"""The company's own words for one thing: a list of lists, such as `[[annual leave, holiday, PTO]]`."""


Learned = Mapping[str, Sequence[str]]
"""Questions that the desk learned from its tickets, by the id of the section that answers them."""


def read_knowledge(pages: Folder, learned: Learned | None = None) -> tuple[Knowledge, dict[str, Document], list[Fault]]:
    """Return the knowledge base of a folder, the head of each page, and the faults with the paths people find."""
    heads: dict[str, Document] = {}
    faults: list[Fault] = []
    for name, text in pages.texts.items():
        if name.endswith(".md") and not is_letter(text):
            head = read_head(text, pages.shown(name))
            if isinstance(head, Fault):
                faults.append(head)
            else:
                heads[name] = head
    synonyms, wrong_words = _synonyms(pages)
    knowledge, wrong = _build(pages, heads, synonyms, learned)
    if wrong:
        broken = {fault.file for fault in wrong}
        kept = {name: head for name, head in heads.items() if name not in broken}
        knowledge, _ = _build(pages, kept, synonyms, learned)
    misread = [_placed(fault, pages, heads) for fault in wrong]
    return knowledge, heads, [*faults, *wrong_words, *misread, *_astray(knowledge, pages, heads)]


def _synonyms(pages: Folder) -> tuple[list[list[str]], list[Fault]]:
    """Return the company's groups of words for one thing, and what is wrong with them."""
    if SYNONYMS not in pages.texts:
        return [], []
    shown = pages.shown(SYNONYMS)
    try:
        document = load(pages.texts[SYNONYMS], shown)
    except Malformed as error:
        return [], [error.fault]
    groups = document.data if isinstance(document.data, list) else [None]
    good = [[str(word) for word in group] for group in groups if isinstance(group, list) and len(group) > 1]
    if len(good) == len(groups):
        return good, []
    bad = next(at for at, group in enumerate(groups) if not (isinstance(group, list) and len(group) > 1))
    sentence = "is not a list of two or more words for one thing, such as [annual leave, holiday, PTO]"
    return good, [Fault(shown, document.line(str(bad)), "error", "synonyms", sentence)]


def _astray(knowledge: Knowledge, pages: Folder, heads: Mapping[str, Document]) -> Iterator[Fault]:
    """Yield questions under an anchor that the page does not have: they reach nobody until that is mended."""
    anchors: dict[str, set[str]] = {}
    for section in knowledge.sections:
        anchors.setdefault(section.article.path, set()).add(anchor_of(section.id))
    for name, head in heads.items():
        asked = head.data.get("questions")
        if asked is not None and not isinstance(asked, Mapping):
            message = "`questions` holds lists of questions by the anchor of the section that answers them"
            yield Fault(pages.shown(name), head.line("questions"), "warning", "questions", message)
            continue
        for anchor in asked or ():
            if name in anchors and anchor not in anchors[name]:
                message = f"there is no section '#{anchor}' that these questions could be for; "
                message += nearest(anchor, sorted(anchors[name]))
                yield Fault(pages.shown(name), head.line(f"questions.{anchor}"), "warning", "unknown-section", message)


def _build(
    pages: Folder, heads: Mapping[str, Document], synonyms: list[list[str]], learned: Learned | None
) -> tuple[Knowledge, list[Fault]]:
    data: dict[str, Mapping[str, Any]] = {name: head.data for name, head in heads.items()}
    knowledge = build({name: pages.texts[name] for name in heads}, synonyms, data, learned)
    return knowledge, [fault for fault in knowledge.faults if fault.severity == "error"]


def _placed(fault: Fault, pages: Folder, heads: Mapping[str, Document]) -> Fault:
    """Put a fault that speaks of a key of the head on that key's line."""
    head = heads.get(fault.file, NO_HEAD)
    said = [key for key in head.data if key in fault.message]
    line = head.line(said[0]) if said and fault.line == 1 else fault.line
    return replace(fault, file=pages.shown(fault.file), line=line)
