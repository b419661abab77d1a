"""What routing promises: the first rule in order decides, everything has an owner, and the decision says why."""

import json
import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbot.adapters.content.read import read
from deskbot.desk.errors import Invalid
from deskbot.desk.people import Person
from deskbot.desk.plain_data import Plain
from deskbot.desk.routing import Decision, Facts, Router, Rule, compile_rules, parse_rule
from deskbot.ports import Policybook

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data"
ROLES = {"payroll": 2, "leave": 3, "hris": 1, "hr_generalist": 1, "employee_relations": 4}


def rule(key: str, when: Mapping[str, object], order: int = 100, **more: object) -> Rule:
    """Return a rule as a file would give it."""
    data = {"id": key, "order": order, "owner": "payroll", "reason": "r", "when": when, **more}
    return parse_rule(Plain(data, "rules.0", "a rule"))


def router(*rules: Rule, lists: Mapping[str, Sequence[str]] | None = None) -> Router:
    return compile_rules(rules, lists or {}, ROLES, ["contact"])


def matched(when: Mapping[str, object], facts: Facts | str) -> bool:
    """Tell whether one condition holds of a message."""
    message = Facts(text=facts) if isinstance(facts, str) else facts
    return router(rule("r", when)).decide(message).rule == "r"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("salary", "Why are the SALARIES late?"),
        ("férias", "quero marcar ferias"),
        ("licença", "pedir licencas"),
        ("insurance", "my insurence card"),
        ("insurance", "my insurnace card"),
        ("direct deposit", "set up direct deposits"),
        ("take ... off", "can I take next friday off"),
        ("w-2", "where is my W2? I mean W 2"),
        ("contract", "the contract's end"),
    ],
)
def test_words_are_found_in_every_form_and_with_a_slip(word: str, text: str) -> None:
    assert matched({"words": [word]}, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("contract", "how do I contact you"),
        ("direct deposit", "a deposit that is direct"),
        ("take ... off", "take it to the one two three four five off"),
        ("=leave", "I am leaving"),
        ("pay", "pat the dog"),
    ],
)
def test_other_words_are_not_found(word: str, text: str) -> None:
    assert not matched({"words": [word]}, text)


def test_any_all_and_not_are_combined() -> None:
    when = {"any": [{"all": [{"words": ["a1"]}, {"words": ["b1"]}]}, {"words": ["c1"]}], "not": {"words": ["d1"]}}
    assert [matched(when, text) for text in ("a1 b1", "c1", "a1", "c1 d1")] == [True, True, False, False]


def test_lists_may_hold_lists() -> None:
    lists = {"cats": ["lion", "@small"], "small": ["tabby"]}
    found = router(rule("r", {"words": ["@cats"]}), lists=lists).decide(Facts(text="my tabby"))
    assert found.facts_matched == ("tabby",)


def test_a_list_that_contains_itself_is_refused() -> None:
    with pytest.raises(Invalid, match="contains itself"):
        router(rule("r", {"words": ["@a"]}), lists={"a": ["@b"], "b": ["@a"]})


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"request_type": ["bank-change"]}, Facts(request_type="bank-change")),
        ({"fields": {"kind": ["Visa"]}}, Facts(fields={"kind": "visa"})),
        ({"fields": {"payee": "any"}}, Facts(fields={"payee": "Bank"})),
        ({"fields": {"payee": "none"}}, Facts(fields={"other": "x"})),
        ({"person": {"country": ["PT", "ES"]}}, Facts(person={"country": "PT"})),
        ({"person": {"country": ["PT"]}}, Facts(person=Person(1, "a@b.c", "A", country="PT"))),
        ({"person": {"union": ["yes"]}}, Facts(person=Person(1, "a@b.c", "A", facts={"union": "yes"}))),
        ({"person": {"manager_email": "none"}}, Facts(person={"manager_email": ""})),
        ({"channel": ["slack", "teams"]}, Facts(channel="teams")),
        ({"tier": [3, 4]}, Facts(tier=3)),
        ({"language": ["pt"]}, Facts(language="pt")),
        ({"previous_ticket": {"role": ["leave"]}}, Facts(previous_ticket={"role": "leave"})),
        ({"regex": [r"\bhr-\d+\b"]}, Facts(text="See HR-1042, please")),
        ({"time": {"days": ["mon"]}}, Facts(at=datetime(2026, 3, 2, 12, tzinfo=UTC))),
        (
            {"time": {"between": "18:00-09:00", "zone": "Europe/Lisbon"}},
            Facts(at=datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ),
    ],
)
def test_facts_are_conditions(when: Mapping[str, object], facts: Facts) -> None:
    assert matched(when, facts)
    assert not matched(when, Facts(text="something else", at=datetime(2026, 3, 3, 12, tzinfo=UTC)))


