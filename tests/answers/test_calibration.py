"""What refitting the confidence promises: few outcomes change little, many are believed, worse is refused."""

import random

import numpy as np
import pytest

from deskbot.answers.calibration import FEWEST, SHIPPED, Calibration, Outcome, bars, calibration_error, fit, refit


def outcomes(count: int, said: float, share: float, seed: int = 1) -> list[Outcome]:
    """Return outcomes around one confidence of which a share was right."""
    chance = random.Random(seed)
    return [
        Outcome(min(0.98, max(0.02, chance.gauss(said, 0.08))), chance.random() < share, number)
        for number in range(count)
    ]


def test_the_shipped_confidence_stays_as_it_is_without_outcomes() -> None:
    assert [SHIPPED.of(p) for p in (0.0, 0.3, 0.99999, 1.0)] == [0.0, 0.3, 0.99999, 1.0]


def test_ten_bad_outcomes_move_an_answer_by_less_than_a_tenth() -> None:
    assert 0.7 < fit(outcomes(10, 0.8, 0.0)).of(0.8) < 0.8


def test_a_thousand_outcomes_are_believed() -> None:
    found = fit(outcomes(1000, 0.8, 0.6))
    assert found.of(0.8) == pytest.approx(0.6, abs=0.05)


def test_a_surer_answer_stays_surer_after_any_refit() -> None:
    found = fit([Outcome(0.9, False, n) for n in range(300)] + [Outcome(0.1, True, n) for n in range(300)])
    assert found.slope > 0
    assert found.of(0.9) > found.of(0.1)


def test_too_few_outcomes_are_no_refit() -> None:
    assert refit(outcomes(FEWEST - 1, 0.8, 0.5)) is None


def test_a_refit_that_helps_outcomes_kept_aside_is_kept_with_its_figures() -> None:
    found = refit(outcomes(600, 0.85, 0.6))
    assert found is not None
    assert found.kept
    assert found.brier[1] < found.brier[0]
    assert found.error[1] < found.error[0]
    assert sum(bar.count for bar in found.after) == found.outcomes == 600


def test_a_refit_that_makes_outcomes_kept_aside_worse_is_refused() -> None:
    """The shipped confidence is right in every detail, so that chance alone could be learned."""
    found = refit([Outcome(0.7, n % 10 < 7, n) for n in range(400)])
    assert found is not None
    assert not found.kept


def test_what_serves_is_what_a_refit_is_compared_with() -> None:
    asked = outcomes(600, 0.85, 0.6)
    first = refit(asked)
    assert first is not None
    again = refit(asked, first.calibration)
    assert again is not None
    assert not again.kept


def test_the_calibration_error_is_the_weighted_distance_of_said_and_right() -> None:
    found = bars(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert calibration_error(found) == pytest.approx(0.5 * 0.4 + 0.5 * 0.1)


@pytest.mark.parametrize("confidence", [0.0, 1e-9, 0.5, 1.0])
def test_every_confidence_stays_a_probability(confidence: float) -> None:
    assert 0.0 <= Calibration(1.7, -2.0).of(confidence) <= 1.0
