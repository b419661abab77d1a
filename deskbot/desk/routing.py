"""Who owns a piece of work and why: rules in order, compiled to an index, the same for live, test, route and replay."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Any, Literal

from deskbot.desk.conditions import (
    Condition,
    Numbering,
    Seen,
    Test,
    compile_parts,
    cover,
    parse_condition,
)
from deskbot.desk.errors import Invalid
from deskbot.desk.people import Person
from deskbot.desk.plain_data import Plain

FALLBACK_ROLE = "hr_generalist"
SEALED_ROLE = "employee_relations"
PRIORITIES = ("low", "normal", "high", "urgent")
RULE_KEYS = ("id", "order", "owner", "reason", "when", "then", "examples", "not_examples")
THEN_KEYS = ("role", "priority", "tier", "request_type", "sla_policy", "tags", "watchers")
EXAMPLE_KEYS = (
    "text", "language", "request_type", "fields", "person", "channel", "at", "tier", "previous_ticket",
)  # fmt: skip
CLEAR_SHARE = 0.5
SEALED = 4
_NEAR_MISSES = 5
_MANY = 200

Priority = Literal["low", "normal", "high", "urgent"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a piece of work when it is routed.

    `person` is the requester, from the directory or as columns of the people CSV. `fields` are a form's values, `tier`
    what is already known about confidentiality (0 to 4), `previous_ticket` the requester's latest ticket with `role`,
    `request_type`, `state` and `rule`.
    """

    text: str = ""
    language: str = "en"
    request_type: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    person: Person | Mapping[str, object] | None = None
    channel: str = ""
    at: datetime | None = None
    tier: int = 0
    previous_ticket: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A message that must (or, as a counter-example, must not) end at its rule."""

    facts: Facts
    path: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the first in `order` whose condition holds decides. `owner` is the role that keeps the rule.

    `tier` only ever raises; `role` gets the work (the owner unless said otherwise); `watchers` see it too.
    """

    id: str
    order: int
    owner: str
    reason: str
    when: Condition
    role: str
    priority: Priority = "normal"
    tier: int = 0
    request_type: str | None = None
    sla_policy: str | None = None
    tags: tuple[str, ...] = ()
    watchers: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    not_examples: tuple[Example, ...] = ()
    file: str = ""
    path: str = ""
    file_hash: str = ""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that failed on one part alone; `missing` says which."""

    rule: str
    missing: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the work goes, and the record of why.

    `rule` is None when no rule matched; `file_hash` names the exact text of the rule's file; `facts_matched` are the
    words and facts that made it match; `near_misses` failed on one part and stand before the rule in order.
    """

    role: str
    priority: Priority
    tier: int
    rule: str | None
    reason: str
    near_misses: tuple[NearMiss, ...] = ()
    request_type: str | None = None
    sla_policy: str | None = None
    tags: tuple[str, ...] = ()
    watchers: tuple[str, ...] = ()
    file_hash: str = ""
    facts_matched: tuple[str, ...] = ()


def parse_rule(plain: Plain, file: str = "", file_hash: str = "") -> Rule:
    """Read one rule. Raises Invalid with the dotted path of the first mistake."""
    plain.allow(RULE_KEYS)
    key = plain.text("id")
    owner = plain.text("owner")
    if "when" not in plain:
        raise plain.invalid(f"rule '{key}' needs 'when', the condition it looks for")
    then = plain.inner("then", "'then'")
    then.allow(THEN_KEYS)
    priority = then.one_of("priority", PRIORITIES, "normal")
    return Rule(
        id=key,
        order=plain.whole("order"),
        owner=owner,
        reason=plain.text("reason"),
        when=parse_condition(plain.data["when"], plain.at("when")),
        role=then.text("role", owner),
        priority=next(known for known in _PRIORITY if known == priority),
        tier=then.whole("tier", 0, 0, 4),
        request_type=then.text("request_type", "") or None,
        sla_policy=then.text("sla_policy", "") or None,
        tags=then.texts("tags"),
        watchers=then.texts("watchers"),
        examples=_examples(plain, "examples"),
        not_examples=_examples(plain, "not_examples"),
        file=file,
        path=plain.path,
        file_hash=file_hash,
    )


_PRIORITY: tuple[Priority, ...] = ("low", "normal", "high", "urgent")


