"""The demo company, made by one command: its people, 90 days of history, and whom to try the desk as."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from deskbot.actions import gaps
from deskbot.actions.desk import Desk
from deskbot.adapters.demo import company
from deskbot.adapters.demo.history import History
from deskbot.store.demo_people import showcase
from deskbot.store.session import Store
from deskbot.store.tables import PersonRow

DAYS = 90
TICKETS = 2700


def is_built(store: Store) -> bool:
    """Whether somebody is in the directory already."""
    with store.read() as session:
        return session.exec(select(PersonRow.id).limit(1)).first() is not None


def build(store: Store, desk: Desk, progress: Callable[[str], None], tickets: int = TICKETS) -> None:
    """Make the company and its history; nothing happens when somebody is in the directory already."""
    if is_built(store):
        return
    progress("Making the demo company: 260 people, two offices ...")
    with store.write() as session:
        company.found(session, desk, _today(desk.now(), desk.zone))
    tell(
        store,
        desk,
        tickets,
        DAYS,
        None,
        lambda done, total: progress(f"Telling its history: {done} of {total} tickets"),
    )
    _gather(store, desk)


def _gather(store: Store, desk: Desk) -> None:
    """Gather what no article answered, so that it is there when the first page opens."""
    with store.read() as session:
        plan = gaps.look(session, desk, gaps.Memory(), desk.now())
    with store.write() as session:
        if plan is not None and gaps.settle(session, plan, desk.now()):
            gaps.put_down(session, desk, gaps.judge(session, desk, desk.now()), desk.now())


def tell(
    store: Store, desk: Desk, tickets: int, days: int, open_share: float | None, progress: Callable[[int, int], None]
) -> None:
    """Write believable history of this many tickets over the last days."""
    with store.write() as session:
        History(session, desk, seed=tickets).tell(tickets, days, open_share, progress)


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def try_as(session: Session, desk: Desk) -> Iterator[tuple[str, str, str]]:
    """Yield (address, name, what they do) of the people to try the desk as."""
    for shown in showcase(session, desk.book.roles, "en").values():
        yield from shown
