"""What somebody may see of gaps and do with them: the list, one with its evidence, dismissing it, teaching a section.

Words are shown without what tells who said them. Fewer than five people are not counted, and no time is told of fewer
than five tickets. A ticket is named, and what was answered in it is shown, to those alone who may read it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions import learning as lessons
from deskbot.actions.desk import Desk
from deskbot.actions.gaps import DAYS, LEAST, LIVE, words_of
from deskbot.answers.articles import Section
from deskbot.answers.audience import Audience
from deskbot.answers.draft_article import Draft, Question, Reply
from deskbot.answers.knowledge import EVERYTHING
from deskbot.answers.markdown import to_plain
from deskbot.desk.access import Grant, Viewer, reads, scopes
from deskbot.desk.errors import Invalid, NotFound
from deskbot.desk.folding import language_of
from deskbot.desk.messages import reply_from_json
from deskbot.desk.redaction import LONGEST, Redacted, names_of, without_names
from deskbot.desk.sensitive import screen
from deskbot.desk.texts import say
from deskbot.store import gaps, learning, tickets
from deskbot.store.gaps import Asked
from deskbot.store.tables import Gap, Ticket

WEEKS = 13
FEWEST = 5  # of people and tickets that a number is told of
SHOWN = 40  # different questions
LISTED = 100  # gaps
EXAMPLES = 8  # tickets
MATERIAL = 6  # replies in a draft
LONGEST_REPLY = 800  # characters
OPEN_REPLIES_UP_TO = (
    1  # the tier: above it an answer is about one person's pay or papers, never material for an article
)
FOUR_WEEKS = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Effect:
    """How often was asked again: in the four weeks before the gap was closed, and in up to four weeks since then."""

    section: str
    at: datetime
    before: int
    since: int
    days: int
    answered: int


@dataclass(frozen=True, slots=True)
class Line:
    """A gap in the list. `people` is None when there are fewer than five; `weeks` count its questions, oldest first."""

    id: int
    state: str
    title: str
    kind: str
    language: str
    count: int
    people: int | None
    last_at: datetime
    weeks: tuple[tuple[datetime, int], ...]
    section: str
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The gaps to show, at most a hundred; how many there are of each kind, and the languages, before filtering."""

    lines: tuple[Line, ...]
    kinds: Mapping[str, int]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A gap with its evidence. `minutes` is the median from opening to resolving, None for fewer than five tickets."""

    line: Line
    note: str
    questions: tuple[Question, ...]
    roles: tuple[tuple[str, int], ...]
    minutes: float | None
    tickets: tuple[str, ...]
    nearest: tuple[Section, ...]
    draft: Draft


class _Cleaner:
    """Reads words without what tells who said them."""

    def __init__(self, session: Session, desk: Desk, viewer: Viewer | None) -> None:
        self._session, self._desk = session, desk
        self._names = names_of(learning.names(session), lessons.Ordinary(desk.book.knowledge))
        self._closed = gaps.conflicts(session, viewer.person.id) if viewer is not None else frozenset()
        self._roles = None if viewer is None or _edits_all(viewer) else viewer.roles.keys()

    def question(self, one: Asked) -> Redacted:
        """Return what somebody asked; empty where the reader must not know of its ticket.

        Who only looks after a topic reads no words of another role's personal tickets (tier 2).
        """
        personal = one.tier >= gaps.HIGHEST_TIER and self._roles is not None and one.role not in self._roles
        if personal or one.ticket_id in self._closed:
            return Redacted("")
        return without_names(words_of(self._session, self._desk, one), self._names)

    def reply(self, text: str) -> str:
        """Return what a specialist answered; empty where it says something sensitive."""
        if screen(text) is not None:
            return ""
        said = without_names(text, self._names).text
        return said if len(said) <= LONGEST_REPLY else f"{said[:LONGEST_REPLY].rsplit(' ', 1)[0]} …"


# --- Seeing ---------------------------------------------------------------------------------------------------------


def sees(viewer: Viewer, gap: Gap) -> bool:
    """Tell whether somebody edits all articles, or owns the topic of this gap."""
    held = scopes(viewer, "kb.edit")
    return _edits_all(viewer) or bool(held and set(gap.roles.split()) & viewer.roles.keys())


def listed(
    session: Session,
    desk: Desk,
    viewer: Viewer | None,
    since: datetime | None = None,
    state: str = "open",
    kind: str = "",
    language: str = "",
) -> Listing:
    """Return the gaps that somebody may see, the most asked first; for no viewer all of them."""
    now = desk.now()
    start = since or now - DAYS
    found = {
        gap.id: gap
        for gap in gaps.live(session, start, LIVE)
        if gap.id is not None and gap.size >= LEAST and gap.judged_with and gap.state == state
        if viewer is None or sees(viewer, gap)
    }
    asked = {number: those for number, those in gaps.of_gaps(session, found, start).items() if len(those) >= LEAST}
    wanted = [n for n in asked if kind in ("", found[n].kind) and language in ("", found[n].language)]
    shown = sorted(wanted, key=lambda number: (-len(asked[number]), number))[:LISTED]
    cleaner = _Cleaner(session, desk, viewer)
    heads = gaps.by_ids(session, [head for number in shown if (head := found[number].headline) is not None])
    lines = [
        _line(session, desk, found[number], asked[number], cleaner, heads.get(found[number].headline or 0), now)
        for number in shown
    ]
    return Listing(
        tuple(line for line in lines if line.title),
        Counter(found[number].kind for number in asked),
        tuple(sorted({found[number].language for number in asked})),
    )


def _line(
    session: Session, desk: Desk, gap: Gap, asked: Sequence[Asked], cleaner: _Cleaner, head: Asked | None, now: datetime
) -> Line:
    people = len({one.person_id for one in asked})
    title = cleaner.question(head).text if head is not None else ""
    title = title or next((text for one in asked if (text := cleaner.question(one).text)), "")
    return Line(
        id=gap.id or 0,
        state=gap.state,
        title=title,
        kind=gap.kind,
        language=gap.language,
        count=len(asked),
        people=people if people >= FEWEST else None,
        last_at=max(one.at for one in asked),
        weeks=_weeks([one.at for one in asked], desk.zone, now),
        section=gap.section,
        effect=_effect(session, gap, asked, now),
    )


def _weeks(times: Iterable[datetime], zone: str, now: datetime) -> tuple[tuple[datetime, int], ...]:
    """Return the Mondays of the last weeks with how many of the times lie in each."""
    today = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    ends = [*starts[1:], monday + timedelta(weeks=1)]
    told = list(times)
    return tuple((start, sum(start <= at < end for at in told)) for start, end in zip(starts, ends, strict=True))


def _effect(session: Session, gap: Gap, asked: Sequence[Asked], now: datetime) -> Effect | None:
    if gap.found_at is None:
        return None
    at, end = gap.found_at, min(now, gap.found_at + FOUR_WEEKS)
    return Effect(
        section=gap.found_by,
        at=at,
        before=sum(at - FOUR_WEEKS <= one.at < at for one in asked),
        since=sum(at <= one.at <= end for one in asked),
        days=(end - at).days,
        answered=gaps.answered_with(session, gap.found_by, at),
    )


def one(session: Session, desk: Desk, viewer: Viewer | None, number: int) -> Page:
    """Return a gap with its evidence, for no viewer without tickets and what was answered in them."""
    gap = _open_to(session, viewer, number)
    now = desk.now()
    asked = gaps.of_gaps(session, [gap.id or 0], now - DAYS).get(gap.id or 0, [])
    if not asked:
        raise NotFound(say("web.not_found", _language(viewer)))
    cleaner = _Cleaner(session, desk, viewer)
    head = next((this for this in asked if this.id == gap.headline), None)
    line = _line(session, desk, gap, asked, cleaner, head, now)
    made = {this.ticket_id for this in asked if this.ticket_id is not None}
    rows = gaps.tickets_of(session, made)
    shown = [] if viewer is None else [row for row in rows if _reads(session, viewer, row)]
    questions = _questions(asked, cleaner)
    nearest = _nearest(desk, viewer, line)
    return Page(
        line=line,
        note=(desk.sealer.open(session, gap.note) or "") if gap.note else "",
        questions=questions[:SHOWN],
        roles=tuple(Counter(row.role for row in rows).most_common()),
        minutes=_minutes(rows),
        tickets=tuple(row.ref for row in shown[:EXAMPLES]),
        nearest=nearest,
        draft=_draft(session, desk, gap, line, questions, _replies(session, desk, shown, cleaner), nearest, now),
    )


def _open_to(session: Session, viewer: Viewer | None, number: int) -> Gap:
    gap = gaps.by_id(session, number)
    if gap is None or (viewer is not None and not sees(viewer, gap)):
        raise NotFound(say("web.not_found", _language(viewer)))
    return gap


def _language(viewer: Viewer | None) -> str:
    return viewer.person.language if viewer is not None else "en"


def _reads(session: Session, viewer: Viewer, row: Ticket) -> bool:
    return reads(viewer, tickets.facts(session, row)) == Grant.FULL


def _questions(asked: Iterable[Asked], cleaner: _Cleaner) -> tuple[Question, ...]:
    """Return the different questions, the most asked first."""
    told: defaultdict[str, list[Asked]] = defaultdict(list)
    shown: dict[str, str] = {}
    for this in asked:
        text = cleaner.question(this).text
        if text:
            key = " ".join(text.casefold().split()).rstrip("?!. ")
            told[key].append(this)
            shown.setdefault(key, text)
    found = [
        Question(shown[key], len(those), max(this.at for this in those), language_of(shown[key], those[-1].language))
        for key, those in told.items()
    ]
    return tuple(sorted(found, key=lambda question: (-question.count, question.text)))


def _minutes(rows: Sequence[Ticket]) -> float | None:
    times = [(row.resolved_at - row.opened_at).total_seconds() / 60 for row in rows if row.resolved_at is not None]
    return median(times) if len(times) >= FEWEST else None


def _nearest(desk: Desk, viewer: Viewer | None, line: Line) -> tuple[Section, ...]:
    """Return the section that the gap is about and those nearest to its words, of those that the viewer may read."""
    knowledge = desk.book.knowledge
    reader = EVERYTHING if viewer is None or _edits_all(viewer) else _audience(viewer, line.language)
    found = [section for section, _ in knowledge.find(line.title, reader, line.language, top=3).ranked]
    about = readable(desk, viewer, line.section)
    return tuple({section.id: section for section in ([about] if about else []) + found}.values())[:3]


def readable(desk: Desk, viewer: Viewer | None, section_id: str) -> Section | None:
    """Return a section that the viewer may read; None where there is none."""
    try:
        section = desk.book.knowledge.section(section_id)
    except NotFound:
        return None
    if viewer is None or _edits_all(viewer):
        return section
    return section if section.article.audience.admits(_audience(viewer, section.article.language)) else None


def _edits_all(viewer: Viewer) -> bool:
    return "all" in scopes(viewer, "kb.edit")


def _audience(viewer: Viewer, language: str) -> Audience:
    return lessons.audience_of(viewer.person, language, tuple(viewer.roles))


def _replies(session: Session, desk: Desk, rows: Sequence[Ticket], cleaner: _Cleaner) -> list[Reply]:
    """Return what was answered last in each of these tickets, the latest first."""
    open_to_all = {row.id: row for row in rows if row.tier <= OPEN_REPLIES_UP_TO and row.id is not None}
    last: dict[int, Reply] = {}
    for ticket, sealed, words, at in gaps.replies(session, open_to_all.keys()):
        told = desk.sealer.open(session, sealed) if sealed else None
        said = reply_from_json(json.loads(told)).text_md if told else desk.sealer.open(session, words) or ""
        if text := cleaner.reply(to_plain(said)):
            last[ticket] = Reply(text, at)
    different = {reply.text: reply for reply in sorted(last.values(), key=lambda reply: reply.at)}
    return sorted(different.values(), key=lambda reply: reply.at, reverse=True)[:MATERIAL]


def _draft(
    session: Session,
    desk: Desk,
    gap: Gap,
    line: Line,
    questions: Sequence[Question],
    replies: Sequence[Reply],
    nearest: Sequence[Section],
    now: datetime,
) -> Draft:
    roles = [role for role in gap.roles.split() if role in desk.book.roles]
    return Draft(
        title=line.title,
        owner=roles[0] if roles else next(iter(sorted(desk.book.roles))),
        language=line.language if line.language in ("en", "pt") else "en",
        gap=line.id,
        count=line.count,
        people=line.people,
        kind=line.kind,
        questions=tuple(question for question in questions if len(question.text) <= LONGEST),
        replies=tuple(replies),
        nearest=tuple((section.title, section.id) for section in nearest),
        on=now.astimezone(UTC).date(),
    )


# --- Deciding -------------------------------------------------------------------------------------------------------


def dismiss(session: Session, desk: Desk, viewer: Viewer, number: int, reason: str) -> None:
    """Take a gap off the list until it has grown by half; a second click changes nothing."""
    gap = _open_to(session, viewer, number)
    if gap.state == "dismissed":
        return
    if not reason.strip():
        raise Invalid(say("gaps.error.reason", viewer.person.language), "reason")
    gap.state, gap.dismissed_size = "dismissed", gap.size
    gap.dismissed_by, gap.dismissed_at = viewer.person.id, desk.now()
    gap.note = desk.sealer.seal(session, ("desk", 0), reason.strip()[:500])
    session.flush()


def reopen(session: Session, desk: Desk, viewer: Viewer, number: int) -> None:
    """Put a dismissed gap back on the list."""
    gap = _open_to(session, viewer, number)
    gap.state = "open"
    session.flush()


def teach(session: Session, desk: Desk, viewer: Viewer, number: int, section_id: str) -> int:
    """Offer a gap's questions to a section and return how many were new to it; a nod lets the section know them."""
    gap = _open_to(session, viewer, number)
    section = readable(desk, viewer, section_id)
    if section is None or not (_edits_all(viewer) or section.article.owner in viewer.roles):
        raise NotFound(say("web.not_found", viewer.person.language))
    cleaner, now = _Cleaner(session, desk, viewer), desk.now()
    offered = 0
    for this in gaps.of_gaps(session, [gap.id or 0], now - DAYS).get(gap.id or 0, []):
        said = cleaner.question(this)
        if this.person_id is not None and said.text:
            known = this.person_id, this.language, now, this.ticket_id
            offered += lessons.offer(session, desk, viewer, section, said, *known)
    return offered
