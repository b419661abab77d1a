"""Checks that other words say what a passage says, before anybody reads them; in doubt the passage itself is shown.

Words cannot prove a meaning. So the checks are stricter than a good wording needs: numbers, negations, limits and
names are the passage's own, in its order and beside the same words, and a new word is one that says nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from deskbot.answers.binding_words import (
    CONDITIONS,
    DATES,
    DIRECTIONS,
    GLUE,
    IFS,
    LIMITS,
    NEGATIONS,
    NUMBERS,
    PLAIN,
    STRENGTHS,
    UNITS,
    VOICE,
)
from deskbot.answers.rephrasing import MARKER
from deskbot.answers.terms import STOP_STEMS, STOP_WORDS, stems
from deskbot.desk.folding import fold, small_words_lean, words

LONGER = 1.2
SUPPORTED = 0.8  # how many of the wording's content words the passage says
COVERED = 0.85  # how many of the passage's content words the wording says
OF_A_SENTENCE = 0.6  # the same for each sentence of the passage

_SPACES = re.compile(r"[\u00a0\u2007\u202f]")
_BULLET = re.compile(r"^\s*[*•–-]\s+", re.M)
_MARKS = frozenset("<>`|{}\\^~#@*[]_=")
_TYPOGRAPHIC = frozenset("“”‘’–—…€£°ºª·")
_LAST_LATIN = 0x17F
_EDGES = ".,;:!?()\"'“”‘’–—-…"
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SENTENCES = re.compile(r"[.!?;:](?=\s|$)|\n+")
_CLAUSES = re.compile(r"[,()–—]|\s-\s|\b(?:and|or|but|while|if|when|plus|e|ou|mas|se|quando|enquanto|mais)\b", re.I)
_PREPOSITIONS = re.compile(
    r"\b(?:to|from|in|on|at|by|for|with|without|of|until|before|after|within|under|over|than|during|that|which|who"
    r"|para|de|d[aeo]s?|em|n[ao]s?|por|pel[ao]s?|com|sem|até|antes|depois|após|que|quem|durante)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|" + _NUMBER.pattern)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The wording that may be shown, or "" and the reason why not, in one word for logs."""

    text: str = ""
    reason: str = ""


class _Text:
    """A text with what is compared of it, each worked out once."""

    def __init__(self, text: str, language: str, title: str = "") -> None:
        self.text = text
        self.language = language
        self.title = title

    @cached_property
    def said(self) -> list[str]:
        """The folded words in order."""
        return words(self.text)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """What stands between spaces, without punctuation at its edges."""
        return frozenset(fold(part.strip(_EDGES)) for part in self.text.split())

    @cached_property
    def names(self) -> frozenset[str]:
        """The words that stand with a capital alone: names, and some that only begin a sentence."""
        found = _WORD.findall(self.text)
        plain = {word for word in found if word[0].islower()} | STOP_WORDS[self.language]
        return frozenset(fold(word) for word in found if word[0].isupper() and fold(word) not in plain)

    @cached_property
    def content(self) -> list[str]:
        """The stems of the words that carry meaning."""
        return _content(self.text, self.language)

    @cached_property
    def known(self) -> set[str]:
        """The stems that another wording may use: those of the text and of the title above it."""
        return {*self.content, *_content(self.title, self.language)}

    @cached_property
    def sentences(self) -> list[str]:
        return [part for part in _SENTENCES.split(self.text) if part.strip(_EDGES + " ")]

    @cached_property
    def clauses(self) -> list["_Clause"]:
        parts = (part for sentence in self.sentences for part in _CLAUSES.split(sentence))
        return [_clause(part, self.language) for part in parts if part.strip(_EDGES + " ")]

    @cached_property
    def phrases(self) -> list[list[str]]:
        """The content of each stretch without a preposition, in order."""
        stretches = (part for clause in _CLAUSES.split(self.text) for part in _SENTENCES.split(clause) if part)
        return [_content(part, self.language) for stretch in stretches for part in _PREPOSITIONS.split(stretch)]

    @cached_property
    def amounts(self) -> list[tuple[str, str]]:
        """Numbers in order, each with its unit."""
        return list(_amounts(self.text))

    def count(self, closed: frozenset[str]) -> Counter[str]:
        """Count the words of a closed class."""
        return Counter(word for word in self.said if word in closed)


@dataclass(frozen=True, slots=True)
class _Clause:
    stems: frozenset[str]
    numbers: frozenset[str]
    negated: bool


