"""The passage of a section that answers: whole blocks, so that tables and lists survive."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from deskbot.answers.hr_words import FRAMES
from deskbot.answers.markdown import to_plain
from deskbot.answers.terms import STOP_STEMS, Thesaurus, stems
from deskbot.desk.folding import words

_BLOCKS = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
_MORE_THAN_MARKS = re.compile(r"[{<&\[]|://|www\.")  # what reading as plain text may take away with its letters
_NUMBER = re.compile(r"\d")
AMOUNTS = frozenset({"@count", "@cost", "@deadline"})
_LETTER = re.compile(r"[^\W_]")
LONGEST = 900
_TABLE_HEAD = 2  # lines: the names of the columns and the rule below them


@lru_cache(maxsize=512)
def blocks(markdown: str) -> tuple[str, ...]:
    """Return the top-level blocks of the text (paragraphs, whole lists, whole tables) as Markdown."""
    lines = markdown.split("\n")
    found = []
    for token in _BLOCKS.parse(markdown):
        if token.level == 0 and token.nesting >= 0 and token.map and token.type != "hr":
            block = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
            if _says_something(block):
                found.append(block)
    return tuple(found)


def _says_something(block: str) -> bool:
    """Return whether anything but marks is in the block; where marks alone can go, one letter is enough to see it."""
    if not _MORE_THAN_MARKS.search(block) and _LETTER.search(block):
        return True
    return bool(to_plain(block).strip())


def passage(text_md: str, terms: set[str], language: str, thesaurus: Thesaurus, longest: int = LONGEST) -> str:
    """Return the part of a section that answers, at most `longest` characters where whole blocks allow it.

    A short section comes whole. Of a long one the best block comes with what introduces it and what follows while
    there is room; "…" marks what was left out.
    """
    if len(text_md) <= longest:
        return text_md.strip()
    parts = blocks(text_md)
    if not parts:
        return text_md.strip()[:longest]
    read = Reader(terms, language, thesaurus)
    values = [read.value(part) for part in parts]
    best = max(range(len(parts)), key=lambda at: (values[at], -at))
    first, last = _stretch(parts, best, longest)
    shown = "\n\n".join(_shortened(part, longest, read) for part in parts[first : last + 1])
    cut_off = last + 1 < len(parts) and not shown.endswith("…")
    return ("…\n\n" if first else "") + shown + ("\n\n…" if cut_off else "")


def _stretch(parts: Sequence[str], best: int, longest: int) -> tuple[int, int]:
    """Return the first and the last block to show: a list or table with its introduction, none without its list."""
    first = last = best
    if best and (_hangs(parts[best]) or _introduces(parts[best - 1])):
        first = best - 1
    size = sum(len(part) for part in parts[first : last + 1])
    while last + 1 < len(parts) and size + len(parts[last + 1]) <= longest:
        last += 1
        size += len(parts[last])
    if last + 1 < len(parts) and _introduces(parts[last]):
        last += 1 if last == best else -1
    return first, last


def _introduces(part: str) -> bool:
    """Return whether the block leads to the next one: "These count:", or a heading in bold."""
    text = part.strip()
    bold = text.startswith("**") and text.endswith("**") and "\n" not in text and "**" not in text[2:-2]
    return bold or text.rstrip("*_").endswith(":")


def _hangs(part: str) -> bool:
    """Return whether the block is a list, a quote or a table, which seldom says by itself what it is of."""
    return part.lstrip()[:1] in "-*+|>1" and not part.lstrip().startswith("**")


@dataclass(frozen=True, slots=True)
class Reader:
    """What a question looks for in a text: `terms` are stems and ideas, the language that of the text."""

    terms: set[str]
    language: str
    thesaurus: Thesaurus

    def value(self, part: str) -> float:
        """Return how many of the terms the text says; asked how much or how long, a number tips the scales."""
        said = len((self.terms - FRAMES) & _said(part, self.language, self.thesaurus))
        return said + (0.5 if not AMOUNTS.isdisjoint(self.terms) and _NUMBER.search(part) else 0.0)


@lru_cache(maxsize=1024)
def _said(part: str, language: str, known: Thesaurus) -> frozenset[str]:
    """Return the stems and ideas of a block; people ask for the same sections again and again."""
    sequence = stems(words(to_plain(part)), language)
    ideas = (idea for _, _, idea in known.ideas(sequence))
    return frozenset((*(stem for stem in sequence if stem not in STOP_STEMS), *ideas))


def _shortened(part: str, longest: int, read: Reader) -> str:
    """Shorten a block that is long by itself: a table to the rows asked for, anything else between lines."""
    lines = part.split("\n")
    if len(part) > longest and lines[0].lstrip().startswith("|") and len(lines) > _TABLE_HEAD:
        lines = _rows(lines, read)
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > 1.5 * longest:
            return "\n".join(kept or [part[: 2 * longest]]).rstrip() + "\n\n…"
        kept.append(line)
    return "\n".join(kept)


def _rows(lines: list[str], read: Reader) -> list[str]:
    """Return the head of a table with the rows that say most of what is asked, all of them where no row says more."""
    head, rows = lines[:_TABLE_HEAD], lines[_TABLE_HEAD:]
    values = [read.value(row) for row in rows]
    chosen = [row for row, value in zip(rows, values, strict=True) if value == max(values) and value > min(values)]
    return [*head, *chosen] if 0 < len(chosen) <= len(rows) // 2 else lines