def test_the_first_rule_in_order_decides() -> None:
    rules = [rule("late", {"words": ["pay"]}, 20), rule("early", {"words": ["pay"]}, 10)]
    assert router(*rules).decide(Facts(text="pay")).rule == "early"


def test_the_outcome_names_everything() -> None:
    then = {"role": "leave", "priority": "urgent", "tier": 3, "sla_policy": "fast", "tags": ["a"], "watchers": ["hris"]}
    found = router(rule("r", {"words": ["pay"]}, then=then)).decide(Facts(text="pay"))
    assert found == Decision(
        "leave", "urgent", 3, "r", "r", (), None, "fast", ("a",), ("hris",), "", facts_matched=("pay",)
    )


def test_the_tier_is_only_ever_raised() -> None:
    rules = router(rule("r", {"words": ["pay"]}, then={"tier": 1}))
    assert [rules.decide(Facts(text="pay", tier=tier)).tier for tier in (0, 2, 3)] == [2, 2, 3]


def test_a_rule_that_fails_on_one_part_is_a_near_miss() -> None:
    near = rule("near", {"words": ["pay"], "person": {"country": ["PT"]}}, 1)
    far = rule("far", {"words": ["pay"], "person": {"country": ["PT"]}, "channel": ["slack"]}, 2)
    found = router(near, far).decide(Facts(text="pay", person={"country": "US"}))
    assert [(miss.rule, miss.missing) for miss in found.near_misses] == [("near", "person country: pt")]
    assert (found.role, found.rule) == ("hr_generalist", None)


def test_without_a_rule_the_owner_of_the_clearly_best_article_decides() -> None:
    empty = router()
    assert empty.decide(Facts(text="x"), [("leave", 0.6), ("hris", 0.4)]).role == "leave"
    assert empty.decide(Facts(text="x"), [("leave", 0.5), ("hris", 0.5)]).role == "hr_generalist"
    assert empty.decide(Facts(text="x"), [("nobody", 1.0)]).role == "hr_generalist"


def test_what_is_sealed_never_falls_back_to_anybody_else() -> None:
    assert router().decide(Facts(text="x", tier=4), [("leave", 1.0)]).role == "employee_relations"


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(Invalid, match="two rules"):
        router(rule("r", {"words": ["a1"]}), rule("r", {"words": ["b1"]}))


@pytest.mark.parametrize("text", ["a" * 9_999 + "!", "a b " * 5_000, "zebra " * 2_000, "ã" * 100_000])
def test_no_pattern_and_no_text_takes_long(text: str) -> None:
    rules = router(rule("r", {"regex": ["(a+)+$"], "words": ["zebras", "a ... c", "zebra zebra cat"]}))
    started = time.process_time()
    rules.decide(Facts(text=text))
    assert time.process_time() - started < 0.1


WORDS = ["pay", "leave", "bank", "tax", "visa", "desk", "boss", "shift"]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    """Draw a condition over a few words and channels."""
    kind = draw(st.sampled_from(["words", "channel", "any", "all", "not"] if depth else ["words", "channel"]))
    if kind == "words":
        return {"words": draw(st.lists(st.sampled_from([*WORDS, "pay desk", "bank ... tax"]), min_size=1, max_size=3))}
    if kind == "channel":
        return {"channel": [draw(st.sampled_from(["slack", "teams"]))]}
    if kind == "not":
        return {"not": draw(conditions(depth - 1))}
    return {kind: draw(st.lists(conditions(depth - 1), min_size=1, max_size=3))}


