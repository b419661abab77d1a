"""The conditions of a routing rule: read from plain data, compiled to tests over the numbered facts of a message."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

import re2

from deskbot.desk.errors import Invalid
from deskbot.desk.plain_data import Plain, nearest
from deskbot.desk.words import GAP, MAX_CHARACTERS, Vocabulary, fold, occurs, phrase

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANNELS = ("slack", "teams", "webchat", "web", "email", "terminal", "api")
KEYS = (
    "words", "regex", "request_type", "fields", "person", "channel", "time", "tier", "language", "previous_ticket",
    "any", "all", "not",
)  # fmt: skip
PREVIOUS_KEYS = ("role", "request_type", "state", "rule")
MOST_GAPS = 3
PRESENT, MISSING = "any", "none"

FactKind = Literal["request_type", "field", "person", "channel", "tier", "language", "previous_ticket"]


@dataclass(frozen=True, slots=True)
class Words:
    """Any of these words, phrases or `@lists` is in the text."""

    terms: tuple[str, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Any of these RE2 patterns is found in the text, which is in lower case and without accents by then."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact has one of these values; `any` asks for some value, `none` for the lack of one."""

    kind: FactKind
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class When:
    """It is one of these days, and a time from `begin` up to `end` (over midnight when `end` is earlier), in `zone`."""

    days: tuple[str, ...]
    begin: time | None
    end: time | None
    zone: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Words | Pattern | Fact | When | All | Any_ | Not


def parse_condition(data: object, path: str) -> Condition:
    """Read a condition; several keys in one mapping must all hold. Raises Invalid with the path of the mistake."""
    plain = Plain(data, path, "a condition")
    plain.allow(KEYS)
    if not plain.data:
        raise plain.invalid("a condition is empty; say what the rule looks for")
    parts = tuple(part for key in plain.data for part in _parse_key(plain, key))
    return parts[0] if len(parts) == 1 else All(parts)


def _parse_key(plain: Plain, key: str) -> list[Condition]:
    if key == "words":
        return [Words(_terms(plain), plain.at(key))]
    if key == "regex":
        return [Pattern(tuple(_pattern(plain, index, text) for index, text in enumerate(_some(plain, key))))]
    if key in ("any", "all"):
        parts = tuple(parse_condition(inner.data, inner.path) for inner in plain.inners(key, "a condition"))
        if not parts:
            raise plain.invalid(f"'{key}' needs a list of conditions", key)
        return [Any_(parts) if key == "any" else All(parts)]
    if key == "not":
        return [Not(parse_condition(plain.data[key], plain.at(key)))]
    if key == "time":
        return [_when(plain.inner(key, "'time'"))]
    if key in ("fields", "person", "previous_ticket"):
        return _facts(plain, key)
    return [_simple_fact(plain, key)]


def _some(plain: Plain, key: str) -> tuple[str, ...]:
    values = plain.texts(key)
    if not values:
        raise plain.invalid(f"'{key}' is empty; say at least one value", key)
    return values


def _terms(plain: Plain) -> tuple[str, ...]:
    terms = _some(plain, "words")
    for index, term in enumerate(terms):
        check_term(term, f"{plain.at('words')}.{index}")
    return terms


def check_term(term: str, path: str) -> None:
    """Refuse a term that can never be found."""
    if term.startswith("@"):
        return
    parts = phrase(term)
    if parts.count(GAP) > MOST_GAPS:
        raise Invalid(f"'{term}' has more than {MOST_GAPS} gaps; make it shorter", path)
    if not parts or parts[0] == GAP or parts[-1] == GAP or (GAP, GAP) in pairwise(parts):
        raise Invalid(f"'{term}' has no words to look for; '...' goes between two words", path)


def _pattern(plain: Plain, index: int, text: str) -> str:
    try:
        re2.compile(fold(text) if text.isalpha() else text, _regex_options())
    except re2.error as error:
        raise Invalid(
            f"the pattern '{text}' is not an RE2 regular expression ({_reason(error)}); look-around and "
            "back-references are not allowed",
            f"{plain.at('regex')}.{index}",
        ) from error
    return text


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else error
    return first.decode() if isinstance(first, bytes) else str(first)


