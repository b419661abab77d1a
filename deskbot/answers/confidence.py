"""How sure the desk may be of its best section: a calibrated probability, and what to do at which."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from deskbot.answers.index import Index
from deskbot.answers.query import Query
from deskbot.answers.ranking import FEATURES, Ranking, slot_weight

Decision = Literal["answer", "suggest", "unknown", "personal"]
ANSWER_FROM = 0.66
SUGGEST_FROM = 0.30
PERSONAL_AT_MOST = 0.02

EVIDENCE = ("one", "covered", "weight_covered", "name", "score", "lead", "page_lead", "known", "same_page", "filled")
# A logistic regression on the development questions; docs/answers.md has its cross-validated figures.
COEFFICIENTS = np.array([-4.61, 1.17, 0.29, 0.46, 0.26, 0.05, 0.25, 1.58, 0.14, 0.77])


def evidence(index: Index, query: Query, ranking: Ranking) -> npt.NDArray[np.float64]:
    """Return what speaks for the first section, in the order of EVIDENCE.

    Shares of the question that it covers, the share of its heading that the question says, its score, its lead over
    the next section and the next page, the share of the question's words that anybody wrote, how many of the best five
    are on its page, and how much of what could be found was found.
    """
    first = dict(zip(FEATURES, ranking.features[0], strict=True))
    scores = ranking.scores
    weights = [slot_weight(index, slot) for slot in query.slots]
    known = sum(1 for slot in query.slots if any(term in index.number for term in slot.terms()))
    page = index.page_of[ranking.rows[0]]
    elsewhere = [score for row, score in zip(ranking.rows, scores, strict=True) if index.page_of[row] != page]
    total = sum(weights)
    return np.array(
        [
            1.0,
            first["covered"],
            first["covered"] * total / 20,
            first["name"],
            scores[0] / 10,
            scores[0] - scores[1] if len(scores) > 1 else 1.0,
            scores[0] - (elsewhere[0] if elsewhere else 0.0),
            known / len(query.slots),
            sum(1 for row in ranking.rows[:5] if index.page_of[row] == page) / 5,
            (first["text"] + first["heading"]) / (total + 1),
        ]
    )


def probability(index: Index, query: Query, ranking: Ranking) -> float:
    """Return the probability that the first section of the ranking answers the question."""
    if not ranking.rows:
        return 0.0
    return float(1.0 / (1.0 + math.exp(-float(evidence(index, query, ranking) @ COEFFICIENTS))))


def decide(confidence: float) -> Decision:
    """Return what to do at this confidence: answer, suggest a few sections, or say that it is not known."""
    if confidence >= ANSWER_FROM:
        return "answer"
    return "suggest" if confidence >= SUGGEST_FROM else "unknown"
