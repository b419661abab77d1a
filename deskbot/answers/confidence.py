"""How sure the desk may be of its best section: a calibrated probability, and what to do at which."""

import math
from typing import Literal

from deskbot.answers.query import Query
from deskbot.answers.ranking import Ranking

Decision = Literal["answer", "suggest", "unknown", "personal"]
ANSWER_FROM = 0.60
SUGGEST_FROM = 0.25


def probability(query: Query, ranking: Ranking) -> float:
    """Return the probability that the first section of the ranking answers the question."""
    if not ranking.rows:
        return 0.0
    first = ranking.scores[0]
    second = ranking.scores[1] if len(ranking.scores) > 1 else 0.0
    coverage = ranking.covered / ranking.possible if ranking.possible else 0.0
    strength = first / (ranking.possible + 1.0)
    margin = (first - second) / first
    return 1.0 / (1.0 + math.exp(-(-3.6 + 2.2 * coverage + 0.9 * strength + 3.0 * margin)))


def decide(confidence: float) -> Decision:
    """Return what to do at this confidence: answer, suggest a few sections, or say that it is not known."""
    if confidence >= ANSWER_FROM:
        return "answer"
    return "suggest" if confidence >= SUGGEST_FROM else "unknown"
