"""The figures of `kb eval` mean what they say."""

import pytest

from deskbot.answers.evaluation import Outcome, auroc, coverage_at, measure


def _outcome(kind: str, gold: set[str], decision: str, confidence: float, *ranked: str) -> Outcome:
    return Outcome(kind, frozenset(gold), decision, confidence, ranked, 1.0)


OUTCOMES = [
    _outcome("direct", {"a.md#x"}, "answer", 0.9, "a.md#x", "b.md"),
    _outcome("direct", {"a.md#x"}, "suggest", 0.5, "a.md#y", "c.md", "a.md#x"),
    _outcome("typo", {"b.md"}, "answer", 0.8, "c.md", "d.md"),
    _outcome("oos", set(), "answer", 0.7, "a.md#x"),
    _outcome("oos", set(), "suggest", 0.2, "a.md#x"),
    _outcome("sensitive", set(), "sensitive", 0.6, "a.md#x"),
]


def test_retrieval_counts_the_first_right_section() -> None:
    """Recall at 1 and 3, reciprocal rank and right page, over answerable questions alone."""
    figures = measure(OUTCOMES)
    assert figures["recall_at_1"] == pytest.approx(1 / 3)
    assert figures["recall_at_3"] == pytest.approx(2 / 3)
    assert figures["mrr_at_10"] == pytest.approx((1 + 1 / 3) / 3)
    assert figures["page_at_1"] == pytest.approx(2 / 3)


def test_decisions_count_false_answers_against_the_desk() -> None:
    """Precision counts answers to questions out of scope as wrong; utility subtracts every wrong one."""
    figures = measure(OUTCOMES)
    assert figures["coverage"] == pytest.approx(2 / 3)
    assert figures["precision"] == pytest.approx(1 / 3)
    assert figures["false_answers_out_of_scope"] == pytest.approx(1 / 2)
    assert figures["suggestions_out_of_scope"] == pytest.approx(1 / 2)
    assert figures["utility"] == pytest.approx((1 - 2) / 5)
    assert figures["sensitive_recall"] == 1.0


def test_auroc_is_the_chance_of_the_right_order() -> None:
    """Ties count half, and without both kinds there is no figure."""
    assert auroc([0.9, 0.5], [0.5]) == pytest.approx(0.75)
    assert auroc([], [0.5]) is None


def test_coverage_at_a_precision_takes_the_most_confident_first() -> None:
    """Two right ones come before the first wrong one."""
    outcomes = [_outcome("d", {"a"}, "answer", c, r) for c, r in ((0.9, "a"), (0.8, "a"), (0.7, "b"), (0.6, "a"))]
    assert coverage_at(outcomes, 0.9) == pytest.approx(0.5)


def test_nothing_measured_is_nothing_claimed() -> None:
    """Without questions every share is unknown."""
    assert measure([])["recall_at_1"] is None
