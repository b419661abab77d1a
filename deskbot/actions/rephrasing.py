"""What of an answer may be put into plain words by a language model: looked up beforehand, and nothing is written.

Only the passage of an article leaves the desk, never the question. And only where the question is an ordinary one:
of somebody known, in a conversation that never touched work of tier 2 or above, with nothing sensitive in it.
"""

from dataclasses import replace

from sqlmodel import Session

from deskbot.actions import questions
from deskbot.actions.desk import Desk
from deskbot.actions.receive import first_language, is_overheard, person_of, text_of
from deskbot.actions.talk import Talk
from deskbot.answers.rephrasing import Material, material, may_leave
from deskbot.desk import commands, sensitive
from deskbot.desk.languages import written_in
from deskbot.desk.messages import Inbound
from deskbot.desk.people import Person
from deskbot.store import conversations, learning
from deskbot.store.tables import Conversation

CONFIDENTIAL = 2  # the tier from which on a ticket closes its whole conversation to the model


def material_for(session: Session, desk: Desk, inbound: Inbound) -> Material | None:
    """Return the passage that the desk is about to cite, when a language model may see it; None in all other cases."""
    inbound = replace(inbound, text=text_of(inbound))
    if not _is_plain_question(inbound) or is_overheard(session, inbound):
        return None
    person = person_of(session, inbound)
    conversation = _conversation(session, inbound, person)
    if person is None or conversation is None:
        return None
    language = written_in(inbound.text, conversation.language)
    return _of_answer(Talk(desk, session, inbound, person, conversation, desk.now(), language))


def _is_plain_question(inbound: Inbound) -> bool:
    text = inbound.text
    said = inbound.kind == "message" and bool(text.strip()) and not inbound.files
    return said and commands.recognise(text) is None and sensitive.screen(text) is None


def _conversation(session: Session, inbound: Inbound, person: Person | None) -> Conversation | None:
    """Return the conversation as it is, one like the new one it would be, or None where no article answers in it."""
    found = conversations.find(session, inbound.channel, inbound.conversation)
    if found is None:
        language = first_language(inbound, person)
        return Conversation(channel=inbound.channel, external_key=inbound.conversation, language=language)
    assert found.id is not None
    taken = found.ticket_id is not None or found.state.get("wants_person")
    return None if taken or conversations.is_confidential(session, found.id, CONFIDENTIAL) else found


def _of_answer(talk: Talk) -> Material | None:
    cited = questions.to_cite(talk)
    if cited is None or cited.note:
        return None
    article = talk.desk.book.knowledge.section(cited.section).article
    if article.language != talk.language or not may_leave(article):
        return None
    return material(cited.quote, talk.language, learning.names(talk.session), cited.citation().title)