def _examples(plain: Plain, key: str) -> tuple[Example, ...]:
    listed = plain.data.get(key)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise plain.invalid(f"'{key}' must be a list of messages", key)
    return tuple(_example(item, f"{plain.at(key)}.{index}") for index, item in enumerate(listed))


def _example(item: object, path: str) -> Example:
    if isinstance(item, str):
        return Example(Facts(text=item), path)
    plain = Plain(item, path, "an example")
    plain.allow(EXAMPLE_KEYS)
    return Example(facts_from(plain.data, path), path)


def facts_from(data: Mapping[str, Any], path: str = "") -> Facts:
    """Return the facts in plain data with the keys of an example (a rule's, or a line of `deskbot route`)."""
    plain = Plain(data, path, "a message")
    at = plain.text("at", "")
    previous = plain.inner("previous_ticket", "'previous_ticket'").data
    return Facts(
        text=plain.text("text", ""),
        language=plain.text("language", "en"),
        request_type=plain.text("request_type", "") or None,
        fields={key: str(value) for key, value in plain.inner("fields", "'fields'").data.items() if value is not None},
        person=plain.inner("person", "'person'").data or None,
        channel=plain.text("channel", ""),
        at=_instant(plain, at) if at else None,
        tier=plain.whole("tier", 0, 0, 4),
        previous_ticket={key: str(value) for key, value in previous.items()} or None,
    )


