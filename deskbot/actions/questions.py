"""A question: a request's form is offered, or the knowledge base answers, or says that it does not know."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from deskbot.actions import telling
from deskbot.actions.talk import Talk, is_offered
from deskbot.answers.articles import Section
from deskbot.answers.knowledge import Found, in_force
from deskbot.desk import conversation
from deskbot.desk.conversation import Finding, Passage, Turn
from deskbot.desk.messages import Reply
from deskbot.desk.questions import in_language
from deskbot.desk.requests import RequestType
from deskbot.desk.texts import say
from deskbot.store import rows
from deskbot.store.tables import Answered, Message

QUOTED_WHOLE = 1500


def answer(talk: Talk, message: Message) -> Turn:
    """Answer one question; what is decided is kept, so that it can be rated, learnt from and corrected."""
    text = talk.inbound.text
    wanted = _wanted(talk, text)
    finding = _in_plain_words(talk, look_up(talk, text))
    if wanted is not None and not _answers(finding, text):
        record = remember(talk, message, "request", Finding("unknown", 0.0), request=wanted.key)
        description = in_language(wanted.description, talk.language)
        offer = conversation.offer_form(wanted.name(talk.language), wanted.key, description, talk.language, record)
        return Turn((_with_notices(talk, offer),))
    record = remember(talk, message, finding.decision, finding)
    if finding.decision == "answer" and finding.passages:
        telling.keep(talk, finding.passages[0].section, finding.passages[0].version, record)
    reply = conversation.answer(finding, record, talk.language)
    if wanted is not None:
        reply = conversation.with_form(reply, wanted.name(talk.language), wanted.key)
    return Turn((_with_notices(talk, reply),))


def to_cite(talk: Talk) -> Passage | None:
    """Return the passage that `answer` would cite for what was said; None where it would do anything else."""
    text = talk.inbound.text
    finding = look_up(talk, text)
    asked_for = finding.decision == "answer" if _wanted(talk, text) is None else _answers(finding, text)
    return finding.passages[0] if asked_for and finding.passages else None


def _answers(finding: Finding, text: str) -> bool:
    """Whether an answer comes before the form that the words could also be asking for."""
    return finding.decision == "answer" and conversation.asks(text)


def _in_plain_words(talk: Talk, finding: Finding) -> Finding:
    """Put the cited passage into the words that were made for it beforehand, where it is the same passage still."""
    first = finding.passages[0] if finding.passages else None
    made = talk.rephrased
    if made is None or first is None or finding.decision != "answer" or first.note or first.quote != made.passage:
        return finding
    return replace(finding, passages=(replace(first, rephrased=made.text), *finding.passages[1:]))


def _wanted(talk: Talk, text: str) -> RequestType | None:
    """Return the request that the words ask for, when this person is offered it."""
    kind = talk.desk.book.requests.recognise(text)
    return kind if kind is not None and talk.person is not None and is_offered(kind, talk.person) else None


def look_up(talk: Talk, text: str) -> Finding:
    """Ask the knowledge base as this person, and shape what it found for the conversation."""
    found: Found = talk.desk.book.knowledge.find(text, talk.audience(), talk.language, today=today(talk))
    passages = tuple(passage(talk, section) for section, _ in found.ranked[:3])
    if passages and found.quote_md:
        note = "\n\n".join(part for part in (found.language_note, passages[0].note) if part)
        passages = (replace(passages[0], quote=found.quote_md, note=note), *passages[1:])
    return Finding(found.decision, found.confidence, passages, found.reason, found.shipped)


def passage(talk: Talk, section: Section) -> Passage:
    """Return a section as an answer shows it; a text out of force says so before anything else."""
    article = section.article
    note = "" if in_force(article, today(talk)) else say("chat.out_of_force", talk.language)
    anchor = section.id.replace(".md", "", 1)
    return Passage(
        section=section.id,
        title=article.title,
        heading=section.path[-1] if section.path else "",
        version=section.version,
        effective=article.effective.isoformat() if article.effective else None,
        quote=talk.desk.book.knowledge.opening(section, QUOTED_WHOLE),
        url=f"{talk.desk.base_url}/knowledge/{anchor}",
        note=note,
    )


def today(talk: Talk) -> date:
    """Return the date where the asker is."""
    return talk.now.astimezone(ZoneInfo(talk.person.zone if talk.person else talk.desk.zone)).date()


def remember(talk: Talk, message: Message, decision: str, finding: Finding, request: str | None = None) -> int:
    """Keep what was decided about a question, and return its id."""
    first = finding.passages[0] if finding.passages else None
    assert talk.conversation.id is not None
    assert message.id is not None
    row = Answered(
        conversation_id=talk.conversation.id,
        message_id=message.id,
        person_id=talk.person.id if talk.person else None,
        decision=decision,
        reason=finding.reason,
        section=first.section if first and decision == "answer" else None,
        version=first.version if first and decision == "answer" else None,
        confidence=finding.confidence,
        shipped_confidence=finding.shipped,
        engine=talk.desk.book.knowledge.engine if finding.shipped is not None else "",
        suggestions=[part.section for part in finding.passages]
        if decision == "suggest"
        else [request]
        if request
        else [],
        language=talk.language,
        at=talk.now,
    )
    rows.add(talk.session, row)
    assert row.id is not None
    return row.id


def _with_notices(talk: Talk, reply: Reply) -> Reply:
    """Add what must be said beside the answer: files that were too large, and how an unlinked person links."""
    extra = list(talk.notices)
    if talk.person is None:
        extra.append(say("chat.unlinked", talk.language, url=talk.desk.base_url))
        reply = replace(reply, choices=())
    return replace(reply, text_md="\n\n".join([reply.text_md, *extra])) if extra else reply