def faithful(answer: str, passage: str, language: str, title: str = "") -> Verdict:
    """Return the wording in a model's answer without its marker, when it cites and says what the passage says.

    Words of the `title` above the passage may be used, so that "them" can be called by its name.
    """
    if len(answer) > LONGER * len(passage) + len(MARKER) + 1:
        return Verdict(reason="long")
    tidy = _tidied(answer)
    if not tidy.endswith(MARKER):
        return Verdict(reason="uncited")
    new, old = _Text(tidy.replace(MARKER, "").strip(), language), _Text(passage, language, title)
    if new.said == old.said:
        return Verdict(reason="unchanged")
    for reason, holds in _CHECKS:
        if not holds(new, old):
            return Verdict(reason=reason)
    return Verdict("\n".join(line.strip() for line in new.text.split("\n")))


def _tidied(answer: str) -> str:
    """Return the answer with ordinary spaces and hyphens, lists as `- ` and without bold."""
    text = _SPACES.sub(" ", answer.strip()).replace("\r\n", "\n").replace("\u2011", "-").replace("**", "")
    text = re.sub(rf"\s*{re.escape(MARKER)}([.!])", rf"\1 {MARKER}", text)
    return _BULLET.sub("- ", text)


def _content(text: str, language: str) -> list[str]:
    return [
        stem for stem in stems([word for word in words(text) if word not in GLUE], language) if stem not in STOP_STEMS
    ]


def _clause(text: str, language: str) -> _Clause:
    found = frozenset(_content(text, language))
    numbers = frozenset(_NUMBER.findall(text))
    return _Clause(found - numbers, numbers, any(_negates(word) for word in words(text)))


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")


def _amounts(text: str) -> Iterator[tuple[str, str]]:
    parts = [fold(part) for part in _WORD.findall(text)]
    for at, part in enumerate(parts):
        if part[0].isdigit():
            after = parts[at + 1 : at + 4]
            until = next((place for place, word in enumerate(after) if word[0].isdigit()), len(after))
            yield part, next((UNITS[word] for word in after[:until] if word in UNITS), "")


# --- The checks: each takes the wording and the passage, and says whether it holds ----------------------------------


def _plain_characters(new: _Text, old: _Text) -> bool:
    """Only letters of Europe and common punctuation; nothing that a channel could read as mark-up, link or mention."""
    if _MARKS.intersection(new.text):
        return False
    usual = (char == "\n" or char.isprintable() for char in new.text)
    latin = (ord(char) <= _LAST_LATIN or char in _TYPOGRAPHIC or char in old.text for char in new.text)
    return all(usual) and all(latin)


def _own_tokens(new: _Text, old: _Text) -> bool:
    """Numbers, codes, addresses, commands and everything else that is no plain word stand so in the passage."""
    for part in new.text.split():
        bare = part.strip(_EDGES)
        if part.lstrip(_EDGES).startswith(("/", "\\")) or "://" in part or "www." in fold(part):
            return False
        if re.search(r"[^\W\d_][:/.][^\W\d_]", bare) and fold(bare) not in old.tokens:
            return False
        if not re.fullmatch(r"(?:[^\W\d_]|['’\-–])*", bare) and fold(bare) not in old.tokens:
            return False
    return not re.search(r":[a-z0-9_+-]+:", new.text)


def _same_amounts(new: _Text, old: _Text) -> bool:
    return new.amounts == old.amounts and all(new.count(closed) == old.count(closed) for closed in (NUMBERS, DATES))


def _same_negations(new: _Text, old: _Text) -> bool:
    return sum(map(_negates, new.said)) == sum(map(_negates, old.said))


def _same_limits(new: _Text, old: _Text) -> bool:
    """Each limit is kept, none is added, and no condition is lost."""
    kept = new.count(CONDITIONS).total() >= old.count(IFS).total()
    return kept and new.count(LIMITS[new.language]) == old.count(LIMITS[old.language])


def _same_strength(new: _Text, old: _Text) -> bool:
    """What must be, may be, should be, and what holds for all: present in both or in neither."""
    return all(bool(new.count(closed)) == bool(old.count(closed)) for closed in STRENGTHS)