def _instant(plain: Plain, text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise plain.invalid(f"'{text}' is not an instant such as 2026-03-02T09:30:00+00:00", "at") from None
    if instant.tzinfo is None:
        raise plain.invalid(f"'{text}' needs an offset, such as {text}+00:00", "at")
    return instant


@dataclass(slots=True)
class _Compiled:
    """A rule with its parts, unfolded for speed: group, wanted, test and words of each."""

    rule: Rule
    tests: tuple[tuple[frozenset[int], bool, Test | None, str], ...]
    speaks: frozenset[int]


def _compile(rule: Rule, numbering: Numbering) -> _Compiled:
    parts = compile_parts(rule.when, numbering)
    tests = tuple((part.group, part.wanted, part.test, part.words) for part in parts)
    return _Compiled(rule, tests, frozenset().union(*(part.speaks for part in parts)))


class Router:
    """The compiled rules. `decide` looks only at rules that share a word or fact with the message, in order."""

    def __init__(self, rules: Sequence[Rule], numbering: Numbering, floors: Mapping[str, int]) -> None:
        self.rules = tuple(rules)
        self.numbering = numbering
        self._floors = dict(floors)
        self._compiled = [_compile(rule, numbering) for rule in rules]
        self._index: dict[int, list[int]] = {}
        self._always: list[int] = []
        self._build_index()

    def _build_index(self) -> None:
        uses: dict[int, int] = {}
        for compiled in self._compiled:
            for number in compiled.speaks:
                uses[number] = uses.get(number, 0) + 1
        for place, compiled in enumerate(self._compiled):
            found = cover(compiled.rule.when, self.numbering, uses)
            if found is None:
                self._always.append(place)
                continue
            for number in found:
                self._index.setdefault(number, []).append(place)

    def decide(self, facts: Facts, article_roles: Sequence[tuple[str, float]] = ()) -> Decision:
        """Return who gets this and why.

        `article_roles` are owner roles of the articles that fit best, with weights; they decide when no rule matches
        and one of them has more than half of the weight. Otherwise the generalist gets it. Never without an owner.
        """
        seen = self._see(facts)
        true = seen.true
        near: list[NearMiss] = []
        compiled = self._compiled
        for place in self._candidates(true):
            candidate = compiled[place]
            failed = None
            for group, wanted, test, words in candidate.tests:
                if test is None:
                    if group.isdisjoint(true) is not wanted:
                        continue
                elif test(seen):
                    continue
                if failed is not None:
                    break
                failed = words
            else:
                if failed is None:
                    return self._matched(candidate, facts, seen, near)
                if len(candidate.tests) > 1 and len(near) < _NEAR_MISSES:
                    near.append(NearMiss(candidate.rule.id, failed))
        return self._fallen_back(facts, article_roles, near)

    def _see(self, facts: Facts) -> Seen:
        numbering = self.numbering
        true = numbering.true_of_text(facts.text) if facts.text else set()
        for kind, said in (
            ("request_type", facts.request_type),
            ("channel", facts.channel),
            ("tier", str(facts.tier)),
            ("language", facts.language),
        ):
            number = numbering.facts.get((kind, "", said or ""))
            if number is not None:
                true.add(number)
        if facts.fields:
            true.update(numbering.true_of_facts("field", facts.fields.get))
        if facts.person is not None:
            true.update(numbering.true_of_facts("person", _person_facts(facts.person)))
        if facts.previous_ticket:
            true.update(numbering.true_of_facts("previous_ticket", facts.previous_ticket.get))
        return Seen(true, facts.at)

    def _candidates(self, true: set[int]) -> Sequence[int] | Any:
        """Return the places of rules that may match, in order: a list when short, else lazily merged."""
        index = self._index
        lists = [places for number in true if (places := index.get(number)) is not None]
        if self._always:
            lists.append(self._always)
        if len(lists) == 1:
            return lists[0]
        if sum(map(len, lists)) <= _MANY:
            return sorted(set().union(*lists))
        return _distinct(merge(*lists))

    def _matched(self, candidate: _Compiled, facts: Facts, seen: Seen, near: list[NearMiss]) -> Decision:
        rule = candidate.rule
        names = self.numbering.names
        return Decision(
            rule.role,
            rule.priority,
            max(facts.tier, rule.tier, self._floors.get(rule.role, 0)),
            rule.id,
            rule.reason,
            tuple(near),
            rule.request_type or facts.request_type,
            rule.sla_policy,
            rule.tags,
            rule.watchers,
            rule.file_hash,
            tuple(sorted([names[number] for number in candidate.speaks & seen.true])),
        )

    def _fallen_back(
        self, facts: Facts, article_roles: Sequence[tuple[str, float]], near: Sequence[NearMiss]
    ) -> Decision:
        known = [(role, weight) for role, weight in article_roles if role in self._floors]
        role = SEALED_ROLE if facts.tier == SEALED else _clear_owner(known)
        if facts.tier == SEALED:
            reason = "It is sealed and no rule matched, so only employee relations sees it."
        elif role:
            reason = f"No rule matched; the articles that fit best belong to {role}."
        else:
            reason = "No rule matched and no article is clearly about it, so a generalist looks at it."
        role = role or FALLBACK_ROLE
        tier = max(facts.tier, self._floors.get(role, 1))
        return Decision(role, "normal", tier, None, reason, tuple(near), facts.request_type)


def _person_facts(person: Person | Mapping[str, object]) -> Callable[[str], object]:
    if isinstance(person, Mapping):
        return person.get
    return lambda key: getattr(person, key, None) if hasattr(person, key) else person.facts.get(key)


def _distinct(places: Any) -> Any:
    last = -1
    for place in places:
        if place != last:
            yield place
            last = place


def _clear_owner(article_roles: Sequence[tuple[str, float]]) -> str | None:
    """Return the role with more than half of all the weight."""
    weights: dict[str, float] = {}
    for role, weight in article_roles:
        weights[role] = weights.get(role, 0.0) + weight
    total = sum(weights.values())
    best = max(weights, key=lambda role: weights[role], default=None)
    return best if best is not None and weights[best] > CLEAR_SHARE * total else None


def compile_rules(
    rules: Sequence[Rule],
    word_lists: Mapping[str, Sequence[str]],
    floors: Mapping[str, int] | None = None,
    known_words: Iterable[str] = (),
) -> Router:
    """Compile rules, in whatever order they come, to a router.

    `word_lists` are the lists that `@name` stands for. `floors` are the roles there are, with the lowest tier of their
    work. `known_words` are never taken for a misspelt word of a rule. Raises Invalid when a rule speaks of a list
    that is not there or when two rules have one id.
    """
    ordered = sorted(rules, key=lambda rule: (rule.order, rule.file, rule.path))
    seen: set[str] = set()
    for rule in ordered:
        if rule.id in seen:
            raise Invalid(f"two rules have the id '{rule.id}'; give one of them another", f"{rule.path}.id")
        seen.add(rule.id)
    numbering = Numbering([rule.when for rule in ordered], word_lists, known_words)
    return Router(ordered, numbering, floors or {FALLBACK_ROLE: 1})
