"""Brings what the desk learned into the live content of this process, and refits the confidence once a day."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog

from deskbot.actions import refit
from deskbot.actions.desk import Desk
from deskbot.answers.calibration import Calibration
from deskbot.store import learning, once
from deskbot.store.session import Store

log = structlog.get_logger()


class Taught(Protocol):
    """Live content that takes over what was learned."""

    def teach(self, learned: Mapping[str, Sequence[str]], calibration: Calibration) -> bool:
        """Answer with these questions and this calibration from now on; True when that changed anything."""


class Learning:
    """Looks every few seconds whether anything was learned, in this process or another, and takes it over."""

    def __init__(self, store: Store, desk: Desk, content: Taught) -> None:
        self._store = store
        self._desk = desk
        self._content = content
        self._seen: tuple[Any, ...] | None = None

    def round(self) -> bool:
        """Take over what is new; the look itself is one small query."""
        engine = self._desk.book.knowledge.engine
        with self._store.read() as session:
            state = (*learning.state_of_learning(session), engine)
            if state == self._seen:
                return False
            learned, calibration = learning.accepted(session), refit.present(session, engine)
        changed = self._content.teach(learned, calibration)
        self._seen = state
        return changed

    def refit(self) -> None:
        """Refit once a day, in one process."""
        now = self._desk.now()
        with self._store.write() as session:
            if not once.first_time(session, f"job:refit:{now:%Y-%m-%d}", now):
                return
            row = refit.run(session, self._desk)
        if row is not None:
            log.info("confidence refitted", outcomes=row.outcomes, kept=row.kept)
