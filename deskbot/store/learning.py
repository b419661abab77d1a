"""Queries about what the desk learns: offered and accepted questions, outcomes of answers, and refits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from deskbot.desk.tickets import EventKind
from deskbot.store import events, prepared
from deskbot.store.tables import Answered, CalibrationRun, Event, LearnedQuestion, Message, PersonRow, Ticket

HIGHEST_TIER = 2  # what was asked in a ticket above this teaches nothing, whenever the ticket came to be above it
CITED: EventKind = "section_cited"

# A ticket whose tier was raised later takes back what it taught.
_ORDINARY = or_(col(LearnedQuestion.ticket_id).is_(None), col(Ticket.tier) <= HIGHEST_TIER)
_OF_TICKET = and_(col(Ticket.id) == col(LearnedQuestion.ticket_id))


def offer(session: Session, row: LearnedQuestion) -> bool:
    """Store an offer; False when these words were offered for this section before, whatever became of it."""
    values = {key: value for key, value in row.model_dump().items() if key != "id"}
    return prepared.insert(session, LearnedQuestion, values, unless_there=True) != 0


def taught_by(session: Session, ticket_id: int, section: str) -> bool:
    """Tell whether the ticket has offered a question to this section already."""
    found = select(LearnedQuestion.id).where(LearnedQuestion.ticket_id == ticket_id, LearnedQuestion.section == section)
    return session.exec(found).first() is not None


def by_id(session: Session, number: int) -> LearnedQuestion | None:
    """Return an offer that may still be looked at."""
    found = select(LearnedQuestion).outerjoin(Ticket, _OF_TICKET).where(LearnedQuestion.id == number, _ORDINARY)
    return session.exec(found).first()


def offered(session: Session) -> list[LearnedQuestion]:
    """Return the offers that nobody has decided about, the oldest first."""
    found = select(LearnedQuestion).outerjoin(Ticket, _OF_TICKET)
    rows = found.where(LearnedQuestion.state == "offered", _ORDINARY).order_by(col(LearnedQuestion.id))
    return list(session.exec(rows))


def decided(session: Session) -> list[LearnedQuestion]:
    """Return what was accepted, the latest first."""
    found = select(LearnedQuestion).outerjoin(Ticket, _OF_TICKET)
    accepted = col(LearnedQuestion.state).in_(("accepted", "exported"))
    return list(session.exec(found.where(accepted, _ORDINARY).order_by(col(LearnedQuestion.id).desc())))


def accepted(session: Session) -> dict[str, tuple[str, ...]]:
    """Return the accepted questions that no file carries yet, by section."""
    columns = select(LearnedQuestion.section, LearnedQuestion.question).outerjoin(Ticket, _OF_TICKET)
    rows = session.exec(columns.where(LearnedQuestion.state == "accepted", _ORDINARY).order_by(col(LearnedQuestion.id)))
    out: dict[str, tuple[str, ...]] = {}
    for section, question in rows:
        out[section] = (*out.get(section, ()), question)
    return out


def exported(session: Session, section: str, questions: Sequence[str]) -> None:
    """Note that an article's file carries these questions from now on."""
    rows = session.exec(
        select(LearnedQuestion).where(
            LearnedQuestion.section == section,
            LearnedQuestion.state == "accepted",
            col(LearnedQuestion.question).in_(questions),
        )
    )
    for row in rows:
        row.state = "exported"
    session.flush()


def names(session: Session) -> list[str]:
    """Return the names of everybody in the directory."""
    return list(session.exec(select(PersonRow.name)))


def first_said(session: Session, ticket_id: int) -> Message | None:
    """Return the message that began a ticket: what its requester asked, where that is known, else said first."""
    asked = select(Message).join(Answered, col(Answered.message_id) == col(Message.id))
    found = session.exec(asked.where(Answered.ticket_id == ticket_id).order_by(col(Answered.id)).limit(1)).first()
    if found is not None:
        return found
    said = select(Message).where(Message.ticket_id == ticket_id, Message.author_kind == "employee")
    return session.exec(said.where(col(Message.deleted_at).is_(None)).order_by(col(Message.id)).limit(1)).first()


def cite(session: Session, ticket: Ticket, section: str, version: str, person_id: int, now: datetime) -> None:
    """Note in a ticket's history which section answered it."""
    assert ticket.id is not None
    data = {"section": section, "version": version}
    events.append(session, ticket.id, CITED, now, actor_kind="specialist", actor_id=person_id, data=data)


def cited_in(session: Session, ticket_id: int) -> set[str]:
    """Return the sections that a ticket's history names as its answer."""
    rows = session.exec(select(Event.data).where(Event.ticket_id == ticket_id, Event.kind == CITED))
    return {str(data.get("section", "")) for data in rows}


class Told(NamedTuple):
    """One answer and what became of it; `cited` are the sections that its ticket was answered with.

    `person` asked, None for somebody unlinked.
    """

    talk: int
    confidence: float
    first: str
    chosen: str | None
    helpful: bool | None
    cited: tuple[str, ...]
    person: int | None = None


def told(session: Session, engine: str, limit: int = 20_000) -> list[Told]:
    """Return the latest answers and suggestions of an engine with what became of them; none above tier 2."""
    columns = (Answered.id, Answered.conversation_id, Answered.shipped_confidence, Answered.section)
    more = (Answered.suggestions, Answered.decision, Answered.helpful, Answered.ticket_id, Answered.person_id)
    found: Any = select(*columns, *more).outerjoin(Ticket, col(Ticket.id) == col(Answered.ticket_id))  # type: ignore[call-overload]
    rows = session.execute(
        found.where(
            Answered.engine == engine,
            col(Answered.decision).in_(("answer", "suggest")),
            col(Answered.shipped_confidence).is_not(None),
            or_(col(Answered.helpful).is_not(None), col(Answered.ticket_id).is_not(None)),
            or_(col(Answered.ticket_id).is_(None), col(Ticket.tier) <= HIGHEST_TIER),
        )
        .order_by(col(Answered.id).desc())
        .limit(limit)
    ).all()
    cited = _cited(session, {row[7] for row in rows if row[7] is not None})
    return [
        Told(row[1], row[2], first, row[3], row[6], cited.get(row[7], ()), row[8])
        for row in rows
        if (first := (row[4] or [""])[0] if row[5] == "suggest" else row[3])
    ]


def _cited(session: Session, tickets: set[int]) -> dict[int, tuple[str, ...]]:
    out: dict[int, tuple[str, ...]] = {}
    if not tickets:
        return out
    rows = session.exec(select(Event.ticket_id, Event.data).where(Event.kind == CITED))
    for ticket_id, data in rows:
        if ticket_id in tickets:
            out[ticket_id] = (*out.get(ticket_id, ()), str(data.get("section", "")))
    return out


def last_run(session: Session, engine: str, *, kept: bool = False) -> CalibrationRun | None:
    """Return the last refit of an engine, or the last one that was kept."""
    found = select(CalibrationRun).where(CalibrationRun.engine == engine)
    if kept:
        found = found.where(col(CalibrationRun.kept).is_(True))
    return session.exec(found.order_by(col(CalibrationRun.id).desc()).limit(1)).first()


def state_of_learning(session: Session) -> tuple[Any, ...]:
    """Return what changes whenever something was accepted, exported, taken back or refitted."""
    questions = select(func.count(), func.max(LearnedQuestion.decided_at)).outerjoin(Ticket, _OF_TICKET)
    row = session.execute(questions.where(LearnedQuestion.state == "accepted", _ORDINARY)).one()
    return (*row, session.execute(select(func.max(CalibrationRun.id))).scalar())
