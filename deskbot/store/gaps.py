"""Queries about questions that were not answered, or not well, and the gaps that they lie in.

Nothing here gives a question of a ticket above tier 2, or of a conversation in which something sensitive was said;
a ticket whose tier is raised later takes its question back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from deskbot.store import prepared, rows
from deskbot.store.columns import Sealed
from deskbot.store.tables import (
    Answered,
    Conversation,
    Counter,
    Event,
    Gap,
    GapQuestion,
    Message,
    Party,
    SectionVersion,
    Ticket,
)

HIGHEST_TIER = 2
APART = timedelta(days=7)  # around something sensitive in a chat that goes on for years
_SENSITIVE = "sensitive"

_own, _now = aliased(Ticket), aliased(Ticket)
_UNANSWERED = or_(
    col(Answered.decision) == "unknown",
    and_(
        col(Answered.decision).in_(("answer", "suggest")),
        or_(col(Answered.helpful).is_(False), col(Answered.ticket_id).is_not(None)),
    ),
)
_ORDINARY = and_(
    col(Message.deleted_at).is_(None),
    *(or_(tier.is_(None), tier <= HIGHEST_TIER) for tier in (col(Ticket.tier), col(_own.tier), col(_now.tier))),
)


class Asked(NamedTuple):
    """A question that was not answered, or not well; `text` is sealed."""

    id: int
    conversation_id: int
    lasting: bool
    person_id: int | None
    decision: str
    section: str | None
    version: str | None
    language: str
    ticket_id: int | None
    tier: int
    role: str | None
    at: datetime
    text: Sealed | None
    gap_id: int | None


def _asked() -> Any:
    return (
        select(
            col(Answered.id),
            col(Answered.conversation_id),
            col(Conversation.external_key) == col(Conversation.place),
            col(Answered.person_id),
            col(Answered.decision),
            col(Answered.section),
            col(Answered.version),
            col(Answered.language),
            func.coalesce(col(Answered.ticket_id), col(Message.ticket_id)),
            func.coalesce(col(Ticket.tier), col(_own.tier), 0),
            func.coalesce(col(Ticket.role), col(_own.role)),
            col(Answered.at),
            col(Message.text),
            col(GapQuestion.gap_id),
        )
        .join(Message, col(Message.id) == col(Answered.message_id))
        .join(Conversation, col(Conversation.id) == col(Answered.conversation_id))
        .join(Ticket, col(Ticket.id) == col(Answered.ticket_id), isouter=True)
        .join(_own, col(_own.id) == col(Message.ticket_id), isouter=True)
        .join(_now, col(_now.id) == col(Conversation.ticket_id), isouter=True)
        .join(GapQuestion, col(GapQuestion.answered_id) == col(Answered.id), isouter=True)
        .where(_ORDINARY)
    )


def fresh(session: Session, since: datetime, limit: int) -> tuple[list[Asked], list[int]]:
    """Return the oldest questions since then that nobody has looked at, at most `limit`, and the ids of those apart."""
    found = _asked().where(_UNANSWERED, col(Answered.at) >= since, col(GapQuestion.answered_id).is_(None))
    return _apart(session, found.order_by(col(Answered.id)).limit(limit))


def of_gaps(session: Session, gaps: Collection[int], since: datetime | None = None) -> dict[int, list[Asked]]:
    """Return the questions of these gaps, the oldest first."""
    found = _asked().where(among(col(GapQuestion.gap_id), gaps))
    if since is not None:
        found = found.where(col(Answered.at) >= since)
    out: dict[int, list[Asked]] = defaultdict(list)
    for one in _apart(session, found.order_by(col(Answered.id)))[0]:
        assert one.gap_id is not None
        out[one.gap_id].append(one)
    return out


def by_ids(session: Session, questions: Collection[int]) -> dict[int, Asked]:
    """Return questions by their ids."""
    found = _asked().where(among(col(Answered.id), questions))
    return {one.id: one for one in _apart(session, found)[0]}


def conflicts(session: Session, person: int) -> frozenset[int]:
    """Return the tickets that somebody must not learn of."""
    found = select(col(Party.ticket_id)).where(col(Party.person_id) == person, col(Party.kind) == "conflict")
    return frozenset(session.execute(found).scalars())


def among(column: Any, numbers: Collection[int]) -> Any:
    """Return "the column is one of these", in pieces that every database takes."""
    listed = sorted(numbers)
    return or_(*(column.in_(listed[at : at + 500]) for at in range(0, len(listed), 500))) if listed else column.in_([])


def _apart(session: Session, statement: Any) -> tuple[list[Asked], list[int]]:
    """Set apart what was asked where something sensitive was said: anywhere in a thread, near it in a lasting chat."""
    said: dict[int, list[datetime]] = defaultdict(list)
    marks = select(col(Answered.conversation_id), col(Answered.at)).where(col(Answered.decision) == _SENSITIVE)
    for conversation, at in session.execute(marks):
        said[conversation].append(at)
    ordinary: list[Asked] = []
    apart: list[int] = []
    for one in (Asked(*row) for row in session.execute(statement)):
        if _near(one, said.get(one.conversation_id, ())):
            apart.append(one.id)
        else:
            ordinary.append(one)
    return ordinary, apart


def _near(one: Asked, said: Sequence[datetime]) -> bool:
    return any(not one.lasting or abs(at - one.at) <= APART for at in said)


def live(session: Session, since: datetime, limit: int) -> list[Gap]:
    """Return the gaps in which something was asked since then, the latest first."""
    found = select(Gap).where(col(Gap.state) != "merged", col(Gap.last_at) >= since)
    return list(session.scalars(found.order_by(col(Gap.last_at).desc(), col(Gap.id)).limit(limit)))


def by_id(session: Session, number: int) -> Gap | None:
    """Return a gap; for one that was merged the one that goes on with its questions."""
    found = session.get(Gap, number)
    while found is not None and found.merged_into is not None:
        found = session.get(Gap, found.merged_into)
    return found


def begin(session: Session, first: datetime, last: datetime, language: str, now: datetime) -> int:
    """Make a gap and return its number."""
    gap = Gap(first_at=first, last_at=last, language=language, created_at=now)
    rows.add(session, gap)
    assert gap.id is not None
    return gap.id


def alone(session: Session) -> None:
    """Wait until nobody else is putting questions into gaps, and keep others out for the rest of the transaction."""
    prepared.insert(session, Counter, {"name": "gaps", "value": 0}, unless_there=True)
    session.execute(update(Counter).where(col(Counter.name) == "gaps").values(value=Counter.value + 1))


def seen(session: Session, questions: Collection[int]) -> bool:
    """Tell whether anybody has looked at one of these questions."""
    found = select(col(GapQuestion.answered_id)).where(among(col(GapQuestion.answered_id), questions)).limit(1)
    return session.execute(found).first() is not None


def put(session: Session, gap: int | None, questions: Iterable[int]) -> None:
    """Note of each question that it lies in this gap, or in none."""
    prepared.insert_each(session, GapQuestion, ("answered_id", "gap_id"), [(number, gap) for number in questions])


def merge(session: Session, gone: int, into: int) -> None:
    """Let one gap go on with the questions of another, whose number leads to it from now on."""
    session.execute(update(GapQuestion).where(col(GapQuestion.gap_id) == gone).values(gap_id=into))
    session.execute(update(Gap).where(col(Gap.merged_into) == gone).values(merged_into=into))
    session.execute(update(Gap).where(col(Gap.id) == gone).values(merged_into=into, state="merged", size=0))


def resize(session: Session, gap: int) -> None:
    """Count the questions of a gap anew, and between when they were asked."""
    counted = select(func.count(), func.min(col(Answered.at)), func.max(col(Answered.at))).join(
        GapQuestion, col(GapQuestion.answered_id) == col(Answered.id)
    )
    size, first, last = session.execute(counted.where(col(GapQuestion.gap_id) == gap)).one()
    if size:
        changed = update(Gap).where(col(Gap.id) == gap).values(size=size, first_at=first, last_at=last)
        session.execute(changed)


def to_judge(session: Session, version: str, least: int, limit: int) -> list[Gap]:
    """Return gaps of at least so many questions that today's articles were not asked about yet, the largest first."""
    stale = or_(col(Gap.judged_with) != version, col(Gap.judged_size) != col(Gap.size))
    found = select(Gap).where(col(Gap.state) != "merged", col(Gap.size) >= least, stale)
    return list(session.scalars(found.order_by(col(Gap.size).desc(), col(Gap.id)).limit(limit)))


