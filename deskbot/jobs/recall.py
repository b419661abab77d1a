"""Answer recall in the background: looks what changed in the articles, alarms their owners, sends what was decided."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions import recall, stock
from deskbot.actions.desk import Desk
from deskbot.answers.knowledge import Knowledge
from deskbot.store import recall as kept
from deskbot.store.session import Store
from deskbot.store.tables import Correction

_AT_ONCE = 500
# Somebody may be told the old text by another process that has not read the files anew yet.
_LATECOMERS = timedelta(minutes=1)


class Recall:
    """Watches the articles as they are read anew; every piece of its work is safe to run twice."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._seen: tuple[Knowledge, date] | None = None
        self._alarmed_at: datetime | None = None

    def round(self) -> None:
        """Take up what changed since the last round, and go on with what is being sent."""
        now = self._desk.now()
        today = now.astimezone(ZoneInfo(self._desk.zone)).date()
        if self._seen is None or self._seen[0] is not self._desk.book.knowledge or self._seen[1] != today:
            seen = (self._desk.book.knowledge, today)
            look(self._store, self._desk, now)
            self._seen, self._alarmed_at = seen, None
        if self._alarmed_at is None or now - self._alarmed_at >= _LATECOMERS:
            alarm(self._store, self._desk, now)
            self._alarmed_at = now
        for correction in sending(self._store):
            send(self._store, self._desk, correction)


def look(store: Store, desk: Desk, now: datetime) -> None:
    """Compare the articles with what was there before: each change is taken up in a transaction of its own."""
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    with store.read() as session:
        new, steps = stock.news(session, desk, today)
    for start in range(0, len(new), _AT_ONCE):
        with store.write() as session:
            stock.begin_lines(session, new[start : start + _AT_ONCE], now)
    for step in steps:
        with store.read() as session:
            stock.prepare(session, desk, [step])
        with store.write() as session:
            recall.take_up(session, desk, step, now)


def alarm(store: Store, desk: Desk, now: datetime) -> None:
    """Tell the owners of what waits for a decision, each text once."""
    with store.read() as session:
        fresh = [one for one in kept.in_state(session, "pending", told=True) if not recall.alarmed(session, one)]
        found = [(one.id, _to_tell(session, desk, one)) for one in fresh]
    for number, count in found:
        if not count:
            continue
        with store.write() as session:
            correction = session.get(Correction, number)
            if correction is not None and correction.state == "pending":
                recall.alarm(session, desk, correction, count, now)


def _to_tell(session: Session, desk: Desk, correction: Correction) -> int:
    return sum(one.standing == "tell" for one in recall.recipients(session, desk, correction))


def sending(store: Store) -> list[int]:
    """Return the corrections that are being sent."""
    with store.read() as session:
        return [one.id for one in kept.in_state(session, "sending") if one.id is not None]


def send(store: Store, desk: Desk, correction: int) -> None:
    """Send a correction to everybody who is left, a batch in a transaction."""
    while True:
        with store.read() as session:
            people = recall.due(session, desk, correction)
        for start in range(0, len(people), recall.BATCH):
            with store.write() as session:
                recall.send_batch(session, desk, correction, people[start : start + recall.BATCH], desk.now())
        if not people:
            break
    with store.write() as session:
        recall.finish(session, correction, desk.now())
