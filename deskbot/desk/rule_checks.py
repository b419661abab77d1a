"""What can be said of routing rules without running them on tickets: dead, shadowed, overlapping, failing examples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deskbot.desk.conditions import Part, Words, compile_parts, walk
from deskbot.desk.routing import FALLBACK_ROLE, Example, Router, Rule
from deskbot.desk.words import phrase


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a rule, at `path` of its file."""

    rule: Rule
    path: str
    severity: Literal["error", "warning"]
    check: str
    message: str


def findings(router: Router) -> list[Finding]:
    """Return everything that is questionable about the rules, in their order."""
    written = [rule for rule in router.rules if rule.path]
    parts = {rule.id: compile_parts(rule.when, router.numbering) for rule in written}
    return [
        *_dead(written, parts),
        *_shadowed(written, parts),
        *_overlapping(written, parts, router),
        *(finding for rule in written for finding in failing_examples(router, rule)),
        *_without_examples(written),
    ]


def failing_examples(router: Router, rule: Rule) -> Iterator[Finding]:
    """Yield the examples of a rule that another rule gets, and counter-examples that it gets itself."""
    for example in rule.examples:
        decision = router.decide(example.facts)
        if decision.rule != rule.id:
            goes = f"goes to rule '{decision.rule}' ({decision.role})" if decision.rule else "matches no rule"
            yield _example_fails(rule, example, f"the example '{_shown(example)}' of rule '{rule.id}' {goes}")
    for example in rule.not_examples:
        if router.decide(example.facts).rule == rule.id:
            message = f"the counter-example '{_shown(example)}' matches rule '{rule.id}' all the same"
            yield _example_fails(rule, example, message)


def _example_fails(rule: Rule, example: Example, message: str) -> Finding:
    return Finding(rule, example.path, "error", "example", message + "; change the rule, its order or the example")


def _shown(example: Example) -> str:
    return example.facts.text or example.facts.request_type or "(no text)"


def _without_examples(rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        if not rule.examples:
            message = f"rule '{rule.id}' has no examples; add messages that must end here"
            yield Finding(rule, rule.path, "error", "no-examples", message)


def _dead(rules: Sequence[Rule], parts: dict[str, tuple[Part, ...]]) -> Iterator[Finding]:
    """Yield rules that ask for words and for the lack of these very words."""
    for rule in rules:
        refused = frozenset().union(*(part.group for part in parts[rule.id] if not part.wanted))
        for part in parts[rule.id]:
            if part.wanted and part.group and part.group <= refused:
                message = f"rule '{rule.id}' can never match: 'not' refuses everything that '{part.words}' looks for"
                yield Finding(rule, f"{rule.path}.when", "error", "dead", message)


def _shadowed(rules: Sequence[Rule], parts: dict[str, tuple[Part, ...]]) -> Iterator[Finding]:
    """Yield rules that an earlier rule always comes before."""
    by_number: dict[int, list[int]] = {}
    for place, rule in enumerate(rules):
        earlier = next((rules[at] for at in _rivals(rule, parts, by_number) if _implied(rules[at], rule, parts)), None)
        if earlier is not None:
            message = (
                f"rule '{rule.id}' is never reached: '{earlier.id}' (order {earlier.order}) takes all it would match"
            )
            yield Finding(rule, f"{rule.path}.when", "error", "shadowed", message)
        for number in {number for part in parts[rule.id] if part.wanted for number in part.group}:
            by_number.setdefault(number, []).append(place)


def _rivals(rule: Rule, parts: dict[str, tuple[Part, ...]], by_number: dict[int, list[int]]) -> list[int]:
    """Return earlier rules that speak of something this rule needs; only those can shadow it."""
    found: set[int] = set()
    for part in parts[rule.id]:
        if part.wanted and part.group:
            found.update(_fewest([by_number.get(number, []) for number in part.group]))
    return sorted(found)


def _fewest(lists: Sequence[list[int]]) -> list[int]:
    return min(lists, key=len)


def _implied(earlier: Rule, later: Rule, parts: dict[str, tuple[Part, ...]]) -> bool:
    return all(any(_implies(mine, theirs) for mine in parts[later.id]) for theirs in parts[earlier.id])


def _implies(mine: Part, theirs: Part) -> bool:
    if mine.test is not None or theirs.test is not None:
        return mine.test is not None and theirs.test is not None and mine.words == theirs.words
    if mine.wanted is not theirs.wanted:
        return False
    return mine.group <= theirs.group if mine.wanted else mine.group >= theirs.group


def _overlapping(rules: Sequence[Rule], parts: dict[str, tuple[Part, ...]], router: Router) -> Iterator[Finding]:
    """Yield pairs of one order and different outcome that a message can meet both."""
    first: dict[tuple[int, int], Rule] = {}
    told: set[tuple[str, str]] = set()
    for rule in rules:
        for part in parts[rule.id]:
            for number in part.group if part.wanted else ():
                other = first.setdefault((rule.order, number), rule)
                pair = (other.id, rule.id)
                if other.role != rule.role and pair not in told and not _excluded(number, rule, other, parts):
                    told.add(pair)
                    message = (
                        f"rules '{other.id}' and '{rule.id}' have the same order and both look for "
                        f"'{router.numbering.names[number]}'; give one of them another order"
                    )
                    yield Finding(rule, f"{rule.path}.order", "warning", "overlap", message)


def _excluded(number: int, rule: Rule, other: Rule, parts: dict[str, tuple[Part, ...]]) -> bool:
    both = (*parts[rule.id], *parts[other.id])
    return any(not part.wanted and number in part.group for part in both)


def roles_without_rules(router: Router, roles: Sequence[str]) -> list[str]:
    """Return the roles that no rule and no request type sends work to."""
    reached = {rule.role for rule in router.rules} | {FALLBACK_ROLE}
    return [role for role in roles if role not in reached]


def unused_lists(rules: Sequence[Rule], lists: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the word lists that neither a rule nor another list in use speaks of."""
    used: set[str] = set()
    todo = [term for rule in rules for part in walk(rule.when) if isinstance(part, Words) for term in part.terms]
    while todo:
        term = todo.pop()
        if term.startswith("@") and term[1:] not in used:
            used.add(term[1:])
            todo += lists.get(term[1:], ())
    return [name for name in lists if name not in used]


def doubled_terms(terms: Sequence[str]) -> list[tuple[int, str]]:
    """Return the places of terms that say what an earlier one of the list says already."""
    seen: dict[tuple[str, ...], str] = {}
    doubled = []
    for place, term in enumerate(terms):
        parts = phrase(term) if not term.startswith("@") else (term,)
        if parts in seen:
            doubled.append((place, term))
        seen.setdefault(parts, term)
    return doubled
