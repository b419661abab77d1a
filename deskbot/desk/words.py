"""The words of a text as rules see them: accents folded, endings cut (English, Portuguese), slips forgiven."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence

import Stemmer
from rapidfuzz.distance import OSA

GAP = "..."
MAX_CHARACTERS = 10_000
_GAP_WORDS = 4
_FUZZY_LENGTH = 5
_LONGEST_WORD = 40
_SLIPS_FORGIVEN = 400
_MEMO_SIZE = 50_000
_ACCENTS = dict.fromkeys(code for code in range(0x300, 0x3100) if unicodedata.combining(chr(code)))
_TOKEN = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"['’](?:s\b)?")
# The stemmers' own caches are switched off: every vocabulary remembers what it looked up.
_ENGLISH = Stemmer.Stemmer("english", 0)
_PORTUGUESE = Stemmer.Stemmer("portuguese", 0)
_STEMMING = threading.Lock()


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFKD", lower).translate(_ACCENTS)


def tokens(text: str) -> list[str]:
    """Return the words of a text in order, in lower case with their accents; only its first 10,000 characters count."""
    lower = text[:MAX_CHARACTERS].lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFC", lower)
    if "'" in lower or "’" in lower:
        lower = _APOSTROPHE.sub("", lower)
    return _TOKEN.findall(lower)


def stems(token: str) -> tuple[str, tuple[str, ...]]:
    """Return the English stem of a word, and the Portuguese ones: people leave accents out, so both ways are tried.

    Two words are forms of one when they share the English stem or a Portuguese one.
    """
    if token.isascii():
        with _STEMMING:
            english, portuguese = _ENGLISH.stemWord(token), _PORTUGUESE.stemWord(token)
        return english, (token, portuguese) if len(portuguese) >= 4 else (token,)
    folded = fold(token)
    with _STEMMING:
        english = _ENGLISH.stemWord(folded)
        found = folded, _PORTUGUESE.stemWord(folded), fold(_PORTUGUESE.stemWord(token))
    return english, (folded, *(stem for stem in found[1:] if len(stem) >= 4))


def same_word(one: str, other: str) -> bool:
    """Tell whether two tokens are forms of one word."""
    (english, portuguese), (english_too, portuguese_too) = stems(one), stems(other)
    return english == english_too or not set(portuguese).isdisjoint(portuguese_too)


def phrase(term: str) -> tuple[str, ...]:
    """Return the parts of a term as written in a rule: words, `...` for up to four words between, `=word` as it is."""
    parts: list[str] = []
    for piece in term.split():
        if piece in (GAP, "…"):
            parts.append(GAP)
        elif piece.startswith("="):
            parts.extend("=" + fold(token) for token in tokens(piece))
        else:
            parts.extend(tokens(piece))
    return tuple(parts)


class Vocabulary:
    """The words that rules speak of, numbered; `known` are words that are never taken for a slip of one of these."""

    def __init__(self, words: Iterable[str], known: Iterable[str] = ()) -> None:
        self.words = tuple(dict.fromkeys(words))
        self.number = {word: number for number, word in enumerate(self.words)}
        self._known = {fold(word) for word in known}
        self._exactly: dict[str, list[int]] = {}
        self._english: dict[str, list[int]] = {}
        self._portuguese: dict[str, list[int]] = {}
        self._by_slip: dict[str, list[int]] = {}
        self._memo: dict[str, tuple[int, ...]] = {}
        for number, word in enumerate(self.words):
            self._enter(number, word)

    def _enter(self, number: int, word: str) -> None:
        if word.startswith("="):
            self._exactly.setdefault(word[1:], []).append(number)
            return
        english, portuguese = stems(word)
        self._english.setdefault(english, []).append(number)
        for stem in set(portuguese):
            self._portuguese.setdefault(stem, []).append(number)
        for slip in set(_slips(fold(word))):
            self._by_slip.setdefault(slip, []).append(number)

    def numbers(self, token: str) -> tuple[int, ...]:
        """Return the numbers of the words that this token is a form, or a slip, of."""
        found = self._memo.get(token)
        if found is None:
            if len(self._memo) >= _MEMO_SIZE:
                self._memo.clear()
            found = self._memo[token] = self._look_up(token)
        return found

    def _look_up(self, token: str) -> tuple[int, ...]:
        found = self._forms(*stems(token))
        return tuple(found or self._misspelt(fold(token)))

    def _forms(self, english: str, portuguese: tuple[str, ...]) -> set[int]:
        """Return the words that share a stem, or that are wanted exactly so."""
        found = {*self._english.get(english, ()), *self._exactly.get(portuguese[0], ())}
        for stem in portuguese:
            if stem in self._portuguese:
                found.update(self._portuguese[stem])
        return found

    def _misspelt(self, folded: str) -> set[int]:
        """Return the words that are one slip of the finger away: a letter more, less, other, or two swapped."""
        if not _FUZZY_LENGTH <= len(folded) <= _LONGEST_WORD or folded in self._known or not folded.isalpha():
            return set()
        slips = self._by_slip
        near = {number for slip in _slips(folded) if slip in slips for number in slips[slip]}
        return {number for number in near if _one_slip(folded, fold(self.words[number]))}

    def read(self, text: str) -> list[tuple[int, ...]]:
        """Return for each word of the text the numbers of the words it stands for.

        Slips are forgiven in messages of up to 400 words; beyond that the work would be out of proportion.
        """
        said = tokens(text)
        known = self._memo.get
        if len(said) <= _SLIPS_FORGIVEN:
            return [found if (found := known(token)) is not None else self.numbers(token) for token in said]
        return [tuple(self._forms(*stems(token))) for token in said]


def _slips(word: str) -> list[str]:
    """Return the word and what is left of it without any one letter: two words one slip apart share one of these."""
    if not _FUZZY_LENGTH <= len(word) <= _LONGEST_WORD:
        return []
    return [word, *[word[:place] + word[place + 1 :] for place in range(len(word))]]


def _one_slip(said: str, word: str) -> bool:
    same_start = said[0] == word[0] or said[:2] == word[1::-1]
    return same_start and OSA.distance(said, word, score_cutoff=1) <= 1


def occurs(parts: Sequence[int | None], text: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether the numbered words follow one another in the text; None allows up to four words between."""
    first = parts[0]
    for place, here in enumerate(text):  # noqa: SIM110 - a plain loop takes half the time of any().
        if first in here and _follows(parts, 1, text, place + 1):
            return True
    return False


def _follows(parts: Sequence[int | None], part: int, text: Sequence[tuple[int, ...]], place: int) -> bool:
    while part < len(parts):
        wanted = parts[part]
        if wanted is None:
            reach = range(place, min(place + _GAP_WORDS + 1, len(text)))
            return any(parts[part + 1] in text[at] and _follows(parts, part + 2, text, at + 1) for at in reach)
        if place >= len(text) or wanted not in text[place]:
            return False
        part, place = part + 1, place + 1
    return True
