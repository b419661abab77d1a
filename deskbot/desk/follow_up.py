"""Whether a message goes on from the question before it: "and for part-timers?", "how much then", "is it paid?"."""

import re

_FEW = 4  # words: so short a message seldom says what it is about
_SHORT = 12  # words: a longer one names what its "it" or "that" stands for
_BEGINS = re.compile(
    r"\W*(and|but|or|also|then|so|what about|how about|what if|same for|not|no|even if|e|mas|ou|tamb[eé]m"
    r"|ent[aã]o|j[aá]|nem|n[aã]o)\b(?!-)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(tho|though|then|instead|too|as well|either|tamb[eé]m|ent[aã]o|afinal)\W*$", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(it|its|that|this|those|these|they|them|isso|isto|esse|essa|esses|essas|dele|dela|deles|nisso|disso)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def leans(text: str) -> bool:
    """Return whether the words lean on what was said before: they begin, end or point as a continuation does."""
    if _BEGINS.match(text) or _ENDS.search(text):
        return len(_WORD.findall(text)) <= 2 * _SHORT
    return _POINTS.search(text) is not None and len(_WORD.findall(text)) <= _SHORT


def is_fragment(text: str) -> bool:
    """Return whether there are too few words to tell by themselves what they are about."""
    return len(_WORD.findall(text)) <= _FEW
