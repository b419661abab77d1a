"""The passage of a section that answers: whole blocks, so that tables and lists survive."""

from functools import lru_cache

from markdown_it import MarkdownIt

from deskbot.answers.markdown import to_plain
from deskbot.answers.terms import STOP_STEMS, Thesaurus, stems
from deskbot.desk.folding import words

_BLOCKS = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
LONGEST = 900


@lru_cache(maxsize=512)
def blocks(markdown: str) -> tuple[str, ...]:
    """Return the top-level blocks of the text (paragraphs, whole lists, whole tables) as Markdown."""
    lines = markdown.split("\n")
    found = []
    for token in _BLOCKS.parse(markdown):
        if token.level == 0 and token.nesting >= 0 and token.map and token.type != "hr":
            block = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
            if to_plain(block).strip():
                found.append(block)
    return tuple(found)


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
    values = [_value(part, terms, language, thesaurus) for part in parts]
    best = max(range(len(parts)), key=lambda at: (values[at], -at))
    first = last = best
    if best and (parts[best].lstrip()[:1] in "-*+|1" or parts[best - 1].rstrip().endswith(":")):
        first = best - 1
    size = sum(len(part) for part in parts[first : last + 1])
    while last + 1 < len(parts) and size + len(parts[last + 1]) <= longest:
        last += 1
        size += len(parts[last])
    shown = "\n\n".join(_shortened(part, longest) for part in parts[first : last + 1])
    return ("…\n\n" if first else "") + shown + ("\n\n…" if last + 1 < len(parts) else "")


def _value(part: str, terms: set[str], language: str, thesaurus: Thesaurus) -> float:
    sequence = stems(words(to_plain(part)), language)
    said = {stem for stem in sequence if stem not in STOP_STEMS} | {idea for _, _, idea in thesaurus.ideas(sequence)}
    return float(len(terms & said))


def _shortened(part: str, longest: int) -> str:
    """Cut a very long block between lines; a table keeps its head because its first lines stay."""
    if len(part) <= 2 * longest:
        return part
    kept: list[str] = []
    size = 0
    for line in part.split("\n"):
        size += len(line)
        if size > 2 * longest:
            break
        kept.append(line)
    return "\n".join(kept or [part[: 2 * longest]]) + "\n\n…"
