"""A question read for search: its spelling mended, cut into slots of words with the ideas that they express."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.hr_words import FRAMES
from deskbot.answers.index import Index
from deskbot.answers.spelling import Speller
from deskbot.answers.terms import STOP_STEMS, STOP_WORDS, stems
from deskbot.desk.folding import fold, language_of, words

Mask = npt.NDArray[np.bool_]

FRAME = 0.5
_NOBODYS = "\0"  # before a term: no section holds one that begins so
_LETTERS = re.compile(r"[^\W\d_]+")
MAX_WORDS = 80  # of a long message: enough to know what it is about


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing the question says: its words (each with its stems by language) and the ideas that it expresses."""

    words: tuple[tuple[str, ...], ...]
    ideas: tuple[str, ...]

    @property
    def part(self) -> float:
        """How much it counts: less where it only says how something is asked ("how many", "what is the policy")."""
        return FRAME if self.ideas and FRAMES.issuperset(self.ideas) else 1.0

    def terms(self) -> set[str]:
        """Return everything that a section may hold to speak of this."""
        return {stem for word in self.words for stem in word} | set(self.ideas)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. `repaired` maps a misspelt word to the word that it was taken for; `text` has it mended."""

    slots: tuple[Slot, ...]
    repaired: dict[str, str]
    language: str
    text: str = ""

    def terms(self) -> set[str]:
        """Return all terms of all slots."""
        return {term for slot in self.slots for term in slot.terms()}


def read_question(text: str, index: Index, speller: Speller, language: str = "", visible: Mask | None = None) -> Query:
    """Read a question; phrases are recognised before small words go, because "time off" is made of them.

    Spelling is mended with words of the sections that `visible` marks, of all where it is None. What only others may
    read is taken for words that nobody wrote: how sure the desk is must not tell that they are written somewhere.
    """
    language = language or language_of(text, index.languages[0])
    found = words(text)[:MAX_WORDS]
    small = STOP_WORDS.get(language, STOP_WORDS["en"])
    repaired = {
        word: right
        for word in found
        if word not in small and (right := _mended(word, language, index, speller, visible))
    }
    sequence = [repaired.get(word, word) for word in found]
    by_language = [stems(sequence, code) for code in dict.fromkeys((language, *index.languages, "en", "pt"))]
    slots: dict[Slot, None] = {}
    at = 0
    while at < len(sequence):
        length, ideas = _phrase(by_language, at, index)
        meant = tuple(
            tuple(dict.fromkeys(row[place] for row in by_language))
            for place in range(at, at + length)
            if by_language[0][place] not in STOP_STEMS
        )
        if meant or ideas:
            slots[Slot(meant, ideas)] = None
        at += length
    seen = slots if visible is None else [_as_seen(slot, index, visible) for slot in slots]
    return Query(tuple(seen), repaired, language, _with(text, repaired))


def hidden_words(text: str, index: Index, visible: Mask | None) -> frozenset[str]:
    """Return the words of a text that are written in sections that `visible` does not mark, and nowhere else."""
    if visible is None:
        return frozenset()
    found = set(words(text)[:MAX_WORDS])
    return frozenset(word for word in found if _is_written(word, index) and not _is_seen(word, "en", index, visible))


def _is_written(word: str, index: Index) -> bool:
    return any(stems([word], code)[0] in index.number for code in index.languages)


def _as_seen(slot: Slot, index: Index, visible: Mask) -> Slot:
    """Return the slot with terms that no section has in the place of those that hidden sections alone have."""

    def term(name: str) -> str:
        posting = None if name in FRAMES else index.of(name)
        return name if posting is None or visible[posting.rows].any() else f"{_NOBODYS}{name}"

    return Slot(tuple(tuple(map(term, word)) for word in slot.words), tuple(map(term, slot.ideas)))


def _with(text: str, repaired: Mapping[str, str]) -> str:
    """Return the text with its misspelt words mended."""
    return _LETTERS.sub(lambda found: repaired.get(fold(found.group()), found.group()), text) if repaired else text


def _mended(word: str, language: str, index: Index, speller: Speller, visible: Mask | None) -> str:
    """Return the word that was meant by a misspelt one, "" for a form of a word that somebody knows."""
    repairs = speller.repairs(word)
    known = (stems([word], code)[0] for code in dict.fromkeys((language, "en", "pt"))) if repairs else ()
    if any(stem in index.number or stem in index.thesaurus.starts for stem in known):
        return ""
    return next((right for right in repairs if visible is None or _is_seen(right, language, index, visible)), "")


def _is_seen(word: str, language: str, index: Index, visible: Mask) -> bool:
    """Return whether a visible section says the word: one that only others may read is no repair."""
    forms = {stems([word], code)[0] for code in (language, *index.languages)}
    return any((posting := index.of(form)) is not None and bool(visible[posting.rows].any()) for form in forms)


def _phrase(by_language: list[list[str]], at: int, index: Index) -> tuple[int, tuple[str, ...]]:
    """Return the longest phrase here that expresses ideas, in the first language that knows it."""
    best = (1, tuple[str, ...]())
    for row in by_language:
        if row[at] not in index.thesaurus.starts:
            continue
        length, ideas = index.thesaurus.phrase_at(row, at)
        if ideas and (length > best[0] or not best[1]):
            best = (length, ideas)
    return best