def plainly(when: Mapping[str, object], words: list[str], channel: str) -> bool:
    """Evaluate a condition the slow and obvious way."""
    (kind, value), *_ = when.items()
    if kind == "words":
        return any(_in(term.split(), words) for term in value)  # type: ignore[attr-defined]
    if kind == "channel":
        return channel in value  # type: ignore[operator]
    if kind == "not":
        return not plainly(value, words, channel)  # type: ignore[arg-type]
    parts = [plainly(part, words, channel) for part in value]  # type: ignore[attr-defined]
    return all(parts) if kind == "all" else any(parts)


def _in(term: list[str], words: list[str]) -> bool:
    if "..." in term:
        first, _, last = term
        return any(w == first and last in words[i + 1 : i + 6] for i, w in enumerate(words))
    return any(words[i : i + len(term)] == term for i in range(len(words)))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(conditions(), min_size=1, max_size=6),
    st.lists(st.sampled_from(WORDS), max_size=8),
    st.sampled_from(["slack", "teams", "web"]),
)
def test_the_index_decides_as_trying_every_rule_would(
    whens: list[dict[str, object]], words: list[str], channel: str
) -> None:
    rules = router(*(rule(f"r{i}", when, i) for i, when in enumerate(whens)))
    expected = next((f"r{i}" for i, when in enumerate(whens) if plainly(when, words, channel)), None)
    assert rules.decide(Facts(text=" ".join(words), channel=channel)).rule == expected


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_every_text_gets_an_owner(book: Policybook, text: str) -> None:
    decision = book.router.decide(Facts(text=text))
    assert decision.role in book.roles
    assert decision.tier >= book.roles[decision.role].tier


@pytest.fixture(scope="module")
def book() -> Policybook:
    """The rules and articles that this project ships."""
    return read(ROOT / "knowledge", ROOT / "routing_rules")


def test_every_example_ends_at_its_rule(book: Policybook) -> None:
    wrong = [
        (each.id, example.facts.text)
        for each in book.router.rules
        for example in each.examples
        if book.router.decide(example.facts).rule != each.id
    ]
    assert wrong == []


def test_every_role_has_a_rule_with_five_examples(book: Policybook) -> None:
    written = [each for each in book.router.rules if each.path]
    assert {each.role for each in written} == set(book.roles)
    assert [each.id for each in written if len(each.examples) < 5] == []


def labelled(name: str, split: str) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in (DATA / name).read_text().splitlines()]
    return [row for row in rows if row["split"] == split]


@pytest.mark.parametrize("split", ["tune", "held"])
@pytest.mark.parametrize("name", ["clinc_requests.jsonl", "route_requests.jsonl"])
def test_at_least_ninety_five_percent_of_real_requests_reach_their_role(
    book: Policybook, name: str, split: str
) -> None:
    rows = labelled(name, split)
    right = sum(book.route(Facts(text=row["text"])).role == row["role"] for row in rows)
    assert right >= 0.95 * len(rows)


def test_other_roles_work_hardly_ever_lands_on_pay_benefits_or_time(book: Policybook) -> None:
    greedy = {"payroll", "benefits", "timekeeping"}
    rows = [row for row in labelled("route_requests.jsonl", "held") if row["role"] not in greedy]
    assert sum(book.route(Facts(text=row["text"])).role in greedy for row in rows) <= 0.05 * len(rows)


def test_forms_go_to_the_owner_of_their_request_type(book: Policybook) -> None:
    for key, request in book.requests.items():
        found = book.router.decide(Facts(request_type=key, text="my salary and my insurance and my vacation"))
        assert (found.role, found.tier >= request.tier) == (request.owner, True)


@pytest.mark.slow
def test_ten_thousand_rules_cost_little_more_than_ten() -> None:
    generator = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(generator.choices(letters, k=generator.randint(4, 10))) for _ in range(20_000)]
    messages = [Facts(text=" ".join(generator.choices(words, k=14))) for _ in range(500)]

    def cost(count: int) -> float:
        rules = router(*(rule(f"r{i}", {"words": generator.choices(words, k=4)}, i) for i in range(count)))
        for message in messages:
            rules.decide(message)
        started = time.process_time()
        for message in messages:
            rules.decide(message)
        return time.process_time() - started

    assert cost(10_000) < 4 * cost(10)
