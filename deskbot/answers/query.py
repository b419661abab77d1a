"""A question read for search: its weighted terms, its language, and which of its words the knowledge base never uses."""

from dataclasses import dataclass

from deskbot.answers.index import Index
from deskbot.answers.spelling import Speller
from deskbot.answers.terms import STOP_STEMS, STOP_WORDS, stems
from deskbot.desk.folding import language_of, words

IDEA_WEIGHT = 0.8
PAIR_WEIGHT = 0.6
MAX_WORDS = 120  # of a long message: enough to know what it is about


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: `terms` with weights, `content` the stems that carry meaning, `unknown` those nobody wrote.

    `repaired` maps a misspelt word to the word it was taken for.
    """

    terms: dict[str, float]
    content: tuple[str, ...]
    ideas: tuple[str, ...]
    unknown: tuple[str, ...]
    repaired: dict[str, str]
    language: str


def read_question(text: str, index: Index, speller: Speller) -> Query:
    """Read a question: repair its spelling, find its ideas before its small words go, and weigh its terms."""
    language = language_of(text, index.languages[0])
    found = words(text)[:MAX_WORDS]
    small = STOP_WORDS.get(language, STOP_WORDS["en"])
    repaired = {word: right for word in found if word not in small and (right := speller.repair(word))}
    sequence = [repaired.get(word, word) for word in found]
    stemmed = {code: stems(sequence, code) for code in dict.fromkeys((language, *index.languages)) if code}
    terms: dict[str, float] = {}
    ideas: list[str] = []
    for code, row in stemmed.items():
        for _, _, idea in index.thesaurus.ideas(row):
            terms[idea] = IDEA_WEIGHT
            ideas.append(idea)
        terms.update((f"{a} {b}", PAIR_WEIGHT) for a, b in zip(row, row[1:], strict=False))
        if code in index.languages:
            terms.update((stem, 1.0) for stem in row if stem not in STOP_STEMS)
    content = tuple(dict.fromkeys(stem for stem in stemmed[language] if stem not in STOP_STEMS))
    unknown = tuple(stem for stem in content if stem not in index.sections.number)
    return Query(terms, content, tuple(dict.fromkeys(ideas)), unknown, repaired, language)
