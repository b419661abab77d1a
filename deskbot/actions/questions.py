"""A question: a request's form is offered, or the knowledge base answers, or says that it does not know."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from deskbot.actions import telling
from deskbot.actions.talk import Talk, is_offered
from deskbot.answers.articles import Section
from deskbot.answers.knowledge import Found, in_force
from deskbot.desk import conversation, follow_up, sensitive
from deskbot.desk.conversation import Finding, Passage, Turn
from deskbot.desk.messages import Reply
from deskbot.desk.questions import in_language
from deskbot.desk.requests import RequestType
from deskbot.desk.texts import say
from deskbot.store import conversations, rows
from deskbot.store.tables import Answered, Message

QUOTED_WHOLE = 1500
PLAIN = 0.9  # confidence from which words that lean on a question answer by themselves nonetheless
GOES_ON_FOR = timedelta(minutes=30)  # after that, a message stands for itself


def answer(talk: Talk, message: Message) -> Turn:
    """Answer one question; what is decided is kept, so that it can be rated, learnt from and corrected."""
    text = talk.inbound.text
    wanted = _wanted(talk, text)
    finding = _in_plain_words(talk, _in_context(talk, text))
    if wanted is not None and not _answers(finding, text):
        record = remember(talk, message, "request", Finding("unknown", 0.0), request=wanted.key)
        description = in_language(wanted.description, talk.language)
        offer = conversation.offer_form(wanted.name(talk.language), wanted.key, description, talk.language, record)
        return Turn((_with_notices(talk, offer),))
    record = remember(talk, message, finding.decision, finding)
    if finding.decision == "answer" and finding.passages:
        telling.keep(talk, finding.passages[0].section, finding.passages[0].version, record)
    reply = conversation.answer(finding, record, talk.language)
    if finding.decision in ("suggest", "unknown") and sensitive.in_doubt(text):
        people = say("chat.in_doubt", talk.language)
        reply = replace(reply, text_md=f"{people}\n\n{reply.text_md}", private=True)
    if wanted is not None:
        reply = conversation.with_form(reply, wanted.name(talk.language), wanted.key)
    return Turn((_with_notices(talk, reply),))


def to_cite(talk: Talk) -> Passage | None:
    """Return the passage that `answer` would cite for what was said; None where it would do anything else."""
    text = talk.inbound.text
    finding = _in_context(talk, text)
    asked_for = finding.decision == "answer" if _wanted(talk, text) is None else _answers(finding, text)
    return finding.passages[0] if asked_for and finding.passages else None


def missed(talk: Talk) -> Turn:
    """Somebody says that this was not it: offer what else was found, and a person for the question itself."""
    last = _last(talk)
    if last is None:
        return Turn((talk.reply(say("chat.missed", talk.language)),))
    if last.helpful is None and last.decision in ("answer", "suggest"):
        last.helpful = False
    assert last.id is not None
    told = {last.section, *last.suggestions}
    asked = _said(talk, last)
    found = look_up(talk, asked) if asked and last.decision in ("answer", "suggest") else Finding("unknown", 0.0)
    others = [part for part in found.passages if part.section not in told] if found.decision != "unknown" else []
    return Turn((conversation.missed(others, last.id, talk.language),))


def _last(talk: Talk) -> Answered | None:
    """Return the question that was decided last in this conversation, when it is the same person's and not long ago."""
    if talk.conversation.id is None or talk.person is None:
        return None
    row = conversations.last_answered(talk.session, talk.conversation.id)
    fits = row is not None and row.person_id == talk.person.id and talk.now - row.at <= GOES_ON_FOR
    return row if fits and row is not None and row.decision != "sensitive" else None


def _said(talk: Talk, row: Answered) -> str:
    """Return the words of a question; "" where they are no longer there."""
    message = talk.session.get(Message, row.message_id)
    if message is None or message.text is None:
        return ""
    return talk.desk.sealer.open(talk.session, message.text) or ""


def _in_context(talk: Talk, text: str) -> Finding:
    """Look a question up; one that goes on from the question before it is read together with that one.

    What was just shown is not shown again. Words that lean on others are seldom a whole question, so what answers them
    alone is only stated when that is plain, and offered beside the other reading when it is not.
    """
    alone = look_up(talk, text)
    leans = follow_up.leans(text)
    if not leans and (alone.decision == "answer" or not follow_up.is_fragment(text)):
        return alone
    last = _last(talk)
    before = _begun_with(talk, last) if last is not None else ""
    if last is None or not before:
        return alone
    together = _after(look_up(talk, f"{before} {text}"), last.section)
    stands = alone.decision == "answer" and alone.passages[0].section != last.section
    said_enough = together.shown or together.decision in ("answer", "suggest")
    if not said_enough or (stands and alone.confidence >= PLAIN):
        return alone
    if not stands or together.decision == "answer":
        return together
    both = {part.section: part for part in (*together.passages[:1], alone.passages[0], *together.passages[1:])}
    return replace(together, passages=tuple(both.values())[:3])


def _begun_with(talk: Talk, last: Answered) -> str:
    """Return the question that the conversation is about: the last one that leans on none before it."""
    assert talk.conversation.id is not None
    for row in conversations.answered_lately(talk.session, talk.conversation.id, talk.now - GOES_ON_FOR):
        said = _said(talk, row) if row.person_id == last.person_id and row.decision != "sensitive" else ""
        if not said or not follow_up.leans(said):
            return said
    return ""


def _after(finding: Finding, section: str | None) -> Finding:
    """Return the finding without the passage that was just shown; more of the same article may always be offered."""
    left = tuple(part for part in finding.passages if part.section != section)
    if section is None or not finding.passages:
        return finding
    shown = finding.passages[0].section == section
    if finding.decision not in ("answer", "suggest"):
        article = section.partition("#")[0]
        left = tuple(part for part in left if part.section.partition("#")[0] == article)
    elif not shown:
        return replace(finding, passages=left)
    if not left:
        return replace(finding, passages=(), decision="unknown", reason="not_found", shown=shown)
    return replace(finding, passages=left, decision="suggest", shown=shown)


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
