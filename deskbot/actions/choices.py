"""Pressed buttons and filled-in forms: each is checked against its signature, and a second click does no harm."""

from deskbot.actions import forms, handover, lasting, reports, telling
from deskbot.actions.questions import passage
from deskbot.actions.talk import Talk, my_requests
from deskbot.actions.tickets import rate
from deskbot.desk import conversation
from deskbot.desk.conversation import Finding, Turn
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.texts import say
from deskbot.store import tickets
from deskbot.store.tables import Answered, Message, Ticket


def press(talk: Talk) -> Turn:
    """Do what a button says; its value was signed by us, and the presser's rights are looked up again."""
    verb = talk.inbound.verb
    value = talk.desk.tokens.open(verb, talk.inbound.value, talk.now)
    if verb == "helped":
        return _helped(talk, value)
    if verb == "ask_hr":
        return _ask_hr(talk, value)
    if verb == "show":
        return _show(talk, value)
    if verb == "open_form":
        return forms.open_form(talk, value)
    if verb == "my_requests":
        return my_requests(talk)
    if verb == "speak_up":
        return reports.speak_up(talk, None)
    if verb == "something_else":
        return lasting.something_else(talk, value)
    if verb == "rate":
        return _rate(talk, value)
    raise Invalid("This button does not come from the desk; ask again to get a new one.")


def submit(talk: Talk) -> Turn:
    """Take a filled-in form."""
    value = talk.desk.tokens.open("form", talk.inbound.value, talk.now)
    return forms.submit(talk, value.partition(":")[0])


def _answered(talk: Talk, number: str) -> Answered:
    row = talk.session.get(Answered, int(number))
    mine = row is not None and (row.person_id is None or (talk.person and row.person_id == talk.person.id))
    if row is None or not mine:
        raise NotFound(say("chat.not_yours", talk.language))
    return row


def _helped(talk: Talk, value: str) -> Turn:
    row = _answered(talk, value)
    if row.helpful:
        return Turn()
    row.helpful = True
    return Turn((talk.reply(say("chat.glad", talk.language)),))


def _ask_hr(talk: Talk, value: str) -> Turn:
    """Make a ticket of the question; pressed twice, it names the ticket that is already there."""
    row = _answered(talk, value)
    if talk.person is None:
        return Turn((talk.reply(say("chat.unlinked", talk.language, url=talk.desk.base_url), private=True),))
    if row.ticket_id is not None:
        ticket = talk.session.get(Ticket, row.ticket_id)
        reference = ticket.ref if ticket else ""
        return Turn((talk.reply(say("chat.already_done", talk.language, reference=reference)),))
    if row.helpful is None and row.decision in ("answer", "suggest"):
        row.helpful = False
    ticket = handover.ticket_of(talk, talk.session.get(Message, row.message_id))
    row.ticket_id = ticket.id
    return Turn((handover.opened(talk, ticket),))


def _show(talk: Talk, value: str) -> Turn:
    """Show the suggestion somebody chose, as a cited answer."""
    number, _, section_id = value.partition(":")
    row = _answered(talk, number)
    knowledge = talk.desk.book.knowledge
    try:
        section = knowledge.section(section_id)
    except NotFound as error:
        raise NotFound(say("chat.section_gone", talk.language)) from error
    if not section.article.audience.admits(talk.audience()):
        raise NotFound(say("chat.section_gone", talk.language))
    row.section, row.version = section.id, section.version
    telling.keep(talk, section.id, section.version, int(number))
    finding = Finding("answer", 1.0, (passage(talk, section),))
    return Turn((conversation.answer(finding, int(number), talk.language),))


def _rate(talk: Talk, value: str) -> Turn:
    ref, _, score = value.partition(":")
    ticket = tickets.by_ref(talk.session, ref)
    if ticket is None or talk.person is None or ticket.requester_id != talk.person.id:
        raise NotFound(say("ticket.error.not_found", talk.language))
    if ticket.csat == int(score):
        return Turn()
    rate(talk.session, talk.desk, ticket, talk.person.id, int(score), talk.now)
    return Turn((talk.reply(say("chat.rated", talk.language)),))
