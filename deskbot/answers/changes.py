"""What changed between two texts of a section: a matter of substance, with its reasons, or of spelling and form alone.

People are corrected after a change of substance, so a doubt counts as one: everything is substance but what is known
to be none. That is spelling (one side is no word), case, accents, punctuation, mark-up, where a link leads, the order
of sentences and bullets, plural and singular, another way of writing a number or date, small words, and a few words
that stand for one another.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from deskbot.answers.change_units import Unit, Word, units
from deskbot.answers.change_words import ACTORS, MODALS, NEGATIONS, OPPOSING, REAL, SCOPE, TURNED
from deskbot.answers.quote import blocks
from deskbot.desk.folding import fold, words

ReasonKind = Literal["number", "negation", "modal", "limit", "name", "contact", "mark", "wording", "added", "removed"]
Side = Literal["same", "before", "after"]
Known = Callable[[str], bool]
MOVED_AT_LEAST = 0.6
_SPOKEN_AROUND = 2
_LONGEST_RUN = 14
_MOST_COMPARED = 4_000_000  # words times words: beyond that a comparison takes seconds


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed in substance, as it was and as it is; one of the two may be empty."""

    kind: ReasonKind
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before or '–'} → {self.after or '–'}"


@dataclass(frozen=True, slots=True)
class Change:
    """Whether the people who were told the text before need to know, and why."""

    material: bool
    reasons: tuple[Reason, ...] = ()


def _nothing_known(word: str) -> bool:
    return False


def compare(before: str, after: str, titles: tuple[str, str] = ("", ""), known: Known = _nothing_known) -> Change:
    """Compare two texts of one section, in Markdown, with their headings.

    `known` tells of a folded word whether other texts use it: a word that is known is no slip of the pen.
    """
    reasons = (*_heading(*titles), *_body(before, after, known))
    return Change(bool(reasons), tuple(dict.fromkeys(reasons)))


def _heading(before: str, after: str) -> Iterator[Reason]:
    """Yield what a new heading changes of substance: only whom, where, when and how much it is about."""
    old, new = (_headline(title) for title in (before, after))
    gone = [word for key, word in old.items() if key not in new]
    come = [word for key, word in new.items() if key not in old]
    if before and after and (gone or come):
        yield Reason("name", before, after)


def _headline(title: str) -> dict[str, Word]:
    said = [word for unit in units(title) for word in unit.words]
    titled = sum(word.kind == "name" for word in said) > len(said) / 3  # every word begins with a capital letter
    kinds = {"number", "rule", "contact", "mark"} | (set() if titled else {"name"})
    return {word.key: word for word in said if word.kind in kinds or word.key in SCOPE}


