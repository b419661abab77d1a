"""What is questionable about the sections of knowledge pages: too long, empty, doubled, or found by nobody."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, zip_longest

from rapidfuzz import fuzz

from deskbot.answers.articles import Article, Section
from deskbot.answers.audience import Audience, AudienceRule
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.markdown import to_plain
from deskbot.desk.folding import fold, words

Note = tuple[str, int, str, str, str]
"""The article's path, the line, the severity, the rule, and the sentence."""

LONGEST = 600  # words of a section: about two minutes of reading, and more than any channel quotes
DOUBLE_FROM = 40  # words: shorter texts may be the same by chance ("Choose Ask HR")
DOUBLE_RATIO = 90  # per cent of the letters in common
_SHINGLE = 6
_SAMPLES = 4
_BLOCK = 60
_FIRST = 3  # an article that no question brings among the first three is not found by people
_LEFTOVER = re.compile(
    r"\{%[^{}\n]{0,200}%\}|\{\{[^{}\n]{0,200}\}\}|</?(?:div|span|font|p|table|tr|td|center)\b[^<>\n]*>"
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


def section_notes(knowledge: Knowledge) -> Iterator[Note]:
    """Yield every finding about sections; the time grows with the pages, never with their square."""
    for section in knowledge.sections:
        yield from _length(section)
        yield from _leftovers(section)
    yield from _empty(knowledge.sections)
    yield from _doubles(knowledge.sections)
    yield from _colliding_aliases(knowledge.articles)
    yield from _unreachable(knowledge)


def _note(section: Section, severity: str, rule: str, message: str) -> Note:
    return section.article.path, section.line, severity, rule, message


def _length(section: Section) -> Iterator[Note]:
    count = len(to_plain(section.text_md).split())
    if count > LONGEST:
        message = f"'{section.title}' has {count} words; people read the first {LONGEST} at most: split it by headings"
        yield _note(section, "warning", "too-long-section", message)


def _leftovers(section: Section) -> Iterator[Note]:
    if found := _LEFTOVER.search(_CODE.sub("", section.text_md)):
        message = f"'{found.group()}' is left over from another program and is not shown; write it as Markdown"
        yield _note(section, "warning", "leftover", message)


def _empty(sections: Sequence[Section]) -> Iterator[Note]:
    """Yield headings without a text whose page does not go on with a smaller heading under them."""
    for section, after in zip_longest(sections, sections[1:]):
        goes_on = after is not None and after.article is section.article and after.level > section.level
        if not section.text_md.strip() and not goes_on:
            message = f"there is nothing under '{section.title}'; write a text or take the heading out"
            yield _note(section, "warning", "empty-section", message)


def _doubles(sections: Iterable[Section]) -> Iterator[Note]:
    """Yield sections that say the same as one before, in the same language and for people who may read both."""
    blocks: dict[int, list[tuple[Section, str]]] = {}
    for section in sections:
        said = words(to_plain(section.text_md))
        if len(said) >= DOUBLE_FROM:
            for key in _samples(said):
                blocks.setdefault(key, []).append((section, " ".join(said)))
    told: set[str] = set()
    for block in blocks.values():
        for (one, first), (other, second) in combinations(block[:_BLOCK], 2):
            meet = other.id not in told and _meets(one.article, other.article)
            if meet and fuzz.ratio(first, second, score_cutoff=DOUBLE_RATIO):
                told.add(other.id)
                message = f"'{other.title}' says nearly the same as {one.id}; keep one and link to it"
                yield _note(other, "warning", "duplicate-section", message)


def _samples(said: list[str]) -> list[int]:
    """Return numbers that texts with long passages in common share: the smallest hashes of their runs of words."""
    runs = {" ".join(said[at : at + _SHINGLE]) for at in range(len(said) - _SHINGLE + 1)}
    hashes = (int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest()) for run in runs)
    return sorted(hashes)[:_SAMPLES]


def _meets(one: Article, other: Article) -> bool:
    """Return whether somebody may meet both articles when they ask in one language."""
    return one.language == other.language and overlap(one.audience, other.audience)


def overlap(one: AudienceRule, other: AudienceRule) -> bool:
    """Return whether one person may be in both audiences."""
    pairs = ((one.country, other.country), (one.contract, other.contract))
    return not any(here and there and here.isdisjoint(there) for here, there in pairs)


def _colliding_aliases(articles: Sequence[Article]) -> Iterator[Note]:
    """Yield aliases that another article has as its alias or title: people who say it get one of the two by chance."""
    titled: dict[str, list[Article]] = {}
    for article in articles:
        titled.setdefault(fold(article.title), []).append(article)
    taken: dict[str, list[Article]] = {}
    for article in articles:
        for alias in dict.fromkeys(map(fold, article.aliases)):
            others = (*taken.get(alias, ()), *titled.get(alias, ()))
            other = next((one for one in others if one is not article and _meets(one, article)), None)
            if other is not None:
                message = f"'{alias}' names {other.path} too; people who say it get one of the two, so take one out"
                yield article.path, 1, "warning", "alias-collides", message
            taken.setdefault(alias, []).append(article)


def _unreachable(knowledge: Knowledge) -> Iterator[Note]:
    """Yield articles that not one of their own titles and headings, asked as a question, brings among the first."""
    headings: dict[str, list[str]] = {}
    for section in knowledge.sections:
        headings.setdefault(section.article.path, []).append(section.title)
    for article in knowledge.articles:
        asked = dict.fromkeys([article.title, *article.aliases, *headings.get(article.path, ())])
        asker = reader(article)
        if not any(_found(knowledge, article, question, asker) for question in asked):
            message = (
                "no question in its own words finds it: give it a title, headings and aliases that people would say"
            )
            yield article.path, 1, "warning", "unreachable", message


def _found(knowledge: Knowledge, article: Article, question: str, asker: Audience) -> bool:
    ranked = knowledge.find(question, asker, article.language, top=_FIRST).ranked[:_FIRST]
    return any(section.article is article for section, _ in ranked)


def reader(article: Article) -> Audience:
    """Return somebody whom the article is for."""
    rule = article.audience
    return Audience(
        country=next(iter(sorted(rule.country)), "").upper(),
        contract=next(iter(sorted(rule.contract)), ""),
        is_manager="managers" in rule.words,
        roles=frozenset(rule.role) or frozenset({"hr"} if "hr" in rule.words else ()),
        language=article.language,
    )
