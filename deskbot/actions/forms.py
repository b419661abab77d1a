"""Requests by form: opened pre-filled, checked in words, and turned into a ticket or a letter."""

import json
from dataclasses import replace

from deskbot.actions import letters
from deskbot.actions.opening import Opening, open_ticket
from deskbot.actions.outgoing import seal_subject
from deskbot.actions.talk import Talk, is_offered
from deskbot.actions.tickets import resolve_at_once
from deskbot.desk import requests
from deskbot.desk.conversation import Turn
from deskbot.desk.errors import DeskError, NotFound
from deskbot.desk.messages import Choice, FileLink, Reply
from deskbot.desk.requests import RequestType
from deskbot.desk.texts import say
from deskbot.store import conversations
from deskbot.store.tables import Letter, Message, RequestAnswer, Ticket


def open_form(talk: Talk, key: str) -> Turn:
    """Open a request's form with what the directory and the asker's own words already say."""
    kind = _kind(talk, key)
    if kind.tier >= 3 and talk.inbound.channel in talk.desk.pushes:
        url = f"{talk.desk.base_url}/requests/{kind.key}"
        link = Choice("form_page", say("chat.open_form", talk.language), url=url)
        text = say("chat.protected_form", talk.language, url=url)
        return Turn((talk.reply(text, choices=(link,), private=True),))
    assert talk.person is not None
    values = requests.prefill(kind, talk.person, _last_words(talk), talk.language, talk.now.date())
    return Turn(form=requests.form(kind, talk.language, values))


def submit(talk: Talk, key: str) -> Turn:
    """Check a filled-in form; open the ticket, or give it back with a sentence at each field that is wrong."""
    kind = _kind(talk, key)
    values, errors = requests.validate(kind, talk.inbound.fields, talk.language, talk.now.date())
    if errors:
        return Turn(form=requests.form(kind, talk.language, dict(talk.inbound.fields), errors), errors=errors)
    ticket = _open(talk, kind, values)
    issued = _letter(talk, kind, values, ticket)
    if issued is not None:
        return Turn((issued,))
    text = say("chat.form_done", talk.language, reference=ticket.ref, promise=talk.promise(ticket))
    choice = Choice("my_requests", say("chat.my_requests", talk.language))
    return Turn((talk.reply(text, choices=(choice,), private=ticket.tier >= 2, status=talk.status(ticket)),))


def _letter(talk: Talk, kind: RequestType, values: dict[str, str], ticket: Ticket) -> Reply | None:
    """Issue the letter that a request is for and hand it over at once; None when people of HR have to do it."""
    wanted = kind.letter.format_map(values) if kind.letter else ""
    if not wanted or talk.person is None:
        return None
    if values.get("with_salary") == "yes" and wanted in ("employment", "bank", "landlord", "visa"):
        wanted = "employment-with-salary"
    language = values.get("language") or talk.language
    fields = {"recipient": values["payee"]} if values.get("payee") else {}
    try:
        letter, _ = letters.issue(
            talk.session,
            talk.desk,
            person=talk.person,
            kind=wanted,
            language=language,
            fields=fields,
            ticket=ticket,
            issued_by=talk.person.id,
        )
    except letters.PayNeedsConsent:
        text = say("chat.letter_pay", talk.language, reference=ticket.ref, promise=talk.promise(ticket))
        return talk.reply(text, private=True, status=talk.status(ticket))
    except DeskError as error:
        # What the form cannot give, a person can: the request stays open with its owner.
        return talk.reply(f"{error.message} {talk.promise(ticket)}", private=True, status=talk.status(ticket))
    resolve_at_once(talk.session, talk.desk, ticket, talk.now)
    file = FileLink(f"{letter.number}.pdf", "application/pdf", _file_url(talk, letter), letter.attachment_id)
    text = say("chat.letter_ready", talk.language, number=letter.number, url=f"{talk.desk.base_url}/verify")
    return replace(talk.reply(text, private=True, status=talk.status(ticket)), files=(file,))


def _file_url(talk: Talk, letter: Letter) -> str:
    return f"{talk.desk.base_url}/files/{letter.attachment_id}"


def _kind(talk: Talk, key: str) -> RequestType:
    kind = talk.desk.book.requests.get(key)
    if talk.person is None:
        raise NotFound(say("chat.unlinked", talk.language, url=talk.desk.base_url))
    if kind is None or not is_offered(kind, talk.person):
        raise NotFound(say("chat.no_form", talk.language))
    return kind


def _last_words(talk: Talk) -> str:
    """Return the words that the form was offered for."""
    if talk.conversation.id is None:
        return ""
    row = conversations.last_answered(talk.session, talk.conversation.id)
    message = talk.session.get(Message, row.message_id) if row else None
    return (talk.desk.sealer.open(talk.session, message.text) if message else None) or ""


def _open(talk: Talk, kind: RequestType, values: dict[str, str]) -> Ticket:
    assert talk.person is not None
    written = "\n".join(_lines(kind, values, talk.language))
    message = conversations.add_message(
        talk.session,
        conversation_id=talk.conversation.id,
        ticket_id=None,
        author_kind="employee",
        author_id=talk.person.id,
        text=talk.desk.sealer.seal(talk.session, ("person", talk.person.id), written),
        sent_at=talk.now,
    )
    ticket = open_ticket(
        talk.session,
        talk.desk,
        Opening(
            requester=talk.person,
            text=written,
            channel=talk.inbound.channel,
            conversation=talk.conversation,
            message=message,
            request_type=kind.key,
            fields=values,
            tier_floor=kind.tier,
            title=kind.name(talk.language),
            language=talk.language,
        ),
    )
    _keep_answers(talk, kind, values, ticket)
    return ticket


def _keep_answers(talk: Talk, kind: RequestType, values: dict[str, str], ticket: Ticket) -> None:
    assert ticket.id is not None
    talk.session.add(
        RequestAnswer(
            ticket_id=ticket.id,
            request_type=kind.key,
            fields=talk.desk.sealer.seal(talk.session, seal_subject(ticket), json.dumps(values)),
            at=talk.now,
        )
    )
    talk.session.flush()


def _lines(kind: RequestType, values: dict[str, str], language: str) -> list[str]:
    """Return the answers as a person would read them, one a line."""
    lines = [f"**{kind.name(language)}**", ""]
    for field in kind.fields(language):
        value = values.get(field.key, "")
        if value:
            shown = dict(field.options).get(value, value)
            lines.append(f"- {field.label}: {shown}")
    return lines
