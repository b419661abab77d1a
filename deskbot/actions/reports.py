"""Texts that must never meet an article alone: the human route first, in private, and a sealed case where it is one."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from deskbot.actions.opening import Opening, open_ticket, seal_under
from deskbot.actions.questions import passage
from deskbot.actions.talk import Talk
from deskbot.actions.tickets import employee_message
from deskbot.answers.knowledge import Found
from deskbot.desk import conversation
from deskbot.desk.conversation import Finding, Passage, Turn
from deskbot.desk.sensitive import Screening
from deskbot.desk.texts import say
from deskbot.desk.tickets import EventKind
from deskbot.store import events, rows
from deskbot.store.tables import Answered, Message, Ticket


def answer(talk: Talk, message: Message, screening: Screening) -> Turn:
    """Take a screened text: open a sealed case for a report, give a question the human route and then the article.

    What may be either gets both: the case, and the article after it.
    """
    if talk.person is None:
        message.text = None
        return Turn((talk.reply(say("chat.sensitive_unlinked", talk.language, url=talk.desk.base_url), private=True),))
    ticket = _case(talk, message, screening) if screening.report or screening.own_health else None
    talk.apart = ticket is None
    _remember(talk, message, ticket)
    reply = conversation.sensitive_route(
        language=talk.language,
        reference=ticket.ref if ticket else None,
        promise=talk.promise(ticket) if ticket else "",
        crisis=_crisis(talk) if screening.crisis else (),
        article=_article(talk, doubtful=ticket is not None) if screening.asks else _of_grief(talk, screening),
        health=screening.own_health,
    )
    return Turn((reply,))


def speak_up(talk: Talk, message: Message | None) -> Turn:
    """Open a sealed case on somebody's wish to talk to employee relations, before anything was told."""
    if talk.person is None:
        return Turn((talk.reply(say("chat.unlinked", talk.language, url=talk.desk.base_url), private=True),))
    ticket = _open(talk, message, tier=4)
    text = say("chat.opened_sealed", talk.language, reference=ticket.ref, promise=talk.promise(ticket))
    return Turn((talk.reply(text, private=True),))


def _case(talk: Talk, message: Message, screening: Screening) -> Ticket:
    """Return the sealed case that the text belongs to: the one this conversation already reaches, or a new one."""
    tier = 3 if screening.own_health else 4
    existing = talk.ticket()
    if existing is not None and existing.tier >= tier and talk.person and existing.requester_id == talk.person.id:
        employee_message(talk.session, talk.desk, existing, message, talk.person.id, talk.now)
        seal_under(talk.session, talk.desk, existing, [message])
        return existing
    return _open(talk, message, tier)


def _open(talk: Talk, message: Message | None, tier: int) -> Ticket:
    assert talk.person is not None
    return open_ticket(
        talk.session,
        talk.desk,
        Opening(
            requester=talk.person,
            text="",
            channel=talk.inbound.channel,
            conversation=talk.conversation,
            message=message,
            tier_floor=tier,
            role="leave" if tier == 3 else "employee_relations",
            language=talk.language,
        ),
    )


def _crisis(talk: Talk) -> tuple[str, ...]:
    """Return the emergency and crisis lines of the person's country, from the files of this company."""
    country = talk.person.country if talk.person else ""
    crisis = talk.desk.book.crisis
    return tuple(crisis.lines(country, talk.language)) if crisis is not None else ()


def _article(talk: Talk, *, doubtful: bool) -> Passage | None:
    """Find the article about the topic, to stand after the human route; in doubt only one that seems to answer."""
    found = talk.desk.book.knowledge.find(talk.inbound.text, talk.audience(), talk.language)
    if not found.ranked or (doubtful and found.decision not in ("answer", "suggest")):
        return None
    return _first(talk, found)


def _of_grief(talk: Talk, screening: Screening) -> Passage | None:
    """Find the days off that somebody who tells of a death has: nobody should have to ask for them in such a week."""
    if not screening.own_health:
        return None
    found = talk.desk.book.knowledge.of_grief(talk.inbound.text, talk.audience(), talk.language)
    return None if found is None else _first(talk, found)


def _first(talk: Talk, found: Found) -> Passage:
    """Return the passage found, quoted as far as it answers."""
    first = passage(talk, found.ranked[0][0])
    return replace(first, quote=found.quote_md) if found.quote_md else first


def _remember(talk: Talk, message: Message, ticket: Ticket | None) -> None:
    """Keep that a sensitive text was handed over: no section, no confidence, nothing to learn from."""
    finding = Finding("sensitive", 0.0)
    assert talk.conversation.id is not None
    assert message.id is not None
    row = Answered(
        conversation_id=talk.conversation.id,
        message_id=message.id,
        decision=finding.decision,
        ticket_id=ticket.id if ticket else None,
        language=talk.language,
        at=talk.now,
    )
    rows.add(talk.session, row)


def note_revision(session: Session, ticket: Ticket, message: Message, kind: str, now: datetime) -> None:
    """Write into a ticket's history that a message was edited or deleted by its author."""
    assert ticket.id is not None
    event: EventKind = "message_deleted" if kind == "delete" else "message_edited"
    events.append(
        session, ticket.id, event, now, actor_kind="employee", actor_id=message.author_id, message_id=message.id
    )
