"""Sets the confidence right from a desk's own outcomes: two numbers with a strong prior on what was shipped.

The shipped probability p becomes sigmoid(slope * logit(p) + intercept). Few outcomes change little; a change that does
not make outcomes kept aside more probable is refused.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

PRIOR = 80.0  # how firmly slope 1 and intercept 0 are held: about what five hundred outcomes weigh
FEWEST = 40  # outcomes below which nothing is refitted
FOLDS = 5
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_EDGE = 1e-4  # probabilities nearer to 0 or 1 than this are taken for this: one outcome must not decide everything
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a shipped probability is set right; slope 1 and intercept 0 leave it as it is."""

    slope: float = 1.0
    intercept: float = 0.0

    def of(self, confidence: float) -> float:
        """Return the probability as this desk's outcomes have it."""
        if self == SHIPPED or confidence <= 0.0:
            return confidence
        kept = min(max(confidence, _EDGE), 1.0 - _EDGE)
        return 1.0 / (1.0 + math.exp(-(self.slope * math.log(kept / (1.0 - kept)) + self.intercept)))


SHIPPED = Calibration()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer: how sure the desk was, whether it was right, and in which talk it was given."""

    confidence: float
    right: bool
    talk: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """Of the answers whose confidence lay between two bounds: how many, their mean confidence, the share right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Refit:
    """A proposed calibration with the figures of outcomes kept aside; `kept` says whether it is better than before."""

    calibration: Calibration
    outcomes: int
    right: int
    kept: bool
    brier: tuple[float, float]
    error: tuple[float, float]
    before: tuple[Bar, ...]
    after: tuple[Bar, ...]


def fit(outcomes: Sequence[Outcome]) -> Calibration:
    """Return the most probable calibration of these outcomes, by Newton's method on two numbers."""
    logits, right = _logits(outcomes), np.array([float(o.right) for o in outcomes])
    columns = np.stack((logits, np.ones(len(logits))))
    found = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        said = _sigmoid(found @ columns)
        slope = columns @ (said - right) + PRIOR * (found - (1.0, 0.0))
        bend = (columns * (said * (1.0 - said))) @ columns.T + PRIOR * np.eye(2)
        step = np.linalg.solve(bend, slope)
        found = found - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return Calibration(round(max(float(found[0]), 0.2), 4), round(float(found[1]), 4))


def refit(outcomes: Sequence[Outcome], present: Calibration = SHIPPED) -> Refit | None:
    """Return a calibration of the outcomes beside the present one; None where there are too few.

    Every outcome is judged by a fit that did not see its conversation. A refit is kept when neither the Brier score
    nor the expected calibration error of these judgements is worse than the present one's.
    """
    if len(outcomes) < FEWEST:
        return None
    right = np.array([float(o.right) for o in outcomes])
    now = np.array([present.of(o.confidence) for o in outcomes])
    then = _aside(outcomes)
    brier = (_brier(now, right), _brier(then, right))
    before, after = bars(now, right), bars(then, right)
    error = (calibration_error(before), calibration_error(after))
    better = brier[1] < brier[0] and error[1] <= error[0]
    return Refit(fit(outcomes), len(outcomes), int(right.sum()), better, brier, error, before, after)


def bars(said: Numbers, right: Numbers) -> tuple[Bar, ...]:
    """Return the reliability of probabilities in five bins; empty bins are left out."""
    out = []
    for low, high in pairwise(BINS):
        here = (said >= low) & ((said < high) | (high == BINS[-1]))
        if count := int(here.sum()):
            out.append(Bar(low, high, count, float(said[here].mean()), float(right[here].mean())))
    return tuple(out)


def calibration_error(found: Sequence[Bar]) -> float:
    """Return the expected calibration error: how far confidence and share right lie apart, weighted by counts."""
    total = sum(bar.count for bar in found) or 1
    return sum(bar.count * abs(bar.said - bar.right) for bar in found) / total


def _aside(outcomes: Sequence[Outcome]) -> Numbers:
    """Return each outcome's probability by a fit to the outcomes of other conversations."""
    fold = [o.talk % FOLDS for o in outcomes]
    out = np.zeros(len(outcomes))
    for part in range(FOLDS):
        seen = [o for o, of in zip(outcomes, fold, strict=True) if of != part]
        fitted = fit(seen) if seen else SHIPPED
        for at, (outcome, of) in enumerate(zip(outcomes, fold, strict=True)):
            if of == part:
                out[at] = fitted.of(outcome.confidence)
    return out


def _brier(said: Numbers, right: Numbers) -> float:
    return float(np.mean((said - right) ** 2))


def _logits(outcomes: Sequence[Outcome]) -> Numbers:
    kept = np.clip(np.array([o.confidence for o in outcomes]), _EDGE, 1.0 - _EDGE)
    found: Numbers = np.log(kept / (1.0 - kept))
    return found


def _sigmoid(values: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-values))
    return found