def _body(before: str, after: str, known: Known) -> Iterator[Reason]:
    old, new = _differing(units(before), units(after))
    left = [word for unit in old for word in unit.words]
    right = [word for unit in new for word in unit.words]
    if len(left) * len(right) > _MOST_COMPARED:
        yield Reason("wording", _said(left), _said(right))
        return
    matcher = SequenceMatcher(None, [word.key for word in left], [word.key for word in right], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield from _run(left, right, (a, b, c, d), known)


def _differing(before: Sequence[Unit], after: Sequence[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Leave out what is on both sides, wherever it stands; numbered steps count by their place among the steps."""
    old, new = (list(_by_place(side)) for side in (before, after))
    there, here = Counter(key for key, _ in new), Counter(key for key, _ in old)
    return [unit for key, unit in old if _take(there, key)], [unit for key, unit in new if _take(here, key)]


def _take(among: Counter[object], key: object) -> bool:
    """Return whether a unit has no partner left on the other side."""
    among[key] -= 1
    return among[key] < 0


def _by_place(side: Iterable[Unit]) -> Iterator[tuple[object, Unit]]:
    place = 0
    for unit in side:
        place = place + 1 if unit.step else 0
        yield (place, *unit.key[1:]), unit


def _run(left: list[Word], right: list[Word], span: tuple[int, int, int, int], known: Known) -> Iterator[Reason]:
    a, b, c, d = span
    old, new = left[a:b], right[c:d]
    if "".join(word.key for word in old) == "".join(word.key for word in new) and not _has(old, "number"):
        return
    if _actors(old) and _actors(new) and _actors(old) != _actors(new):
        yield Reason("wording", _said(old), _said(new))
        return
    heavy_old, heavy_new = _heavy(old), _heavy(new)
    pairs = _paired(heavy_old, heavy_new)
    wrong = [(one, other) for one, other in pairs if not _same(one, other, known)]
    if not wrong:
        return
    kinds = [word for pair in wrong for word in pair if word is not None]
    kind = _kind(kinds, heavy_old, heavy_new)
    yield Reason(kind, _shown(left, a, b, kind), _shown(right, c, d, kind))


def _has(run: Iterable[Word], kind: str) -> bool:
    return any(word.kind == kind for word in run)


def _actors(run: Iterable[Word]) -> set[str]:
    return {word.key for word in run} & ACTORS


def _heavy(run: Iterable[Word]) -> list[Word]:
    return [word for word in run if word.kind != "small"]


def _paired(old: list[Word], new: list[Word]) -> list[tuple[Word | None, Word | None]]:
    """Put words of a replaced run beside those that they became: in order where there are as many, else the nearest."""
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    shorter, longer, turned = (old, new, False) if len(old) < len(new) else (new, old, True)
    free = list(longer)
    pairs: list[tuple[Word | None, Word | None]] = []
    for word in shorter:
        best = max(free, key=lambda one: fuzz.ratio(one.key, word.key))
        free.remove(best)
        pairs.append((best, word) if turned else (word, best))
    return [*pairs, *((one, None) if turned else (None, one) for one in free)]


def _same(one: Word | None, other: Word | None, known: Known) -> bool:
    if one is None or other is None:
        return False
    if one.key == other.key:
        return True
    kinds = {one.kind, other.kind}
    if kinds & {"number", "contact", "mark"} or kinds == {"rule"}:
        return False
    old, new = fold(one.text), fold(other.text)
    if "rule" in kinds:
        return min(len(old), len(new)) > 4 and OSA.distance(old, new) == 1 and _misspelt(old, new, known)
    if one.text[:1].isupper() and other.text[:1].isupper() and not _plural(old, new):
        return kinds == {"word"} and not _inflected(old, new) and _misspelt(old, new, known)  # Paulo is not Paula
    if _inflected(old, new):
        return old not in REAL or new not in REAL or _plural(old, new)
    return kinds == {"word"} and _misspelt(old, new, known)


def _plural(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long in (short + "s", short + "es") and (short, long) != ("pai", "pais")


_TURNS = frozenset(
    {
        ("", "s"), ("", "es"), ("y", "ies"), ("", "ed"), ("e", "ed"), ("", "d"), ("", "ing"), ("e", "ing"),
        ("s", "ing"), ("ed", "ing"), ("a", "o"), ("as", "os"), ("a", "am"), ("e", "em"), ("l", "is"),
        ("al", "ais"), ("el", "eis"), ("il", "is"), ("ao", "oes"), ("ao", "aos"), ("m", "ns"), }
)  # fmt: skip


def _inflected(one: str, other: str) -> bool:
    """Tell whether two words are forms of one: number, gender, or an English ending of a verb."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    for back in range(3):
        stem = start - back
        if stem >= 3 and not {(one[stem:], other[stem:]), (other[stem:], one[stem:])}.isdisjoint(_TURNS):
            return True
    return False


def _misspelt(one: str, other: str, known: Known) -> bool:
    """Tell whether one of two words is a slip of the pen of the other: near to it, and no word of its own."""
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or any(long == start + short for start in OPPOSING):
        return False
    if (one in REAL and other in REAL) or (known(one) and known(other)):
        return False
    if one[0] != other[0] or _of_opposites(one, other):
        return False
    far = OSA.distance(one, other)
    if far == 1:
        return one[-1] == other[-1] or len(one) != len(other)
    return far == 2 and len(short) >= 8 and one[-1] == other[-1]


def _of_opposites(one: str, other: str) -> bool:
    """Tell whether the two differ in a syllable that turns the sense: minimum and maximum, include and exclude."""
    return any(one.replace(a, b) == other or one.replace(b, a) == other for a, b in TURNED)


def _kind(wrong: Sequence[Word], old: Sequence[Word], new: Sequence[Word]) -> ReasonKind:
    keys = {word.key for word in wrong}
    kinds = {word.kind for word in wrong}
    if "number" in kinds:
        return "number"
    if keys & NEGATIONS:
        return "negation"
    if keys & MODALS:
        return "modal"
    if "contact" in kinds:
        return "contact"
    if "rule" in kinds:
        return "limit"
    if "mark" in kinds:
        return "mark"
    if not old:
        return "added"
    if not new:
        return "removed"
    return "name" if kinds == {"name"} else "wording"


def _shown(side: list[Word], start: int, end: int, kind: ReasonKind) -> str:
    """Return a run of words as a reason shows it; a number and a small rule come with what they count and govern."""
    more = 0
    if start < end <= start + 2:
        if kind == "number":
            more = int(side[end - 1].key.isdigit() and _has(side[end : end + 1], "word"))
        elif kind in ("negation", "modal", "limit"):
            more = _SPOKEN_AROUND
    return _said(side[start : min(end + more, len(side))])


def _said(run: Sequence[Word]) -> str:
    shown = [word.text for word in run[:_LONGEST_RUN]]
    return " ".join(shown) + (" …" if len(run) > _LONGEST_RUN else "")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a diff by words: on both sides, in the text before alone, or in the text after alone."""

    side: Side
    text: str


def spans(before: str, after: str) -> tuple[Span, ...]:
    """Return a diff by words of two texts as they are written; the pieces of either side joined give that text."""
    old, new = _written(before), _written(after)
    if len(old) * len(new) > _MOST_COMPARED:
        return (Span("before", before), Span("after", after))
    out: list[Span] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            out.append(Span("same", "".join(old[a:b])))
            continue
        if a < b:
            out.append(Span("before", "".join(old[a:b])))
        if c < d:
            out.append(Span("after", "".join(new[c:d])))
    return tuple(out)


def passages(before: str, after: str, longest: int = 700) -> tuple[str, str]:
    """Return the blocks that differ, as they were and as they are, each side cut at about `longest` characters.

    Whole blocks, so that tables and lists survive; a side that only gained or lost blocks leaves the other one empty.
    """
    old, new = list(blocks(before)), list(blocks(after))
    gone, come = Counter(map(_flat, old)), Counter(map(_flat, new))
    left = [block for block in old if not come[_flat(block)]]
    right = [block for block in new if not gone[_flat(block)]]
    return _cut(left, longest), _cut(right, longest)


def _flat(block: str) -> str:
    return " ".join(block.split())


def _cut(parts: Iterable[str], longest: int) -> str:
    """Join blocks until there are enough characters; a longer block is cut between lines."""
    kept: list[str] = []
    for line in "\n\n".join(parts).split("\n"):
        if kept and sum(map(len, kept)) + len(line) > longest:
            return "\n".join(kept).rstrip() + "\n\n…"
        kept.append(line)
    return "\n".join(kept)


def _written(text: str) -> list[str]:
    """Cut a text into words with the space that follows them."""
    out: list[str] = []
    start = 0
    for at, (here, following) in enumerate(zip_longest(text, text[1:], fillvalue="")):
        if here.isspace() and not following.isspace():
            out.append(text[start : at + 1])
            start = at + 1
    return [*out, text[start:]] if start < len(text) else out


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1, whatever the order of their words."""
    return fuzz.token_sort_ratio(" ".join(words(one)), " ".join(words(other))) / 100


def successor(text: str, candidates: Sequence[str]) -> int | None:
    """Return the place of the text that this one has become under another heading; None where none is like it."""
    found = [(likeness(text, candidate), -place) for place, candidate in enumerate(candidates)]
    best = max(found, default=(0.0, 0))
    return -best[1] if best[0] >= MOVED_AT_LEAST else None
