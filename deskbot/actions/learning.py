"""Learning from tickets: a question that a section answered is offered to the section, and somebody nods or declines.

Nothing is offered from tickets above tier 2 or from words that the sensitive screen stops at. From tier 2 only words
that the specialist who answered has looked over are offered; below it a link to a section in the answer is enough.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.actions.tickets import handled
from deskbot.answers.articles import Article, Section
from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.terms import STOP_STEMS
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.errors import Conflict, Invalid, NotFound
from deskbot.desk.folding import language_of, words
from deskbot.desk.people import Person
from deskbot.desk.redaction import LONGEST, Redacted, first_question, left_in, redact
from deskbot.desk.sensitive import screen
from deskbot.desk.texts import say
from deskbot.store import learning, people, tickets
from deskbot.store.tables import LearnedQuestion, Ticket

UNSEEN_UP_TO = 1  # the tier up to which words are offered that the specialist has not looked over
FEWEST_WORDS = 2
SHOWN, REMEMBERED = 200, 50  # offers, and accepted questions, that a person sees at once

_LINK = re.compile(r"/knowledge/([\w./%-]+)(?:#([\w%-]+))?")


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that waits for a nod: the section, its article's page, the words, and what was taken out of them."""

    id: int
    section: str
    title: str
    url: str
    question: str
    redacted: tuple[str, ...]
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A question that the desk knows: which section answers it, since when, and whether the file carries it."""

    id: int
    section: str
    title: str
    url: str
    question: str
    exported: bool
    at: datetime


# --- At the ticket --------------------------------------------------------------------------------------------------


def asked(session: Session, desk: Desk, ticket: Ticket) -> Redacted:
    """Return the requester's question without what tells who they are; empty where there is nothing to learn from."""
    if ticket.tier > learning.HIGHEST_TIER or ticket.id is None:
        return Redacted("")
    message = learning.first_said(session, ticket.id)
    text = (desk.sealer.open(session, message.text) or "") if message is not None else ""
    if not text or text.startswith("**") or screen(text) is not None:
        return Redacted("")
    return redact(first_question(text), learning.names(session), Ordinary(desk.book.knowledge))


class Ordinary:
    """The words that are no names even where somebody is called so: small words, and words that articles use."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._vocabularies = tuple(knowledge.corpus.vocabularies.values())

    def __contains__(self, word: object) -> bool:
        return word in STOP_STEMS or any(word in known for known in self._vocabularies)


def suggestions(desk: Desk, viewer: Viewer, asker: Person, question: str, language: str) -> list[Section]:
    """Return the sections that may answer a question, those that both its asker and this specialist may read."""
    found = desk.book.knowledge.find(question, audience_of(asker, language), language, top=8)
    return [section for section, _ in found.ranked if _reads(viewer, section.article)]


def audience_of(person: Person, language: str, roles: Sequence[str] = ()) -> Audience:
    """Return what audience rules ask of a person."""
    return Audience(person.country, person.contract, person.is_manager, frozenset(roles), language)


def resolved_with(
    session: Session, desk: Desk, viewer: Viewer, ref: str, text: str, section_id: str = "", question: str = ""
) -> None:
    """Note the sections that an answer names, and offer each the requester's question.

    `section_id` is what the specialist picked, `question` the words as they looked them over; links to articles in
    `text` count as picked without looking.
    """
    ticket, _ = handled(session, viewer, ref, "case.reply")
    now = desk.now()
    if ticket.tier > learning.HIGHEST_TIER:
        return
    if section_id:
        section = _section(desk, viewer, section_id)
        _cite(session, desk, viewer, ticket, section, now)
        words_of = redact(first_question(question), learning.names(session), Ordinary(desk.book.knowledge))
        if question.strip():
            _offer(session, desk, viewer, ticket, section, words_of, now)
    for linked in _linked(desk, viewer, text):
        if linked.id != section_id:
            _cite(session, desk, viewer, ticket, linked, now)
            if ticket.tier <= UNSEEN_UP_TO:
                _offer(session, desk, viewer, ticket, linked, asked(session, desk, ticket), now)


def _section(desk: Desk, viewer: Viewer, section_id: str) -> Section:
    section = desk.book.knowledge.section(section_id)
    if not _reads(viewer, section.article):
        raise NotFound(say("web.not_found", viewer.person.language))
    return section


def _reads(viewer: Viewer, article: Article) -> bool:
    person = viewer.person
    sees_all = "all" in scopes(viewer, "kb.edit")
    return sees_all or article.audience.admits(audience_of(person, person.language, tuple(viewer.roles)))


def _linked(desk: Desk, viewer: Viewer, text: str) -> Iterator[Section]:
    """Yield the sections that a text links to, those that the writer may read."""
    for path, anchor in dict.fromkeys(_LINK.findall(text)):
        name = f"{unquote(path)}.md" + (f"#{unquote(anchor)}" if anchor else "")
        try:
            yield _section(desk, viewer, name)
        except NotFound:
            continue


def _cite(session: Session, desk: Desk, viewer: Viewer, ticket: Ticket, section: Section, now: datetime) -> None:
    assert ticket.id is not None
    if section.id not in learning.cited_in(session, ticket.id):
        learning.cite(session, ticket, section.id, section.version, viewer.person.id, now)


def _offer(
    session: Session, desk: Desk, viewer: Viewer, ticket: Ticket, section: Section, said: Redacted, now: datetime
) -> bool:
    """Offer a ticket's question to a section; False where it teaches nothing or the ticket taught it before."""
    assert ticket.id is not None
    if learning.taught_by(session, ticket.id, section.id):
        return False
    return offer(session, desk, viewer, section, said, ticket.requester_id, ticket.language, now, ticket.id)


