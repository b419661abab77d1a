"""Taking stock of the articles: which sections are new, changed, moved, gone or out of date since the last time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.actions.telling import text_of
from deskbot.answers.articles import Section
from deskbot.answers.changes import Change, compare, successor
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.markdown import to_plain
from deskbot.desk.folding import words
from deskbot.store import recall
from deskbot.store.recall import Kept, Text
from deskbot.store.tables import SectionVersion

# Comparing every lost section with every new one takes seconds beyond this; then only those of one file are compared.
_MOST_PAIRS = 20_000
_REMEMBERED = 256  # comparisons, a tenth of a second each where a section is long


@dataclass(frozen=True, slots=True)
class Step:
    """A text that is no longer what it was: `section` is what it has become, None when it was removed."""

    kept: Kept
    section: Section | None
    ended: str


def news(session: Session, desk: Desk, today: date) -> tuple[list[Section], list[Step]]:
    """Return the sections nobody has seen before, and what has become of those that were there.

    A file that cannot be read has not lost its sections, and a folder without any section is a mistake, not a change.
    """
    sections = {section.id: section for section in desk.book.knowledge.sections}
    if not sections:
        return [], []
    kept = {one.section: one for one in recall.current(session)}
    now = _matched(session, kept, sections, _unreadable(desk, kept))
    seen = {section.id for section in now.values() if section is not None}
    steps = [
        Step(kept[name], section, ended)
        for name, section in now.items()
        if (ended := _ended(section, today)) != kept[name].ended
        or (section is not None and (section.id, section.version) != (name, kept[name].version))
    ]
    return [section for name, section in sections.items() if name not in seen], steps


def _ended(section: Section | None, today: date) -> str:
    if section is None:
        return "removed"
    expires = section.article.expires
    return "expired" if expires is not None and today > expires else ""


def _unreadable(desk: Desk, kept: Mapping[str, Kept]) -> set[str]:
    """Return the articles' paths whose files are broken on disk."""
    broken = [fault.file for fault in desk.content.faults if fault.severity == "error"]
    paths = {_path(name) for name in kept}
    return {path for path in paths for file in broken if file == path or file.endswith(f"/{path}")}


def _path(section_id: str) -> str:
    return section_id.partition("#")[0]


def _matched(
    session: Session, kept: Mapping[str, Kept], sections: Mapping[str, Section], unreadable: set[str]
) -> dict[str, Section | None]:
    """Return what each section that was there is now: under its own name, or where its text has gone to."""
    found: dict[str, Section | None] = {name: sections[name] for name in kept if name in sections}
    found |= _swapped(kept, {name: section for name, section in found.items() if section is not None})
    gone = [one for name, one in kept.items() if name not in sections and _path(name) not in unreadable]
    fresh = [section for name, section in sections.items() if name not in kept]
    moved = _moved(session, [one for one in gone if one.ended != "removed"], fresh)
    return found | {one.section: moved.get(one.section) for one in gone}


def _swapped(kept: Mapping[str, Kept], here: Mapping[str, Section]) -> dict[str, Section]:
    """Find sections of one file that only changed places, as those with repeated headings do."""
    changed = {name for name, section in here.items() if section.version != kept[name].version}
    by_text = {(_path(name), here[name].version): here[name] for name in changed}
    swapped = {name: there for name in changed if (there := by_text.get((_path(name), kept[name].version))) is not None}
    complete = {section.id for section in swapped.values()} == set(swapped)
    return swapped if complete else {}


def _moved(session: Session, gone: Sequence[Kept], fresh: Sequence[Section]) -> dict[str, Section]:
    """Find under new headings the texts whose sections are gone: the very text first, else the most alike."""
    out: dict[str, Section] = {}
    free = list(fresh)
    for exact in (True, False):
        left = [one for one in gone if one.section not in out]
        texts = {} if exact or not free else recall.texts(session, [one.id for one in left])
        narrow = len(left) * len(free) > _MOST_PAIRS
        for one in left:
            near = [
                section
                for section in free
                if section.article.language == one.language
                and (not narrow or section.article.path == _path(one.section))
                and (not exact or section.version == one.version)
            ]
            if not near:
                continue
            place = 0 if exact else successor(texts[one.id], [section.text_md for section in near])
            if place is not None:
                out[one.section] = near[place]
                free.remove(near[place])
    return out


def begin_lines(session: Session, new: Iterable[Section], now: datetime) -> None:
    """Keep the texts of new sections."""
    recall.keep_each(session, [text_of(section) for section in new], now)


def difference(desk: Desk, before: SectionVersion, after: SectionVersion) -> Change:
    """Compare two kept texts; a word that other articles use is no slip of the pen."""
    return _difference(desk.book.knowledge, Side.of(before), Side.of(after))


@dataclass(frozen=True, slots=True)
class Side:
    """A text that is compared; its version stands for its words."""

    title: str
    version: str
    text_md: str = field(compare=False)

    @classmethod
    def of(cls, text: SectionVersion | Text) -> "Side":
        """Return what a comparison reads of a text."""
        return cls(text.title, text.version, text.text_md)


def _difference(knowledge: Knowledge, before: Side, after: Side) -> Change:
    known = _compared(knowledge)
    found = known.get((before, after))
    if found is None:
        titles = before.title, after.title
        found = compare(before.text_md, after.text_md, titles, _used_elsewhere(knowledge, after.text_md))
        if len(known) >= _REMEMBERED:
            known.clear()
        known[before, after] = found
    return found


@lru_cache(maxsize=1)
def _compared(knowledge: Knowledge) -> dict[tuple[Side, Side], Change]:
    """Return what was compared beside these articles: pages and transactions ask for the same again and again."""
    return {}


def _used_elsewhere(knowledge: Knowledge, text_md: str) -> Callable[[str], bool]:
    vocabulary = _vocabulary(knowledge)
    own: defaultdict[str, int] = defaultdict(int, Counter(words(to_plain(text_md))))
    return lambda word: vocabulary[word] > own[word]


def prepare(session: Session, desk: Desk, steps: Iterable[Step]) -> None:
    """Count the words of all articles and compare the texts now, so that no transaction that writes waits for it."""
    _vocabulary(desk.book.knowledge)
    for step in steps:
        if step.section is not None:
            new = Side.of(text_of(step.section))
            _difference(desk.book.knowledge, Side.of(recall.text(session, step.kept.id)), new)
            waiting = recall.pending(session, step.kept.line)
            if waiting is not None:
                _difference(desk.book.knowledge, Side.of(recall.text(session, waiting.before_id)), new)


@lru_cache(maxsize=1)
def _vocabulary(knowledge: Knowledge) -> Counter[str]:
    return Counter(word for section in knowledge.sections for word in words(to_plain(section.text_md)))
