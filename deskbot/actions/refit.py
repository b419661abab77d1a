"""Refits the confidence from what became of the desk's own answers, and keeps how that went."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.answers.calibration import SHIPPED, Calibration, Outcome, Refit, refit
from deskbot.store import learning
from deskbot.store.learning import Told
from deskbot.store.tables import CalibrationRun

WORTH_A_RUN = 10  # new outcomes since the last refit
MOST_OF_ONE = 20  # outcomes of one person, the latest


def outcome(told: Told) -> Outcome | None:
    """Return whether the first section was right, None where nobody said.

    A ticket's own answer tells most: the same section, or another. Else the person tells: it helped, they chose
    another suggestion, or they asked HR all the same.
    """
    if told.cited:
        right = told.first in told.cited
    elif told.helpful is None:
        return None
    else:
        right = told.helpful and told.chosen in (None, told.first)
    return Outcome(told.confidence, right, told.talk)


def outcomes(told: Iterable[Told]) -> list[Outcome]:
    """Return the outcomes that tell something, of one person no more than 20: nobody alone sets the confidence.

    Those who are not linked count as one person, because one of them could be many.
    """
    counted: Counter[int | None] = Counter()
    out = []
    for one in told:
        found = outcome(one)
        if found is not None and counted[one.person] < MOST_OF_ONE:
            counted[one.person] += 1
            out.append(found)
    return out


def present(session: Session, engine: str) -> Calibration:
    """Return the calibration in force for an engine."""
    row = learning.last_run(session, engine, kept=True)
    return SHIPPED if row is None else Calibration(row.slope, row.intercept)


def run(session: Session, desk: Desk) -> CalibrationRun | None:
    """Refit when enough is new; the row says whether it is in force. None where there was nothing to do."""
    engine = desk.book.knowledge.engine
    found = outcomes(learning.told(session, engine))
    last = learning.last_run(session, engine)
    if last is not None and abs(len(found) - last.outcomes) < WORTH_A_RUN:
        return None
    proposed = refit(found, present(session, engine))
    if proposed is None:
        return None
    row = _row(proposed, engine)
    row.at = desk.now()
    session.add(row)
    session.flush()
    return row


def _row(found: Refit, engine: str) -> CalibrationRun:
    return CalibrationRun(
        engine=engine,
        slope=found.calibration.slope,
        intercept=found.calibration.intercept,
        outcomes=found.outcomes,
        right=found.right,
        kept=found.kept,
        figures={
            "brier": list(found.brier),
            "error": list(found.error),
            "before": [asdict(bar) for bar in found.before],
            "after": [asdict(bar) for bar in found.after],
        },
    )
