"""Words of a text in any script, folded so that case and accents do not matter."""

import re
import unicodedata
from functools import lru_cache

# Scripts written without spaces: their words cannot be cut here, so runs become overlapping pairs.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:'[^\W_{_UNSPACED}]+)*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
# "W-2", "401(k)" and "e-mail" are one word, however they are written.
_ONE_WORD = re.compile(r"\b([a-z]{1,3})-(?=\d)|\b(\d+)\(([a-z])\)|\b([a-z])-(?=[a-z]{2})")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_UNSPACED_START = re.compile(rf"[{_UNSPACED}]")
_ENGLISH = "the a as an and or to of in is are my i you do does how what when where can for with on it we our"
_PORTUGUESE = """o a os as um uma e ou de da do dos das que nao em no na meu minha eu como quando onde posso para com
por quantos quanto tenho qual sao se ao pelo ola"""
_SMALL_WORDS = {"en": frozenset(_ENGLISH.split()), "pt": frozenset(_PORTUGUESE.split())}


def fold(text: str) -> str:
    """Return the text in small letters without accents or vowel marks; "Férias" and "FERIAS" fold to the same."""
    small = text.casefold()
    return small if small.isascii() else _BEYOND_ASCII.sub(_bare_match, small)


def _bare_match(found: re.Match[str]) -> str:
    return _bare(found.group())


@lru_cache(maxsize=10_000)
def _bare(run: str) -> str:
    """Return a run of letters beyond ASCII without its marks; a mark that follows a plain letter is a run too."""
    if run == "’":
        return "'"
    letters = "".join(c for c in unicodedata.normalize("NFKD", run) if unicodedata.category(c)[0] != "M")
    return unicodedata.normalize("NFC", letters).replace("’", "'")


def words(text: str) -> list[str]:
    """Return the folded words in order; Chinese, Japanese, Thai and the like come as overlapping pairs."""
    folded = _ONE_WORD.sub(r"\1\2\3\4", fold(text))
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    out: list[str] = []
    for word in _WORD.findall(folded):
        if _UNSPACED_START.match(word):
            out += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        else:
            out.append(word)
    return out


def language_of(text: str, default: str = "en") -> str:
    """Guess between English and Portuguese by small words and Portuguese letters; `default` when they say nothing."""
    lean = small_words_lean(words(text)) - any(c in "ãõçÃÕÇ" for c in text)
    if lean == 0:
        return default
    return "en" if lean > 0 else "pt"


def small_words_lean(found: list[str]) -> int:
    """Return how many more small words of English than of Portuguese are among the folded words."""
    english, portuguese = _SMALL_WORDS["en"], _SMALL_WORDS["pt"]
    return sum((word in english) - (word in portuguese) for word in found)
