"""Turns text into search terms: stems of its words, and the ideas of the thesaurus that they express."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

import Stemmer

from deskbot.answers.hr_words import GROUPS
from deskbot.desk.folding import words

LANGUAGES = {
    "en": "english",
    "pt": "portuguese",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "it": "italian",
    "nl": "dutch",
}
_STOP = {
    "en": """
    a about after all also am an and any are as at be because been before being but by can could did do does
    doing don't done for from get gets getting go got had has have having he her here hey hi hello him his
    how i i'd i'll i'm i've if in into is it it's its just know let like many may me might more much must my
    myself need no not now of off on once one only or other our out over own please really she should so
    some something sure than thank thanks that that's the their them then there these they they're this
    those to too tell up us use used using very want was we we're were what what's when where where's which
    while who who's whom why will with won't would yes you you're your folks anybody anyone somebody someone
    everybody everyone give find show look help able ok hear here's there's whats im id ive dont cant
    doesn't didn't isn't can't i'd wanna gonna gotta still already yet ever maybe actually currently right
    """,
    "pt": """
    a ao aos as ate com como da das de dela dele deles do dos e ela ele eles em entre era essa esse esta
    este eu foi ha isso isto ja lhe mais mas me meu meus minha minhas muito na nas nem no nos nossa nosso
    num numa o onde os ou para pela pelo por porque posso preciso qual quais quando quanto quantos que quem
    quero saber se sem ser seu sua seus sao so sobre tambem tem tenho ter temos uma um umas uns voce fazer
    faco fica onde ola obrigado obrigada favor gostava devo
    """,
}
REACH = 4
_STEMMING = Lock()  # a stemmer keeps a cache of its own that threads must not share


@lru_cache(maxsize=16)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(LANGUAGES.get(language, "english"))


def stems(found: list[str], language: str) -> list[str]:
    """Return the stem of every folded word; words of a language without a stemmer are stemmed as English."""
    bare = [word[:-2] if word.endswith("'s") else word for word in found]
    with _STEMMING:
        stemmed: list[str] = _stemmer(language).stemWords(bare)
    return stemmed


STOP_WORDS: Mapping[str, frozenset[str]] = {language: frozenset(text.split()) for language, text in _STOP.items()}
STOP_STEMS = frozenset(
    stem for language, stop in STOP_WORDS.items() for stem in stems(sorted(stop), language)
) | frozenset(word for stop in STOP_WORDS.values() for word in stop)


@dataclass(frozen=True, slots=True, eq=False)
class Thesaurus:
    """Phrases of stems and the ideas that they express, each idea a term of its own (`@leave`).

    Two of them are the same only when they are one object, so that what was read with one can be looked up by it.
    `starts` gives for a stem how long the longest phrase is that begins with it.
    """

    phrases: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)

    def ideas(self, sequence: list[str]) -> list[tuple[int, int, str]]:
        """Return (first word, words, idea) for the phrases in the sequence of stems, longer phrases first.

        A word inside a longer phrase is not read again by itself: "paid time off" is no talk of pay.
        """
        out: list[tuple[int, int, str]] = []
        free, starts = 0, self.starts
        for at in [at for at, stem in enumerate(sequence) if stem in starts]:
            if at >= free:
                length, ideas = self.phrase_at(sequence, at)
                out += [(at, length, idea) for idea in ideas]
                free = at + length
        return out

    def phrase_at(self, sequence: list[str], at: int) -> tuple[int, tuple[str, ...]]:
        """Return the words of the longest phrase that starts here, and its ideas; (1, ()) where none does."""
        if longest := self.starts.get(sequence[at]):
            for length in range(min(longest, len(sequence) - at), 0, -1):
                if ideas := self.phrases.get(tuple(sequence[at : at + length])):
                    return length, ideas
        return 1, ()


def thesaurus(extra: Iterable[Iterable[str]] = ()) -> Thesaurus:
    """Return HR's own thesaurus with a customer's groups of synonyms added to it."""
    phrases: dict[tuple[str, ...], set[str]] = {}
    for line in GROUPS.strip().split("\n"):
        idea, _, members = line.partition(":")
        english, _, portuguese = members.partition(" ; ")
        _add(phrases, idea, english.split(","), "en")
        _add(phrases, idea, portuguese.split(","), "pt")
    for number, group in enumerate(extra):
        members_of_group = list(group)
        for language in ("en", "pt"):
            _add(phrases, f"own{number}", members_of_group, language)
    sorted_phrases = {phrase: tuple(sorted(ideas)) for phrase, ideas in phrases.items()}
    starts: dict[str, int] = {}
    for phrase in sorted_phrases:
        starts[phrase[0]] = max(starts.get(phrase[0], 0), len(phrase))
    return Thesaurus(sorted_phrases, starts)


def _add(phrases: dict[tuple[str, ...], set[str]], idea: str, members: Iterable[str], language: str) -> None:
    for member in members:
        phrase = tuple(stems(words(member), language))
        if phrase and len(phrase) <= REACH and not (len(phrase) == 1 and phrase[0] in STOP_STEMS):
            phrases.setdefault(phrase, set()).add("@" + idea)
