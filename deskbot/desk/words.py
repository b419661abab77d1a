"""The words of a text as rules see them: accents folded, endings cut (English, Portuguese), slips forgiven."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import Stemmer
from rapidfuzz.distance import OSA

GAP = "..."
MAX_CHARACTERS = 10_000
_GAP_WORDS = 4
_FUZZY_LENGTH = 5
_MEMO_SIZE = 50_000
_TOKEN = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"['’](?:s\b)?")
_ENGLISH = Stemmer.Stemmer("english")
_PORTUGUESE = Stemmer.Stemmer("portuguese")
_STEMMING = threading.Lock()


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Return the words of a text in order, in lower case with their accents; only its first 10,000 characters count."""
    lower = text[:MAX_CHARACTERS].lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFC", lower)
    if "'" in lower or "’" in lower:
        lower = _APOSTROPHE.sub("", lower)
    return _TOKEN.findall(lower)


def stems(token: str) -> set[str]:
    """Return what two forms of one word have in common, by language; people leave accents out, so both are tried."""
    folded = fold(token)
    with _STEMMING:
        english = _ENGLISH.stemWord(folded)
        portuguese = {_PORTUGUESE.stemWord(folded), fold(_PORTUGUESE.stemWord(token))}
    kept = {f"pt:{stem}" for stem in portuguese if len(stem) >= 4}
    return {f"en:{english}", f"pt:{folded}", *kept}


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
        self._by_stem: dict[str, list[int]] = {}
        self._by_slip: dict[str, list[int]] = {}
        self._memo: dict[str, tuple[int, ...]] = {}
        for number, word in enumerate(self.words):
            self._enter(number, word)

    def _enter(self, number: int, word: str) -> None:
        if word.startswith("="):
            self._by_stem.setdefault(word, []).append(number)
            return
        for stem in stems(word):
            self._by_stem.setdefault(stem, []).append(number)
        for slip in _slips(fold(word)):
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
        folded = fold(token)
        keys = [*stems(token), f"={folded}"]
        found = {number for key in keys for number in self._by_stem.get(key, ())}
        return tuple(sorted(found or self._misspelt(folded)))

    def _misspelt(self, folded: str) -> set[int]:
        """Return the words that are one slip of the finger away: a letter more, less, other, or two swapped."""
        if len(folded) < _FUZZY_LENGTH or folded in self._known or not folded.isalpha():
            return set()
        near = {number for slip in _slips(folded) for number in self._by_slip.get(slip, ())}
        return {number for number in near if _one_slip(folded, fold(self.words[number]))}

    def read(self, text: str) -> list[tuple[int, ...]]:
        """Return for each word of the text the numbers of the words it stands for."""
        known = self._memo.get
        return [found if (found := known(token)) is not None else self.numbers(token) for token in tokens(text)]


def _slips(word: str) -> Iterator[str]:
    """Yield the word and what is left of it without any one letter: two words one slip apart share one of these."""
    if len(word) >= _FUZZY_LENGTH:
        yield word
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


def _one_slip(said: str, word: str) -> bool:
    same_start = said[0] == word[0] or said[:2] == word[1::-1]
    return same_start and OSA.distance(said, word, score_cutoff=1) <= 1


def occurs(parts: Sequence[int | None], text: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether the numbered words follow one another in the text; None allows up to four words between."""
    first = parts[0]
    return any(first in here and _follows(parts, 1, text, place + 1) for place, here in enumerate(text))


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