def cited(session: Session, tickets: Collection[int]) -> list[str]:
    """Return the sections that these tickets were answered with, one for each time."""
    found = select(col(Event.data)).where(col(Event.kind) == "section_cited", among(col(Event.ticket_id), tickets))
    return [str(data.get("section", "")) for data in session.scalars(found)]


def published(session: Session, section: str, version: str) -> datetime | None:
    """Return since when the desk knows this text of a section."""
    found = select(col(SectionVersion.first_seen)).where(
        col(SectionVersion.section) == section, col(SectionVersion.version) == version
    )
    return session.execute(found).scalars().first()


def answered_with(session: Session, section: str, since: datetime) -> int:
    """Count the answers that a section has given since then."""
    found = select(func.count()).select_from(Answered)
    asked = found.where(col(Answered.section) == section, col(Answered.at) >= since, col(Answered.decision) == "answer")
    return int(session.execute(asked).scalar_one())


def replies(session: Session, tickets: Collection[int]) -> list[tuple[int, Sealed | None, Sealed | None, datetime]]:
    """Return what specialists publicly answered in these tickets, the oldest first.

    Of each the ticket, the sealed `Reply`, the sealed plain words where there is no such, and the instant.
    """
    columns = (col(Message.ticket_id), col(Message.reply), col(Message.text), col(Message.sent_at))
    found = select(*columns).where(
        among(col(Message.ticket_id), tickets),
        col(Message.author_kind) == "specialist",
        col(Message.visibility) == "public",
        col(Message.deleted_at).is_(None),
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(found.order_by(col(Message.id)))]


def tickets_of(session: Session, numbers: Collection[int]) -> list[Ticket]:
    """Return tickets by their ids, the newest first."""
    found = select(Ticket).where(among(col(Ticket.id), numbers), col(Ticket.tier) <= HIGHEST_TIER)
    return list(session.scalars(found.order_by(col(Ticket.id).desc())))
