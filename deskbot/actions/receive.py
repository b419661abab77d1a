"""The way of a message: who is asking, what kind of thing it is, and what the desk does, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from deskbot.actions import attachments, choices, handover, identify, lasting, questions, reports
from deskbot.actions.desk import Desk
from deskbot.actions.outgoing import draw_page, post, subject_of
from deskbot.actions.talk import Talk, home, status_replies
from deskbot.actions.tickets import employee_message
from deskbot.desk import commands, sensitive
from deskbot.desk.conversation import Rephrased, Turn
from deskbot.desk.errors import DeskError
from deskbot.desk.languages import written_in
from deskbot.desk.messages import Inbound, Reply
from deskbot.desk.people import Person
from deskbot.desk.text import clean
from deskbot.desk.texts import LANGUAGES, say
from deskbot.store import conversations, people, rows
from deskbot.store.announce import announce
from deskbot.store.tables import Conversation, Message, Revision, Ticket

LONGEST = 40_000
_PHRASES = frozenset({"thanks", "greeting", "not_it"})  # said in a ticket's conversation, they belong to the ticket
_OWN_PEOPLE = frozenset({"webchat", "terminal"})


@dataclass(frozen=True, slots=True)
class Received:
    """What came of an inbound: the turn that the channel may want at once, and the conversation it belongs to."""

    turn: Turn
    conversation_id: int | None = None


def prepare(desk: Desk, inbound: Inbound) -> None:
    """Work out what needs no database, before `receive` keeps everybody else out of it."""
    text = text_of(inbound)
    if inbound.kind == "message" and text.strip() and commands.recognise(text) is None:
        desk.book.knowledge.prepare(text)


def text_of(inbound: Inbound) -> str:
    """Return what somebody wrote, as the desk reads it."""
    return clean(inbound.text)[:LONGEST]


def receive(session: Session, desk: Desk, inbound: Inbound, rephrased: Rephrased | None = None) -> Received:
    """Take one inbound and do what it asks; every reply is stored and, where the channel is written to, enqueued.

    `rephrased` is a passage in plain words, for when it turns out to be the answer.
    """
    inbound = replace(inbound, text=text_of(inbound))
    now = desk.now()
    person = _who(session, inbound)
    if is_overheard(session, inbound):
        return Received(Turn())
    conversation = _conversation(session, inbound, person, now)
    if inbound.kind in ("edit", "delete"):
        _revise(session, desk, inbound, conversation, now)
        return Received(Turn(), conversation.id)
    conversation.language = written_in(inbound.text, conversation.language)
    talk = Talk(desk, session, inbound, person, conversation, now, conversation.language, rephrased=rephrased)
    try:
        turn = _act(talk)
    except DeskError as error:
        turn = Turn((Reply(error.message, private=True, language=talk.language),), toast=error.message)
    ticket = None if talk.apart else talk.ticket()
    _, signed = post(session, desk, conversation, turn.replies, now, ticket=ticket)
    form = desk.tokens.sign_reply(Reply("", form=turn.form), now).form if turn.form else None
    return Received(replace(turn, replies=tuple(signed), form=form), conversation.id)


def _who(session: Session, inbound: Inbound) -> Person | None:
    """Find the person behind the platform's user, and keep where to write to them first."""
    number = _number(session, inbound)
    if number is not None and inbound.address and inbound.channel not in _OWN_PEOPLE:
        identify.remember_address(session, inbound)
    return _at_work(session, number)


def _number(session: Session, inbound: Inbound) -> int | None:
    if inbound.channel in _OWN_PEOPLE:
        return int(inbound.sender)
    return people.linked(session, inbound.channel, inbound.scope, inbound.sender)


def person_of(session: Session, inbound: Inbound) -> Person | None:
    """Return who wrote; our own pages name the signed-in person themselves. None for somebody unlinked, or who left."""
    return _at_work(session, _number(session, inbound))


def _at_work(session: Session, number: int | None) -> Person | None:
    found = people.known(session, number) if number is not None else None
    return found if found is not None and found.status != "left" else None


def first_language(inbound: Inbound, person: Person | None) -> str:
    """Return the language a conversation begins in; later the messages themselves tell, and buttons follow them."""
    wanted = inbound.language or (person.language if person else "en")
    return wanted if wanted in LANGUAGES else "en"


def is_overheard(session: Session, inbound: Inbound) -> bool:
    """Tell whether people talk among themselves: in a room, not to the bot, in no conversation it is part of."""
    if inbound.private or inbound.mentioned or inbound.kind not in ("message", "edit", "delete"):
        return False
    return conversations.find(session, inbound.channel, inbound.conversation) is None


def _conversation(session: Session, inbound: Inbound, person: Person | None, now: datetime) -> Conversation:
    found = conversations.find(session, inbound.channel, inbound.conversation)
    if found is not None:
        if found.person_id is None and person is not None:
            found.person_id = person.id
        return found
    row = Conversation(
        channel=inbound.channel,
        external_key=inbound.conversation,
        place=inbound.place,
        private=inbound.private,
        person_id=person.id if person else None,
        language=first_language(inbound, person),
        created_at=now,
        updated_at=now,
    )
    rows.add(session, row)
    return row