def _regex_options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _when(plain: Plain) -> When:
    plain.allow(("days", "between", "zone"))
    days = plain.texts("days")
    for index, day in enumerate(days):
        if day not in DAYS:
            raise Invalid(f"'{day}' is not a day; {nearest(day, DAYS)}", f"{plain.at('days')}.{index}")
    between = plain.text("between", "")
    if not days and not between:
        raise plain.invalid("'time' needs 'days' or 'between'")
    begin, end = _window(plain, between) if between else (None, None)
    return When(days, begin, end, _zone(plain))


def _window(plain: Plain, between: str) -> tuple[time, time]:
    try:
        begin, end = (time.fromisoformat(part.strip()) for part in between.split("-"))
    except ValueError:
        raise plain.invalid(f"'{between}' is not a window such as 18:00-09:00", "between") from None
    return begin, end


def _zone(plain: Plain) -> str:
    zone = plain.text("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise plain.invalid(f"'{zone}' is not a time zone; write one such as Europe/Lisbon", "zone") from None
    return zone


def _facts(plain: Plain, key: str) -> list[Condition]:
    inner = plain.inner(key, f"'{key}'")
    if not inner.data:
        raise plain.invalid(f"'{key}' is empty; say at least one value", key)
    if key == "previous_ticket":
        inner.allow(PREVIOUS_KEYS)
    kinds: dict[str, FactKind] = {"fields": "field", "person": "person", "previous_ticket": "previous_ticket"}
    return [Fact(kinds[key], name, _folded(_some(inner, name))) for name in inner.data]


def _simple_fact(plain: Plain, key: str) -> Condition:
    values = _some(plain, key)
    allowed = {"channel": CHANNELS, "tier": ("0", "1", "2", "3", "4"), "language": ("en", "pt")}.get(key)
    for index, value in enumerate(values):
        if allowed and value not in allowed:
            message = f"'{value}' is not a {key}; {nearest(value, allowed)}"
            raise Invalid(message, f"{plain.at(key)}.{index}")
    kinds: dict[str, FactKind] = {
        "request_type": "request_type", "channel": "channel", "tier": "tier", "language": "language"
    }  # fmt: skip
    return Fact(kinds[key], "", _folded(values))


def _folded(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(value) for value in values)


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield the condition and everything inside it."""
    yield condition
    if isinstance(condition, All | Any_):
        for part in condition.parts:
            yield from walk(part)
    elif isinstance(condition, Not):
        yield from walk(condition.part)


def describe(condition: Condition) -> str:
    """Return the condition in a few words, as it reads in a rule."""
    if isinstance(condition, Words):
        return "words: " + _short(condition.terms)
    if isinstance(condition, Pattern):
        return "regex: " + _short(condition.patterns)
    if isinstance(condition, Fact):
        return f"{condition.kind}{' ' + condition.key if condition.key else ''}: {_short(condition.values)}"
    if isinstance(condition, When):
        window = f"{condition.begin:%H:%M}-{condition.end:%H:%M}" if condition.begin and condition.end else ""
        return "time: " + " ".join(part for part in (*condition.days, window) if part)
    if isinstance(condition, Not):
        return "not " + describe(condition.part)
    joint = " and " if isinstance(condition, All) else " or "
    return "(" + joint.join(describe(part) for part in condition.parts) + ")"


def _short(values: Sequence[str]) -> str:
    return ", ".join(values[:4]) + (f" and {len(values) - 4} more" if len(values) > 4 else "")


@dataclass(slots=True)
class Seen:
    """A message as the compiled rules see it: the numbers of what is true of it, and the instant."""

    true: set[int]
    at: datetime | None


Test = Callable[[Seen], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rule that must hold.

    Most parts ask whether some number of `group` is (or, without `wanted`, is not) true; only the others have a `test`.
    `speaks` are the numbers that, when true, tell why it holds.
    """

    group: frozenset[int]
    wanted: bool
    test: Test | None
    words: str
    speaks: frozenset[int]

    def holds(self, seen: Seen) -> bool:
        """Tell whether this part is true of the message."""
        if self.test is not None:
            return self.test(seen)
        return self.group.isdisjoint(seen.true) is not self.wanted


_Phrase = tuple[int, frozenset[int], tuple[int | None, ...]]


class Numbering:
    """Gives every word, phrase, pattern and fact that rules speak of a number, and finds those true of a message."""

    def __init__(self, conditions: Sequence[Condition], word_lists: Mapping[str, Sequence[str]], known: Iterable[str]):
        self._lists = word_lists
        self._expanded: dict[str, frozenset[str]] = {}
        terms: dict[str, tuple[str, ...]] = {}
        for condition in conditions:
            for part in walk(condition):
                if isinstance(part, Words):
                    terms.update((term, phrase(term)) for term in self.terms(part))
        self.vocabulary = Vocabulary((word for parts in terms.values() for word in parts if word != GAP), known)
        self.names: list[str] = [word.removeprefix("=") for word in self.vocabulary.words]
        self._term: dict[str, int] = {}
        self._phrases: dict[int, list[_Phrase]] = {}
        self.facts: dict[tuple[str, str, str], int] = {}
        self._fact_keys: dict[str, set[str]] = {}
        self._pattern: dict[str, int] = {}
        self._groups: dict[tuple[str, ...], frozenset[int]] = {}
        self._enter_terms(terms)
        for condition in conditions:
            for part in walk(condition):
                self._enter(part)
        self._patterns = _pattern_set(self._pattern)
        self._pattern_numbers = tuple(self._pattern.values())

    def terms(self, words: Words) -> frozenset[str]:
        """Return the words and phrases meant, with lists written out."""
        return frozenset(term for said in words.terms for term in self._written_out(said, ()))

    def _written_out(self, term: str, inside: tuple[str, ...]) -> frozenset[str]:
        if not term.startswith("@"):
            return frozenset((term,))
        if term not in self._expanded:
            if term in inside or term[1:] not in self._lists:
                raise Invalid(f"the word list {term} {'contains itself' if term in inside else 'does not exist'}")
            found = (self._written_out(inner, (*inside, term)) for inner in self._lists[term[1:]])
            self._expanded[term] = frozenset().union(*found)
        return self._expanded[term]

    def _number(self, name: str) -> int:
        self.names.append(name)
        return len(self.names) - 1

    def _enter_terms(self, terms: Mapping[str, tuple[str, ...]]) -> None:
        uses: dict[str, int] = {}
        for parts in terms.values():
            for word in parts:
                uses[word] = uses.get(word, 0) + 1
        for term, parts in terms.items():
            if len(parts) == 1:
                self._term[term] = self.vocabulary.number[parts[0]]
                continue
            self._term[term] = number = self._number(term)
            rarest = min((word for word in parts if word != GAP), key=lambda word: uses[word])
            numbered = tuple(None if word == GAP else self.vocabulary.number[word] for word in parts)
            words = frozenset(part for part in numbered if part is not None)
            self._phrases.setdefault(self.vocabulary.number[rarest], []).append((number, words, numbered))

    def _enter(self, part: Condition) -> None:
        if isinstance(part, Pattern):
            for pattern in part.patterns:
                if pattern not in self._pattern:
                    self._pattern[pattern] = self._number(f"/{pattern}/")
        elif isinstance(part, Fact):
            self._fact_keys.setdefault(part.kind, set()).add(part.key)
            for value in part.values:
                fact = (part.kind, part.key, value)
                if fact not in self.facts:
                    self.facts[fact] = self._number(" ".join(word for word in fact if word))

    def group(self, condition: Words | Pattern | Fact) -> frozenset[int]:
        """Return the numbers of which one must be true."""
        if isinstance(condition, Words):
            if condition.terms not in self._groups:
                self._groups[condition.terms] = frozenset(self._term[term] for term in self.terms(condition))
            return self._groups[condition.terms]
        if isinstance(condition, Pattern):
            return frozenset(self._pattern[pattern] for pattern in condition.patterns)
        return frozenset(self.facts[condition.kind, condition.key, value] for value in condition.values)

    def true_of_text(self, text: str) -> set[int]:
        """Return the numbers of the words, phrases and patterns found in the text."""
        read = self.vocabulary.read(text)
        true: set[int] = set().union(*read)
        phrases = self._phrases.get
        for number in tuple(true):
            for found, words, parts in phrases(number, ()):
                if words <= true and occurs(parts, read):
                    true.add(found)
        if self._patterns is not None:
            true.update(self._pattern_numbers[index] for index in self._patterns.Match(_bytes(text)) or ())
        return true

    def true_of_facts(self, kind: FactKind, facts: Callable[[str], object]) -> Iterator[int]:
        """Yield the numbers of keyed facts that rules speak of and that are true."""
        for key in self._fact_keys.get(kind, ()):
            value = facts(key)
            said = "" if value is None else fold(str(value))
            for wanted in (said, PRESENT if said else MISSING):
                number = self.facts.get((kind, key, wanted))
                if number is not None:
                    yield number


def _pattern_set(patterns: Iterable[str]) -> Any:
    """Return one matcher for all patterns, or None when there are none."""
    found = None
    for pattern in patterns:
        found = found or re2.Set.SearchSet(_regex_options())
        found.Add(pattern)
    if found is not None:
        found.Compile()
    return found


def _bytes(text: str) -> bytes:
    return fold(text[:MAX_CHARACTERS]).encode("utf-8", "replace")


def compile_parts(condition: Condition, numbering: Numbering) -> tuple[Part, ...]:
    """Return the parts of a rule's condition that must all hold, those that rule out most first."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return tuple(_part(part, numbering) for part in parts)


def _part(condition: Condition, numbering: Numbering) -> Part:
    group = _group(condition, numbering)
    if group is not None:
        return Part(group, True, None, describe(condition), group)
    if isinstance(condition, Not):
        group = _group(condition.part, numbering)
        if group is not None:
            return Part(group, False, None, describe(condition), frozenset())
    return Part(frozenset(), True, _test(condition, numbering), describe(condition), _speaks(condition, numbering))


def _group(condition: Condition, numbering: Numbering) -> frozenset[int] | None:
    """Return the numbers of which any one makes the condition true, or None when it is not of that kind."""
    if isinstance(condition, Words | Pattern | Fact):
        return numbering.group(condition)
    if isinstance(condition, Any_):
        groups = [_group(part, numbering) for part in condition.parts]
        if all(group is not None for group in groups):
            return frozenset().union(*(group for group in groups if group is not None))
    return None


def _speaks(condition: Condition, numbering: Numbering) -> frozenset[int]:
    """Return the numbers of all that a condition looks for, leaving out what it looks for the lack of."""
    if isinstance(condition, Words | Pattern | Fact):
        return numbering.group(condition)
    inside = condition.parts if isinstance(condition, All | Any_) else ()
    return frozenset().union(*(_speaks(part, numbering) for part in inside))


def _test(condition: Condition, numbering: Numbering) -> Test:
    if isinstance(condition, When):
        return _time_test(condition)
    if isinstance(condition, Not):
        inner = _part(condition.part, numbering)
        return lambda seen: not inner.holds(seen)
    inside = condition.parts if isinstance(condition, All | Any_) else ()
    parts = tuple(_part(part, numbering) for part in inside)
    every = all if isinstance(condition, All) else any
    return lambda seen: every(part.holds(seen) for part in parts)


def _time_test(when: When) -> Test:
    zone = ZoneInfo(when.zone)

    def test(seen: Seen) -> bool:
        if seen.at is None:
            return False
        local = seen.at.astimezone(zone)
        return _on(when, DAYS[local.weekday()]) and _within(when, local.time())

    return test


def _on(when: When, day: str) -> bool:
    return not when.days or day in when.days


def _within(when: When, clock: time) -> bool:
    if when.begin is None or when.end is None:
        return True
    if when.begin <= when.end:
        return when.begin <= clock < when.end
    return clock >= when.begin or clock < when.end


def cover(condition: Condition, numbering: Numbering, uses: Mapping[int, int]) -> frozenset[int] | None:
    """Return numbers of which at least one is true whenever the condition holds; None when there are no such.

    Of parts that must all hold, the one whose numbers the fewest rules speak of is taken.
    """
    if isinstance(condition, Words | Pattern | Fact):
        return numbering.group(condition)
    if isinstance(condition, All):
        covers = [found for part in condition.parts if (found := cover(part, numbering, uses)) is not None]
        return min(covers, key=lambda group: sum(uses.get(number, 0) for number in group), default=None)
    if isinstance(condition, Any_):
        covers = []
        for part in condition.parts:
            found = cover(part, numbering, uses)
            if found is None:
                return None
            covers.append(found)
        return frozenset().union(*covers)
    return None