def _own_names(new: _Text, old: _Text) -> bool:
    """A word with a capital is the passage's, names come in its order; a sentence may begin with a small word."""
    small, said = STOP_WORDS[new.language], {*old.said, *words(old.title)}
    if [word for word in new.said if word in old.names] != [word for word in old.said if word in old.names]:
        return False
    for sentence in _SENTENCES.split(new.text):
        for at, word in enumerate(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)):
            known = fold(word) in old.tokens or (at == 0 and fold(word) in small)
            if word[0].isupper() and not known and not set(words(word)) <= said:
                return False
    return True


def _its_voice(new: _Text, old: _Text) -> bool:
    """Nobody speaks in it but the passage: no "I", no apology, no question that the passage does not ask."""
    return all(new.text.count(mark) <= old.text.count(mark) for mark in "?!") and not (
        (VOICE & set(new.said)) - set(old.said)
    )


def _same_language(new: _Text, old: _Text) -> bool:
    lean, before = small_words_lean(new.said), small_words_lean(old.said)
    return (lean > 0) == (before > 0) and (lean < 0) == (before < 0)


def _supported(new: _Text, old: _Text) -> bool:
    """Hardly a new word, only such as say nothing, and none where a number, a negation or a limit stands."""
    known = old.known
    if not new.content or _share(new.content, known) < SUPPORTED:
        return False
    harmless = known.union(stems(sorted(PLAIN), new.language))
    return all(
        _share(_content(sentence, new.language), known if _binds(sentence, new.language) else harmless) == 1
        for sentence in new.sentences
    )


def _binds(sentence: str, language: str) -> bool:
    said = words(sentence)
    return bool(_NUMBER.search(sentence)) or any(
        _negates(word) or word in LIMITS[language] or word in NUMBERS or word in DATES for word in said
    )


def _share(found: list[str], known: set[str]) -> float:
    return sum(stem in known for stem in found) / len(found) if found else 1.0


def _covered(new: _Text, old: _Text) -> bool:
    """Nothing of weight is left out, and nothing is said over and over."""
    said, before = Counter(new.content), Counter(old.content)
    if _share(sorted(before), set(said)) < COVERED or any(count > before[stem] + 1 for stem, count in said.items()):
        return False
    return all(_share(_content(sentence, old.language), set(said)) >= OF_A_SENTENCE for sentence in old.sentences)


def _unmixed(new: _Text, old: _Text) -> bool:
    """A number stands with no word that the passage says only of other numbers, a negation with none it spares."""
    return not any(_strays(stem, clause, old) for clause in new.clauses for stem in clause.stems)


def _strays(stem: str, clause: _Clause, old: _Text) -> bool:
    there = [one for one in old.clauses if stem in one.stems]
    if not there:
        return False
    if clause.negated and not any(one.negated for one in there):
        return True
    return bool(clause.numbers) and all(one.numbers and not one.numbers & clause.numbers for one in there)


def _directed(new: _Text, old: _Text) -> bool:
    """What follows "before", "until", "or", "to" and the like in the wording follows the same word in the passage."""
    return set(_followers(new)) <= set(_followers(old))


def _followers(text: _Text) -> Iterator[tuple[str, str]]:
    leading = LIMITS[text.language] | DIRECTIONS
    for sentence in text.sentences:
        said = words(sentence)
        for at, word in enumerate(said):
            if word in leading and (after := _content(" ".join(said[at + 1 :]), text.language)):
                yield word, after[0]


def _in_order(new: _Text, old: _Text) -> bool:
    """Within a phrase words keep their order: who tells whom, and what comes of what."""
    phrases = [_places(phrase) for phrase in old.phrases]
    return not any(
        _turned(first, second, phrases)
        for phrase in new.phrases
        for first, second in pairwise(phrase)
        if first != second
    )


def _places(phrase: list[str]) -> dict[str, int]:
    return {stem: at for at, stem in reversed(list(enumerate(phrase)))}


def _turned(first: str, second: str, phrases: list[dict[str, int]]) -> bool:
    both = [one for one in phrases if first in one and second in one]
    return bool(both) and all(one[first] > one[second] for one in both)


_CHECKS: tuple[tuple[str, Callable[[_Text, _Text], bool]], ...] = (
    ("marks", _plain_characters),
    ("tokens", _own_tokens),
    ("numbers", _same_amounts),
    ("negations", _same_negations),
    ("limits", _same_limits),
    ("strength", _same_strength),
    ("names", _own_names),
    ("voice", _its_voice),
    ("language", _same_language),
    ("unsupported", _supported),
    ("left_out", _covered),
    ("mixed", _unmixed),
    ("turned", _directed),
    ("turned", _in_order),
)
