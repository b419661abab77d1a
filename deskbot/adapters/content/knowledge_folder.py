"""The folder `knowledge/` as a whole: heads read strictly, pages with a fault left out, the rest one snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deskbot.adapters.content import knowledge_cache
from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.heads import read_head
from deskbot.adapters.content.letters_folder import is_letter
from deskbot.adapters.content.remembered import Remembered
from deskbot.adapters.content.yaml_strict import Document, Malformed, load
from deskbot.adapters.dictionary import DICTIONARY
from deskbot.answers.articles import Page, anchor_of, parse_page
from deskbot.answers.knowledge import OUTSIDE_RETRIEVAL, Corpus, Knowledge, assembled, taught
from deskbot.answers.terms import Thesaurus, thesaurus
from deskbot.desk.errors import Fault
from deskbot.desk.plain_data import nearest

SYNONYMS = "_synonyms.yaml"
"""The company's own words for one thing: a list of lists, such as `[[annual leave, holiday, PTO]]`."""


Learned = Mapping[str, Sequence[str]]
"""Questions that the desk learned from its tickets, by the id of the section that answers them."""


SAVED_FROM = 20  # pages that the cache does not hold: fewer are read anew at the next start, in less than 0.1 s


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file holds: a page, a letter, or nothing that can be used, and what is wrong with it, by its name."""

    page: Page | None = None
    is_letter: bool = False
    faults: tuple[Fault, ...] = ()


class KnowledgeReader:
    """Reads a folder as often as it changes, and of it only what is new; with a `cache` it starts from that file."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._files = Remembered(read_file)
        self._words: tuple[str | None, Thesaurus, list[Fault]] | None = None
        self._lessons: dict[str, tuple[Page, Page]] = {}
        self._before: Corpus | None = None
        self._last: tuple[list[Page], Thesaurus, Knowledge] | None = None
        self._started = False
        self._unsaved = 0
        self.letters: dict[str, str] = {}

    def read(self, pages: Folder, learned: Learned | None = None) -> tuple[Knowledge, list[Fault]]:
        """Return the knowledge base of the folder and the faults with the paths people find.

        `letters` are then the texts of its letter templates.
        """
        if self._words is None or self._words[0] != pages.texts.get(SYNONYMS):
            synonyms, wrong = _synonyms(pages)
            self._words = (pages.texts.get(SYNONYMS), thesaurus(synonyms), wrong)
        _, known, faults = self._words
        texts = {name: text for name, text in pages.texts.items() if name.endswith(".md")}
        self._start(texts, known)
        before = self._files.made
        read = self._files.of(texts)
        made = self._files.made
        self._unsaved += sum(
            file.page is not None and made[name] is not before.get(name) for name, file in read.items()
        )
        self.letters = {name: texts[name] for name, file in read.items() if file.is_letter}
        found = [file.page for file in read.values() if file.page is not None]
        knowledge = self._assembled(self._taught(found, learned or {}), known)
        misread = (replace(f, file=pages.shown(f.file)) for file in read.values() for f in file.faults)
        return knowledge, [*faults, *misread]

    def save(self) -> None:
        """Write the cache anew where it is more than a few pages behind; learned questions stay out of it."""
        if self._cache is None or self._before is None or self._unsaved <= SAVED_FROM:
            return
        self._unsaved = 0
        pages = [file.page for _, file in self._files.made.values() if file.page is not None]
        corpus = assembled(pages, self._before.thesaurus, self._before).corpus if self._lessons else self._before
        texts = {name: text for name, (text, _) in self._files.made.items()}
        faults = {page.article.path: self._files.made[page.article.path][1].faults for page in corpus.pages}
        knowledge_cache.save(self._cache, knowledge_cache.Kept(corpus, texts, faults))

    def _assembled(self, pages: list[Page], known: Thesaurus) -> Knowledge:
        """Return the snapshot of the pages: the last one where they are the very same."""
        if self._last is not None and self._last[1] is known and list(map(id, pages)) == list(map(id, self._last[0])):
            return self._last[2]
        knowledge = assembled(pages, known, self._before, DICTIONARY)
        self._last, self._before = (pages, known, knowledge), knowledge.corpus
        return knowledge

    def _start(self, texts: Mapping[str, str], known: Thesaurus) -> None:
        """Take over what the cache holds of files that are still the same."""
        kept = None if self._started or self._cache is None else knowledge_cache.load(self._cache, known)
        self._started = True
        if kept is None:
            return
        self._before = kept.corpus
        for page in kept.corpus.pages:
            name = page.article.path
            if texts.get(name) == kept.texts[name]:
                self._files.made[name] = (texts[name], FileRead(page, faults=kept.faults.get(name, ())))

    def _taught(self, pages: Sequence[Page], learned: Learned) -> list[Page]:
        """Return the pages with the learned questions; a page whose questions stay the same stays the very object."""
        if not learned and not self._lessons:
            return list(pages)
        old, self._lessons = self._lessons, {}
        out = []
        for page in pages:
            now = taught(page, learned)
            if now is not page:
                was = old.get(page.article.path)
                now = was[1] if was is not None and was[0] is page and was[1] == now else now
                self._lessons[page.article.path] = (page, now)
            out.append(now)
        return out


def read_file(name: str, text: str) -> FileRead:
    """Read one Markdown file; a page with a fault is left out."""
    if is_letter(text):
        return FileRead(is_letter=True)
    head = read_head(text, name)
    if isinstance(head, Fault):
        return FileRead(faults=(head,))
    page = parse_page(text, name, head.data)
    if page.faults:
        return FileRead(faults=tuple(_placed(fault, head) for fault in page.faults))
    return FileRead(page, faults=tuple(_astray(page, head)))


def read_knowledge(pages: Folder, learned: Learned | None = None) -> tuple[Knowledge, dict[str, Document], list[Fault]]:
    """Return the knowledge base of a folder, the head of each page, and the faults with the paths people find."""
    knowledge, faults = KnowledgeReader().read(pages, learned)
    return knowledge, read_heads(pages), faults


def read_heads(pages: Folder) -> dict[str, Document]:
    """Return the head of each page that has a good one, by name."""
    heads = {
        name: read_head(text, name)
        for name, text in pages.texts.items()
        if name.endswith(".md") and not is_letter(text)
    }
    return {name: head for name, head in heads.items() if isinstance(head, Document)}


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


def _astray(page: Page, head: Document) -> Iterator[Fault]:
    """Yield questions under an anchor that the page does not have: they reach nobody until that is mended."""
    name, asked = page.article.path, head.data.get("questions")
    if asked is not None and not isinstance(asked, Mapping):
        message = "`questions` holds lists of questions by the anchor of the section that answers them"
        yield Fault(name, head.line("questions"), "warning", "questions", message)
        return
    anchors = {anchor_of(section.id) for section in page.sections}
    for anchor in asked or () if page.article.kind not in OUTSIDE_RETRIEVAL else ():
        if anchor not in anchors:
            message = f"there is no section '#{anchor}' that these questions could be for; "
            message += nearest(anchor, sorted(anchors))
            yield Fault(name, head.line(f"questions.{anchor}"), "warning", "unknown-section", message)


def _placed(fault: Fault, head: Document) -> Fault:
    """Put a fault that speaks of a key of the head on that key's line."""
    said = [key for key in head.data if key in fault.message]
    return replace(fault, line=head.line(said[0]) if said and fault.line == 1 else fault.line)
