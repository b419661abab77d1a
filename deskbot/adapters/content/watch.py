"""The live content: looks for changed files, tries them in safety, and swaps the whole snapshot at once."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from deskbot.adapters.content.files import Folder, listed, read_text
from deskbot.adapters.content.knowledge_folder import Learned
from deskbot.adapters.content.read import PAGE_SUFFIXES, RULE_SUFFIXES, Assembler
from deskbot.adapters.content.trial import survive
from deskbot.answers.calibration import SHIPPED, Calibration
from deskbot.answers.knowledge import Knowledge
from deskbot.desk.errors import Fault
from deskbot.ports import Policybook

SETTLE_SECONDS = 0.5

_Stamp = tuple[int, int, int]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Watched:
    """One folder: what was read of each file, and the last text of each that did not do harm."""

    root: Path
    suffixes: tuple[str, ...]
    stamps: dict[str, _Stamp] = field(default_factory=dict)
    read: dict[str, str | Fault] = field(default_factory=dict)
    good: dict[str, str] = field(default_factory=dict)
    start: str = field(init=False)

    def __post_init__(self) -> None:
        self.start = str(self.root / "-").removesuffix("-")

    def look(self) -> dict[str, _Stamp]:
        """Return size, time and inode of every file, by name."""
        found: dict[str, _Stamp] = {}
        for name in listed(self.root, self.suffixes):
            try:
                stat = os.stat(self.shown(name))
            except OSError:
                continue
            found[name] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return found

    def shown(self, name: str) -> str:
        """Return the path as people find it; what `Folder.shown` says, put together as text."""
        return self.start + name

    def take(self, stamps: dict[str, _Stamp]) -> dict[str, str]:
        """Read what is new or other than before; return those texts by the path that people find."""
        changed = [name for name, stamp in stamps.items() if self.stamps.get(name) != stamp]
        self.read = {name: text for name, text in self.read.items() if name in stamps}
        for name in changed:
            self.read[name] = read_text(self.root, name)
        self.stamps = stamps
        shown = {self.shown(name): self.read[name] for name in changed}
        return {path: text for path, text in shown.items() if isinstance(text, str)}

    def named(self, shown: Iterable[str]) -> list[str]:
        """Return the names in this folder of the files among those that people find there."""
        names = (path.removeprefix(self.start) for path in shown if path.startswith(self.start))
        return [name.replace(os.sep, "/") for name in names if name.replace(os.sep, "/") in self.read]

    def folder(self, broken: Mapping[str, Fault] | None = None) -> Folder:
        """Return the folder with the last good text in the place of each broken one."""
        faults = [text for text in self.read.values() if isinstance(text, Fault)]
        out = {fault.file for fault in faults} | set(broken or ())
        texts = {name: text for name, text in self.read.items() if isinstance(text, str)}
        for name in self.named(out):
            texts.pop(name, None)
            if name in self.good:
                texts[name] = self.good[name]
        return Folder(self.root, texts, tuple(faults))


class LiveContent:
    """Holds the current Policybook. `poll` looks for changes; call it every second from a thread.

    A broken file never replaces its last good text, and what cannot be put together never replaces the last good whole.
    `faults` tells what is wrong with the files as they lie on disk, `read_at` when they were last read. What was read
    of the pages is kept in the file `cache`, where one is given, for the next start.
    """

    def __init__(
        self,
        knowledge_dir: Path,
        rules_dir: Path,
        *,
        now: Callable[[], datetime] = _now,
        settle: float = SETTLE_SECONDS,
        cache: Path | None = None,
    ) -> None:
        self._pages = _Watched(knowledge_dir, PAGE_SUFFIXES)
        self._rules = _Watched(rules_dir, RULE_SUFFIXES)
        self._now = now
        self._settle = settle
        self._pages.take(self._pages.look())
        self._rules.take(self._rules.look())
        self._assembler = Assembler(cache)
        self._meant: Callable[[Knowledge], Knowledge] = _by_words
        self._swapping = Lock()
        self._learned: Learned = {}
        self._calibration = SHIPPED
        self._crashed: list[Fault] = []
        self._current = self._assemble({})
        self._gone = self._missing()
        self._faults = self._current.faults
        self._keep_good(self._current.faults)
        self.read_at = now()
        self._assembler.knowledge.save()

    @property
    def current(self) -> Policybook:
        """The snapshot to decide with; take it once for a piece of work."""
        return self._current

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as they lie on disk now."""
        return (*self._gone, *self._faults)

    def poll(self) -> bool:
        """Look for changed files and take them over; return whether the snapshot was replaced.

        Files still being written wait for the next time.
        """
        self._gone = self._missing()
        if self._gone:
            return False
        pages, rules = self._pages.look(), self._rules.look()
        if (pages, rules) == (self._pages.stamps, self._rules.stamps) or self._unsettled(pages, rules):
            return False
        changed = {**self._pages.take(pages), **self._rules.take(rules)}
        self.read_at = self._now()
        self._crashed = survive(changed)
        return self._take_over(self._crashed)

    def teach(self, learned: Learned, calibration: Calibration) -> bool:
        """Take over what the desk learned from its own work; return whether the snapshot was replaced."""
        if learned == self._learned and calibration == self._calibration:
            return False
        self._learned, self._calibration = learned, calibration
        return self._take_over(self._crashed)

    def search_by(self, meant: Callable[[Knowledge], Knowledge]) -> None:
        """Give every snapshot its meaning from now on, the present one at once."""
        with self._swapping:
            self._meant = meant
            self._current = replace(self._current, knowledge=meant(self._current.knowledge))

    def _missing(self) -> tuple[Fault, ...]:
        gone = [watched.root for watched in (self._pages, self._rules) if not watched.root.is_dir()]
        message = "there is no such folder; the last good state stays in use"
        return tuple(Fault(str(root), 1, "error", "folder", message) for root in gone)

    def _unsettled(self, *stamps: dict[str, _Stamp]) -> bool:
        newest = max((stamp[0] for found in stamps for stamp in found.values()), default=0)
        return 0 <= time.time_ns() - newest < self._settle * 1e9

    def _take_over(self, crashed: list[Fault]) -> bool:
        """Put the files together; where that fails use last good texts, and where that fails too keep what there is."""
        broken = {fault.file: fault for fault in crashed}
        tried = self._assemble(broken)
        self._faults = tuple(sorted({*crashed, *tried.faults}))
        broken |= _errors(tried.faults)
        if not broken:
            return self._swap(tried)
        mended = self._assemble(broken)
        if _errors(mended.faults).keys() - _errors(self._current.faults).keys() - self._new_files(broken):
            return False
        return self._swap(mended)

    def _assemble(self, broken: Mapping[str, Fault]) -> Policybook:
        folders = self._pages.folder(broken), self._rules.folder(broken)
        book = self._assembler.assemble(*folders, self._learned).book
        return replace(book, knowledge=book.knowledge.calibrated(self._calibration))

    def _new_files(self, broken: Mapping[str, Fault]) -> set[str]:
        """Return broken files that never had a good text: they are left out and hold nothing else up."""
        return {file for file in broken if not any(watched_good(w, file) for w in (self._pages, self._rules))}

    def _swap(self, book: Policybook) -> bool:
        self._keep_good(self._faults)
        with self._swapping:
            self._current = replace(book, faults=self._faults, knowledge=self._meant(book.knowledge))
        self._assembler.knowledge.save()
        return True

    def _keep_good(self, faults: tuple[Fault, ...]) -> None:
        broken = _errors(faults)
        for watched in (self._pages, self._rules):
            watched.good = dict(watched.folder(broken).texts)


def _by_words(knowledge: Knowledge) -> Knowledge:
    return knowledge


def watched_good(watched: _Watched, file: str) -> bool:
    """Tell whether the file has a last good text in this folder."""
    return file.startswith(watched.start) and file.removeprefix(watched.start).replace(os.sep, "/") in watched.good


def _errors(faults: tuple[Fault, ...]) -> dict[str, Fault]:
    return {fault.file: fault for fault in faults if fault.severity == "error"}
