"""How sure the desk may be of its best section: a calibrated probability, and what to do at which."""

import math
from hashlib import sha256
from typing import Literal

import numpy as np
import numpy.typing as npt

from deskbot.answers.index import Index
from deskbot.answers.query import Query
from deskbot.answers.ranking import FEATURES, Ranking, slot_weight

Decision = Literal["answer", "suggest", "unknown", "personal"]
ANSWER_FROM = 0.70
SUGGEST_FROM = 0.30
NOT_FOUND_FROM = 0.12  # below this there is most likely no article; from here one may only not have been found
PERSONAL_AT_MOST = 0.02

EVIDENCE = (
    "one",
    "covered",  # the share of the question that the section speaks of
    "weight_covered",  # the same by weight: rare words tell more
    "named",  # how nearly the question is the section's heading
    "page_named",  # the same of all headings and aliases of its page
    "page_lead",  # how far the best section of another page is behind; a sibling close behind takes nothing away
    "known",  # the share of the question's words that anybody wrote
    "first",  # the section's part among the best, as the ranking's softmax has it
    "page_first",  # its page's part
    "text",
    "missing",  # the one thing in the question that the section speaks of least: "pet" in "pet insurance"
    "aliased",
    "meaning",  # the cosine of its nearest passage
    "background",  # the mean cosine of all sections: how much of what is written here is about such things
)
# Logistic regressions on labelled questions about several handbooks; docs/answers.md has their cross-validated figures.
BY_WORDS = np.array([-5.78, 1.91, 0.58, 0.18, 0.50, -0.05, 1.62, 2.25, 1.45, 0.52, -0.12, 1.48, 0.0, 0.0])
BY_MEANING = np.array([-3.35, 0.07, 1.04, 2.01, -1.35, 0.37, 0.42, 0.0, 0.39, 0.28, -3.24, 0.91, 4.79, 4.37])
ASKED_SURE = 4.0  # what it adds that people approved this very question for the section
LEAD_AT_MOST = 4.0
LEAD_ALONE = 2.0  # where no other page has anything of the question
RIVALS = 20


def engine(*, by_meaning: bool) -> str:
    """Return the name of the coefficients in use: a desk's own calibration of others says nothing of these."""
    name, coefficients = ("meaning", BY_MEANING) if by_meaning else ("words", BY_WORDS)
    return f"{name}-{sha256(coefficients.tobytes()).hexdigest()[:8]}"


def evidence(index: Index, query: Query, ranking: Ranking) -> npt.NDArray[np.float64]:
    """Return what speaks for the first section of the best twenty or more, in the order of EVIDENCE."""
    first = dict(zip(FEATURES, ranking.features[0], strict=True))
    scores = np.array(ranking.scores[:RIVALS])
    same_page = index.page_of[list(ranking.rows[:RIVALS])] == index.page_of[ranking.rows[0]]
    parts = np.exp(scores - scores[0])
    parts /= parts.sum()
    elsewhere = scores[~same_page]
    weight = sum(slot_weight(index, slot) for slot in query.slots)
    known = sum(1 for slot in query.slots if any(term in index.number for term in slot.terms()))
    return np.array(
        [
            1.0,
            first["covered"],
            first["covered"] * weight / 20,
            first["named"],
            first["page_named"],
            min(scores[0] - elsewhere[0], LEAD_AT_MOST) if len(elsewhere) else LEAD_ALONE,
            known / max(1, len(query.slots)),
            parts[0],
            parts[same_page].sum(),
            first["text"] / 10,
            first["missing"],
            first["aliased"],
            first["meaning"],
            ranking.background or 0.0,
        ]
    )


def probability(index: Index, query: Query, ranking: Ranking) -> float:
    """Return the probability that the first section of the ranking answers the question."""
    if not ranking.rows:
        return 0.0
    learned = ASKED_SURE * ranking.asked[0] if ranking.asked else 0.0
    coefficients = BY_WORDS if ranking.background is None else BY_MEANING
    return float(1.0 / (1.0 + math.exp(-float(evidence(index, query, ranking) @ coefficients) - learned)))


def decide(confidence: float) -> Decision:
    """Return what to do at this confidence: answer, suggest a few sections, or say that it is not known."""
    if confidence >= ANSWER_FROM:
        return "answer"
    return "suggest" if confidence >= SUGGEST_FROM else "unknown"
