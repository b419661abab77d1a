"""Repairs misspelt words of a question against the words that the knowledge base itself uses."""

from collections import OrderedDict
from collections.abc import Container, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_REMEMBERED = 4096
_OFFERED = 8


class Speller:
    """The known words with how often they occur; unknown ones are matched to the nearest by letters changed.

    `real` are words of a language's dictionary: nobody misspelt those, even where no article uses them.
    """

    def __init__(self, counts: Mapping[str, int], real: Container[str] = frozenset()) -> None:
        self._counts = counts
        self._real = real
        self._alike: dict[tuple[str, int], list[str]] = {}  # by first letter and length: a few letters change little
        for word in self._counts:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                self._alike.setdefault((word[0], len(word)), []).append(word)
        self._memory: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def repairs(self, word: str) -> tuple[str, ...]:
        """Return the known words that may have been meant, likeliest first; none for a known, short or odd word."""
        if len(word) < _SHORTEST - 1 or word in self._counts or not word.isalpha() or word in self._real:
            return ()
        if word not in self._memory:
            if len(self._memory) >= _REMEMBERED:
                self._memory.popitem(last=False)
            self._memory[word] = self._nearest(word)
        return self._memory[word]

    def _nearest(self, word: str) -> tuple[str, ...]:
        if len(word) < _SHORTEST:
            return self._lengthened(word)
        allowed = 1 if len(word) < 8 else 2
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        candidates = [w for start in {*word[:2]} for length in lengths for w in self._alike.get((start, length), ())]
        near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        # The nearest, one with the same first letter, the most usual: the order of the files must not decide.
        order = sorted((d, known[0] != word[0], -self._counts[known], known) for known, d, _ in near)
        return tuple(known for *_, known in order[:_OFFERED])

    def _lengthened(self, word: str) -> tuple[str, ...]:
        """Return the words of four letters that this one of three may be short of one inside: "hme" is "home"."""
        first, middle, last = word[0], word[1], word[2]
        near = (w for w in self._alike.get((first, 4), ()) if w[3] == last and middle in w[1:3])
        return tuple(sorted(near, key=lambda known: (-self._counts[known], known))[:_OFFERED])
