"""Makes knowledge bases of any size for benchmarks: sentences of real handbooks, recombined with new words."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from deskbot.answers.articles import Section, parse_page

KB = Path(__file__).resolve().parent.parent / "tests" / "data" / "kb"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")
_SYLLABLES = "ba co di fu ga hel in jo kra lu men no or pal qui ro sta tu ul ver wi xo yan zel".split()  # noqa: SIM905


def real_pages() -> dict[str, str]:
    """Return the handbook pages that come with the tests, path → text."""
    return {path.relative_to(KB).as_posix(): path.read_text(encoding="utf-8") for path in sorted(KB.rglob("*.md"))}


def pages(sections: int, seed: int = 1) -> dict[str, str]:
    """Return pages with about `sections` sections in all: the real ones, then seeded recombinations of them."""
    out = real_pages()
    real = [section for rel, text in out.items() for section in parse_page(text, rel).sections]
    made, number = len(real), 0
    chance = random.Random(seed)
    headings, sentences = _headings(real), _sentences(real)
    while made < sections:
        parts = [_section(chance, headings, sentences) for _ in range(min(chance.randint(3, 15), sections - made))]
        out[f"made/{number % 97}/page-{number}.md"] = f"# {chance.choice(headings)}\n\n" + "\n\n".join(parts)
        made += len(parts) + 1
        number += 1
    return out


def _headings(real: list[Section]) -> list[str]:
    return [section.title for section in real if section.title]


def _sentences(real: list[Section]) -> list[str]:
    return [part for section in real for part in _SENTENCE.split(section.text_md) if 20 < len(part) < 400]


def _section(chance: random.Random, headings: list[str], sentences: list[str]) -> str:
    body = " ".join(_renewed(chance, chance.choice(sentences)) for _ in range(chance.randint(2, 8)))
    return f"## {_renewed(chance, chance.choice(headings))}\n\n{body}"


def _renewed(chance: random.Random, sentence: str) -> str:
    """Put a word nobody wrote yet into one sentence of twelve: about what real corpora do as they grow."""
    if chance.random() > 1 / 12:
        return sentence
    return sentence + " " + "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))


def questions(count: int, seed: int = 2) -> Iterator[str]:
    """Yield questions of employees, a third of them with a slip of the keyboard."""
    chance = random.Random(seed)
    asked = [line for line in (KB / "questions.jsonl").read_text(encoding="utf-8").splitlines() if line]
    texts = [re.sub(r'.*"question": "((?:[^"\\]|\\.)*)".*', r"\1", line) for line in asked]
    for number in range(count):
        text = texts[number % len(texts)]
        yield _slip(chance, text) if number % 3 == 0 else text


def _slip(chance: random.Random, text: str) -> str:
    """Swap two neighbouring letters of one long word."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return text
    at = chance.choice(long)
    place = chance.randint(1, len(words[at]) - 3)
    word = words[at]
    words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)
