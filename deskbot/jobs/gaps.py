"""Gaps in the background: takes in what was not answered, and asks today's articles about it again."""

from deskbot.actions import gaps
from deskbot.actions.desk import Desk
from deskbot.store.session import Store

MOST_ROUNDS = 50  # of one look: 50,000 questions


class Gaps:
    """Keeps gaps as they are; every piece of its work is safe to run twice, and short where it writes."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._memory = gaps.Memory()

    def round(self) -> None:
        """Take in the questions that nobody has looked at, then judge a number of gaps."""
        take_in(self._store, self._desk, self._memory)
        judge(self._store, self._desk)


def catch_up(store: Store, desk: Desk) -> None:
    """Take in and judge all there is."""
    take_in(store, desk, gaps.Memory())
    for _ in range(MOST_ROUNDS):
        if not judge(store, desk):
            return


def take_in(store: Store, desk: Desk, memory: gaps.Memory) -> None:
    """Take in every question that nobody has looked at, so many at once."""
    for _ in range(MOST_ROUNDS):
        now = desk.now()
        with store.read() as session:
            plan = gaps.look(session, desk, memory, now)
        if plan is None:
            return
        for part in plan.parts():
            with store.write() as session:
                gaps.settle(session, part, now)


def judge(store: Store, desk: Desk) -> bool:
    """Judge some gaps; False when none was left."""
    now = desk.now()
    with store.read() as session:
        verdicts = gaps.judge(session, desk, now)
    if verdicts:
        with store.write() as session:
            gaps.put_down(session, desk, verdicts, now)
    return bool(verdicts)
