"""A dictionary of English and Portuguese, to tell a misspelt word from one that no article happens to use."""

import gzip
import json
import zlib
from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from deskbot.desk.folding import fold

PACKAGE = "spellchecker"  # pyspellchecker: only its lists of words are read, which count how often films say each
LANGUAGES = ("en", "pt")
OFTEN = 60  # what was heard less often is too rare to tell from a slip


class Dictionary:
    """The words of the languages, folded; read when the first word is looked for, and once for all snapshots.

    Of each word 32 bits are kept: 400 kB for all, and one in forty thousand strings is taken for a word by mistake.
    """

    def __contains__(self, word: object) -> bool:
        sums = self._sums
        at = int(np.searchsorted(sums, _sum(str(word))))
        return at < len(sums) and int(sums[at]) == _sum(str(word))

    @cached_property
    def _sums(self) -> npt.NDArray[np.uint32]:
        return np.unique(np.fromiter((_sum(fold(word)) for word in _words()), np.uint32))


DICTIONARY = Dictionary()


def _sum(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _words() -> Iterator[str]:
    """Yield the usual words of the package's lists; none where the package is not installed."""
    spec = find_spec(PACKAGE)
    for folder in spec.submodule_search_locations or () if spec else ():
        for language in LANGUAGES:
            counts = json.loads(gzip.decompress((Path(folder) / "resources" / f"{language}.json.gz").read_bytes()))
            yield from (word for word, times in counts.items() if times >= OFTEN)
