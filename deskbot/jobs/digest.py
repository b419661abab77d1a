"""The weekly digests: each receiver's on their own Monday morning, once, whoever wakes and however often."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deskbot.actions import digest
from deskbot.actions.desk import Desk
from deskbot.actions.digest import Receiver
from deskbot.desk.digest import Week, last_week
from deskbot.store.session import Store

AT = time(8, 0)  # on Monday, in the receiver's own zone
LATEST = timedelta(days=2)  # after an outage a digest still comes until Wednesday morning


def arrives(receiver: Receiver, week: Week, zone: str) -> datetime:
    """Return when a week's digest is due: Monday 08:00 at the receiver's, once the week is over in the desk's zone."""
    monday = week.before(-1).monday
    return max(datetime.combine(monday, AT, ZoneInfo(receiver.zone)), week.before(-1).start(zone))


def due(now: datetime, week: Week, zone: str, receivers: Iterable[Receiver]) -> list[Receiver]:
    """Return the receivers whose digest of this week should be there by now."""
    return [r for r in receivers if timedelta(0) <= now - arrives(r, week, zone) < LATEST]


def run(store: Store, desk: Desk, now: datetime) -> int:
    """Give out the digests that are due; returns how many. Figures are computed before the right to write is taken."""
    week = last_week(now, desk.zone)
    with store.read() as session:
        told = digest.told(session, week)
        waiting = [
            receiver
            for receiver in due(now, week, desk.zone, digest.receivers(session, desk))
            if digest.key_of(receiver, week) not in told
        ]
        figures = [digest.compute(session, desk, role, week) for role in sorted({r.role for r in waiting})]
    if not waiting:
        return 0
    with store.write() as session:
        for computed in figures:
            digest.put(session, desk, computed)
        return sum(digest.give(session, desk, receiver, week, now) for receiver in waiting)
