"""Measures a knowledge base against labelled questions: how often the right section comes, and when to be silent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled question and what was said to it.

    `gold` are the ids that are right, any one of them; empty means that the desk must not answer. `kind` "oos" is not
    in the knowledge base, "sensitive" must reach a human, all others are answerable. `ms` is the time it took.
    """

    kind: str
    gold: frozenset[str]
    decision: str
    confidence: float
    ranked: tuple[str, ...]
    ms: float

    @property
    def right(self) -> bool:
        """Whether the first section is one of the right ones."""
        return bool(self.ranked) and self.ranked[0] in self.gold

    @property
    def answered(self) -> bool:
        """Whether the desk answered, instead of suggesting, handing over or saying that it does not know."""
        return self.decision == "answer"

    def place(self) -> int | None:
        """Return the place of the first right section, counted from 1; None when it is not among the first ten."""
        return next((at for at, found in enumerate(self.ranked[:10], 1) if found in self.gold), None)


Figures = dict[str, float | int | None]


def measure(outcomes: Sequence[Outcome]) -> Figures:
    """Return the figures by name; shares are 0 to 1, times in milliseconds, None where nothing was there to count."""
    answerable = [o for o in outcomes if o.gold]
    outside = [o for o in outcomes if not o.gold and o.kind != "sensitive"]
    sensitive = [o for o in outcomes if o.kind == "sensitive"]
    return {
        "questions": len(outcomes),
        **_retrieval(answerable),
        "auroc": auroc([o.confidence for o in answerable], [o.confidence for o in outside]),
        "coverage_at_precision_90": coverage_at(answerable + outside, 0.90),
        **_decisions(answerable, outside),
        "sensitive_answered": _share(sensitive, lambda o: o.answered),
        "sensitive_recall": _share(sensitive, lambda o: o.decision == "sensitive"),
        **_times([o.ms for o in outcomes]),
    }


def _retrieval(answerable: Sequence[Outcome]) -> Figures:
    return {
        "answerable": len(answerable),
        "recall_at_1": _share(answerable, lambda o: o.right),
        "recall_at_3": _share(answerable, lambda o: (o.place() or 99) <= 3),
        "mrr_at_10": fmean(1 / (o.place() or float("inf")) for o in answerable) if answerable else None,
        "page_at_1": _share(answerable, lambda o: _page(o.ranked[:1]) & _page(o.gold) != set()),
    }


def _decisions(answerable: Sequence[Outcome], outside: Sequence[Outcome]) -> Figures:
    answered = [o for o in (*answerable, *outside) if o.answered]
    right = sum(o.right for o in answered)
    asked = len(answerable) + len(outside)
    return {
        "coverage": _share(answerable, lambda o: o.answered),
        "precision": right / len(answered) if answered else None,
        "false_answers_out_of_scope": _share(outside, lambda o: o.answered),
        "suggestions_out_of_scope": _share(outside, lambda o: o.decision == "suggest"),
        "over_escalated": _share(answerable, lambda o: o.decision == "sensitive"),
        "utility": (2 * right - len(answered)) / asked if asked else None,
    }


def _times(ms: Sequence[float]) -> Figures:
    if len(ms) < 2:
        return {"p50_ms": ms[0] if ms else None, "p99_ms": ms[0] if ms else None}
    cuts = quantiles(ms, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p99_ms": cuts[98]}


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> float | None:
    return fmean(holds(o) for o in outcomes) if outcomes else None


def _page(ids: Iterable[str]) -> set[str]:
    return {found.partition("#")[0] for found in ids}


def auroc(above: Sequence[float], below: Sequence[float]) -> float | None:
    """Return the chance that one of `above` is greater than one of `below`; ties count half."""
    if not above or not below:
        return None
    won = sum((a > b) + 0.5 * (a == b) for a in above for b in below)
    return won / (len(above) * len(below))


def coverage_at(outcomes: Sequence[Outcome], precision: float) -> float | None:
    """Return the largest share of answerable questions answered, most confident first, at this precision or better."""
    answerable = sum(bool(o.gold) for o in outcomes)
    if not answerable:
        return None
    best = right = covered = 0
    for given, outcome in enumerate(sorted(outcomes, key=lambda o: -o.confidence), 1):
        right += outcome.right
        covered += bool(outcome.gold)
        if right >= precision * given:
            best = covered
    return best / answerable