def _act(talk: Talk) -> Turn:
    kind = talk.inbound.kind
    if kind == "choice":
        return choices.press(talk)
    if kind == "form":
        return choices.submit(talk)
    if kind == "open":
        return _opened(talk)
    return _hear(talk)


def _opened(talk: Talk) -> Turn:
    """Draw the page that a channel has of its own when somebody opens it; opening a conversation says nothing."""
    if talk.inbound.verb == "home" and talk.inbound.channel in talk.desk.pushes:
        draw_page(talk.session, talk.desk, talk.conversation, home(talk), talk.inbound.delivery, talk.now)
    return Turn()


def _hear(talk: Talk) -> Turn:
    """A message: sensitive first, then what belongs to a ticket, then commands and requests, only then the articles."""
    lasting.let_go(talk)
    text = talk.inbound.text
    command = commands.recognise(text)
    # A fixed phrase such as "thanks" holds nothing else; every other text is screened before anything is made of it.
    screening = sensitive.screen(text) if text.strip() and (command is None or command.name not in _PHRASES) else None
    # A sensitive text and its files are never put into the ordinary ticket that the conversation happens to reach.
    if screening is not None and not screening.report and (case := talk.ticket()) is not None and case.tier == 4:
        screening = None  # Its handlers have the sealed case already, and read what is said to it.
    message = _keep_message(talk, talk.ticket() if screening is None else None)
    if screening is not None:
        return reports.answer(talk, message, screening)
    if command is not None and command.name not in _PHRASES:
        return status_replies(talk, command)
    ticket = talk.ticket()
    if ticket is not None and talk.person is not None and ticket.requester_id == talk.person.id:
        return _into_ticket(talk, ticket, message)
    if command is not None:
        return questions.missed(talk) if command.name == "not_it" else status_replies(talk, command)
    if not text.strip():
        return Turn()
    if talk.conversation.state.get("wants_person") and talk.person is not None:
        talk.conversation.state = {}
        return Turn((handover.opened(talk, handover.ticket_of(talk, message)),))
    return questions.answer(talk, message)


def _keep_message(talk: Talk, ticket: Ticket | None) -> Message:
    inbound, conversation = talk.inbound, talk.conversation
    subject = subject_of(conversation, ticket)
    message = conversations.add_message(
        talk.session,
        conversation_id=conversation.id,
        ticket_id=ticket.id if ticket else None,
        author_kind="employee",
        author_id=talk.person.id if talk.person else None,
        external_id=inbound.external_id or None,
        text=talk.desk.sealer.seal(talk.session, subject, inbound.text),
        sent_at=inbound.sent_at,
    )
    conversation.updated_at = talk.now
    refused = attachments.keep(
        talk.session, talk.desk, inbound.files, message=message, ticket=ticket, subject=subject, now=talk.now
    )
    talk.notices.extend(
        say("chat.file_limit", talk.language, name=name, limit=attachments.LARGEST // 2**20) for name in refused
    )
    announce(talk.session, f"conversation:{conversation.id}")
    return message


def _into_ticket(talk: Talk, ticket: Ticket, message: Message) -> Turn:
    """Take a further message into its ticket; say so once, and whenever it opened the ticket again."""
    assert talk.person is not None
    reopened = employee_message(talk.session, talk.desk, ticket, message, talk.person.id, talk.now)
    told, choices = bool(talk.conversation.state.get("told_added")), lasting.way_out(talk, message)
    if told and not reopened and not talk.notices and not choices:
        return Turn()
    talk.conversation.state = {**talk.conversation.state, "told_added": True}
    key = "chat.reopened" if reopened else "chat.added"
    text = say(key, talk.language, reference=ticket.ref, promise=talk.promise(ticket))
    return Turn((talk.reply("\n\n".join([text.strip(), *talk.notices]), choices=choices),))


def _revise(session: Session, desk: Desk, inbound: Inbound, conversation: Conversation, now: datetime) -> None:
    """An edit becomes a revision, a deletion a tombstone; neither is read as a new message."""
    if conversation.id is None:
        return
    message = conversations.message_by_external_id(session, conversation.id, inbound.external_id)
    if message is None or message.deleted_at is not None:
        return
    ticket = session.get(Ticket, message.ticket_id) if message.ticket_id else None
    assert message.id is not None
    session.add(Revision(message_id=message.id, text=message.text, replaced_at=now))
    if inbound.kind == "delete":
        message.text, message.deleted_at = None, now
    else:
        message.text = desk.sealer.seal(session, subject_of(conversation, ticket), inbound.text)
        message.edited_at = now
    if ticket is not None:
        reports.note_revision(session, ticket, message, inbound.kind, now)
    announce(session, f"conversation:{conversation.id}")