def offer(
    session: Session,
    desk: Desk,
    viewer: Viewer,
    section: Section,
    said: Redacted,
    asker_id: int,
    language: str,
    now: datetime,
    ticket_id: int | None = None,
) -> bool:
    """Offer a question to a section; False where it teaches nothing, was offered before, or must not be learned."""
    known = {_folded(question) for question in section.questions}
    if not _says_something(said.text) or _folded(said.text) in known or screen(said.text) is not None:
        return False
    if not _asker_reads(session, asker_id, language, section):
        return False
    row = LearnedQuestion(
        section=section.id,
        fingerprint=desk.tokens.fingerprint("learned", _folded(said.text)),
        language=language_of(said.text, language),
        words=desk.sealer.seal(session, ("person", asker_id), said.text),
        redacted=list(said.kinds),
        ticket_id=ticket_id,
        offered_by_id=viewer.person.id,
        offered_at=now,
    )
    return learning.offer(session, row)


def _says_something(text: str) -> bool:
    said = words(text)
    return len(said) >= FEWEST_WORDS and any(word not in STOP_STEMS for word in said)


def _folded(text: str) -> str:
    return " ".join(words(text))


def _asker_reads(session: Session, asker_id: int, language: str, section: Section) -> bool:
    """What its asker may not read cannot have answered them: their words stay out of it."""
    asker = people.viewer(session, asker_id)
    if asker is None:
        return False
    return section.article.audience.admits(audience_of(asker.person, language, tuple(asker.roles)))


# --- The nod --------------------------------------------------------------------------------------------------------


def offers(session: Session, desk: Desk, viewer: Viewer) -> list[Offer]:
    """Return what waits for this person's nod, the oldest first, 200 at most."""
    out = []
    for row in learning.offered(session):
        section = _open_to(session, desk, viewer, row)
        text = desk.sealer.open(session, row.words)
        if section is not None and text and row.id is not None:
            title, url = _named(section)
            kinds = tuple(str(kind) for kind in row.redacted)
            out.append(Offer(row.id, section.id, title, url, text, kinds, row.language, row.offered_at))
            if len(out) == SHOWN:
                break
    return out


def history(session: Session, desk: Desk, viewer: Viewer) -> list[Known]:
    """Return the last 50 questions that were accepted, the latest first, of articles that this person may read."""
    out = []
    for row in learning.decided(session):
        try:
            section = _section(desk, viewer, row.section)
        except NotFound:
            continue
        at = row.decided_at or row.offered_at
        out.append(Known(row.id or 0, section.id, *_named(section), row.question, row.state == "exported", at))
        if len(out) == REMEMBERED:
            break
    return out


def accept(session: Session, desk: Desk, viewer: Viewer, number: int, question: str) -> None:
    """Let the section know the question, in the words as they are now; a second nod changes nothing."""
    row = _decidable(session, desk, viewer, number)
    if row.state == "accepted":
        return
    if row.state == "declined":
        raise Conflict(say("learning.error.decided", viewer.person.language))
    # What has no sign of its own (NUL, escapes, marks that turn the writing) is no part of a question, nor of a file.
    text = " ".join("".join(c if c.isprintable() else " " for c in question).split())[: LONGEST + 1]
    _check(text, viewer.person.language)
    row.question, row.state = text, "accepted"
    _decided(row, viewer, desk.now())
    session.flush()


def decline(session: Session, desk: Desk, viewer: Viewer, number: int) -> None:
    """Keep the question from the section for good, also one that was accepted; a second click changes nothing."""
    row = _decidable(session, desk, viewer, number)
    if row.state == "declined":
        return
    row.state, row.question = "declined", ""
    _decided(row, viewer, desk.now())
    session.flush()


def _check(text: str, language: str) -> None:
    """Raise `Invalid` for words that must not stand in a public file."""
    if not _says_something(text) or len(text) > LONGEST:
        raise Invalid(say("learning.error.length", language, most=LONGEST), "question")
    if left := left_in(text):
        raise Invalid(say("learning.error.private", language, left=left), "question")
    if screen(text) is not None:
        raise Invalid(say("learning.error.sensitive", language), "question")


def _decided(row: LearnedQuestion, viewer: Viewer, now: datetime) -> None:
    row.words, row.decided_by_id, row.decided_at = None, viewer.person.id, now


def _decidable(session: Session, desk: Desk, viewer: Viewer, number: int) -> LearnedQuestion:
    row = learning.by_id(session, number)
    if row is None or _open_to(session, desk, viewer, row) is None:
        raise NotFound(say("web.not_found", viewer.person.language))
    if row.state == "exported":
        raise Conflict(say("learning.error.exported", viewer.person.language))
    return row


def _open_to(session: Session, desk: Desk, viewer: Viewer, row: LearnedQuestion) -> Section | None:
    """Return the section of an offer that this person may decide about: an editor, or one of the owner role.

    Nobody decides about their own words, and who must not learn of a ticket does not learn of its words.
    """
    try:
        section = _section(desk, viewer, row.section)
    except NotFound:
        return None
    held = scopes(viewer, "kb.edit")
    if "all" not in held and not (held and section.article.owner in viewer.roles):
        return None
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    if ticket is None:
        return section
    facts = tickets.facts(session, ticket)
    parties = {facts.requester_id, *facts.conflicts} | ({facts.subject_id} if facts.subject_id else set())
    return None if viewer.person.id in parties else section


def _named(section: Section) -> tuple[str, str]:
    title = section.article.title
    heading = section.path[-1] if section.path else ""
    name = title if not heading or heading == title else f"{title}: {heading}"
    return name, f"/knowledge/{section.id.replace('.md', '', 1)}"
