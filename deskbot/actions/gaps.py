"""Gaps: takes in questions that were not answered, or not well, and judges what today's articles say to them.

Both are done in steps: look at what is there, which may take seconds, then write down what came of it in a short
transaction. Nothing is taken in from tickets above tier 2 or where something sensitive was said.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.actions.learning import audience_of
from deskbot.answers.audience import Audience
from deskbot.answers.gaps import Gist, central, gists, grouped, mark, mean
from deskbot.answers.knowledge import Found, Knowledge
from deskbot.desk.errors import NotFound
from deskbot.desk.folding import language_of
from deskbot.desk.redaction import first_question
from deskbot.desk.sensitive import screen
from deskbot.store import gaps, people
from deskbot.store.gaps import Asked
from deskbot.store.tables import Gap

DAYS = timedelta(days=90)  # how long ago a question may have been asked to be taken in
AT_ONCE = 1000  # questions taken in at once
WRITTEN_AT_ONCE = 50  # groups
REMEMBERED = 8000  # questions whose gists are kept: 20 MB
LIVE = 3000  # gaps, those asked about last, that new questions are compared with
FIRST = 8  # questions of a gap that tell what it is about
LEAST = 2  # questions that make a gap worth looking at
JUDGED_BY = 12  # questions of a gap that today's articles are asked
JUDGED_AT_ONCE = 40  # gaps
CLOSED_FROM = 0.5  # the share of its questions that must be answered now for a gap to be closed
GROWN = 1.5  # how much larger than when it was dismissed a gap comes back


@dataclass(slots=True)
class Memory:
    """What gaps are about, kept between rounds: for each gap how many questions it was read from.

    `questions` are those read last: most of them are read again as their gap grows.
    """

    engine: str = ""
    known: dict[int, tuple[int, Gist]] = field(default_factory=dict)
    questions: dict[int, Gist] = field(default_factory=dict)

    def holds(self, gap: Gap) -> bool:
        """Tell whether the gap need not be read again: its first questions tell what it is about."""
        read = self.known[gap.id or 0][0] if gap.id in self.known else 0
        return read >= min(gap.size, FIRST) > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write down: for each group the gaps that become one and the questions that join; questions of no gap."""

    groups: tuple[tuple[tuple[int, ...], tuple[Asked, ...]], ...]
    apart: tuple[int, ...]

    @property
    def seen(self) -> list[int]:
        """The questions that were looked at."""
        return [*self.apart, *(one.id for _, questions in self.groups for one in questions)]

    def parts(self) -> "Iterator[Plan]":
        """Yield the plan in parts that are each written in a moment, so that nobody else waits to write."""
        yield Plan((), self.apart)
        for start in range(0, len(self.groups), WRITTEN_AT_ONCE):
            yield Plan(self.groups[start : start + WRITTEN_AT_ONCE], ())


# --- Taking in ------------------------------------------------------------------------------------------------------


def words_of(session: Session, desk: Desk, one: Asked) -> str:
    """Return what somebody asked; empty where it was erased or says something sensitive by today's screen."""
    text = desk.sealer.open(session, one.text) or ""
    return "" if screen(text) is not None else first_question(text)


def look(session: Session, desk: Desk, memory: Memory, now: datetime) -> Plan | None:
    """Compare the questions that nobody has looked at with one another and with the gaps; None when there are none."""
    fresh, apart = gaps.fresh(session, now - DAYS, AT_ONCE)
    if not fresh and not apart:
        return None
    knowledge = desk.book.knowledge
    if memory.engine != knowledge.engine:
        memory.engine, memory.known, memory.questions = knowledge.engine, {}, {}
    gist = _read(session, desk, knowledge, memory, fresh)
    about = [one for one in fresh if gist[one.id].terms]
    apart += [one.id for one in fresh if not gist[one.id].terms]
    known = _known(session, desk, knowledge, memory, now)
    groups = [*(read for _, read in known), *(gist[one.id] for one in about)]
    sizes = [*(max(1, gap.size) for gap, _ in known), *(1 for _ in about)]
    joined = grouped(groups, sizes, mark(by_meaning=knowledge.meaning is not None))
    first = len(known)
    found = []
    for places in joined:
        numbers = tuple(sorted(known[at][0].id or 0 for at in places if at < first))
        asked = tuple(about[at - first] for at in places if at >= first)
        if asked or len(numbers) > 1:
            found.append((numbers, asked))
    return Plan(tuple(found), tuple(apart))


def _read(
    session: Session, desk: Desk, knowledge: Knowledge, memory: Memory, asked: Sequence[Asked]
) -> dict[int, Gist]:
    """Read questions, those alone that were not read lately."""
    unread = [one for one in asked if one.id not in memory.questions]
    read = gists([words_of(session, desk, one) for one in unread], knowledge)
    memory.questions |= dict(zip((one.id for one in unread), read, strict=True))
    found = {one.id: memory.questions[one.id] for one in asked}
    for number in list(memory.questions)[: max(0, len(memory.questions) - REMEMBERED)]:
        del memory.questions[number]
    return found


def _known(session: Session, desk: Desk, knowledge: Knowledge, memory: Memory, now: datetime) -> list[tuple[Gap, Gist]]:
    """Return the gaps that are asked about, the oldest first, with what they are about."""
    there = sorted(gaps.live(session, now - DAYS, LIVE), key=lambda gap: gap.id or 0)
    unread = [gap.id for gap in there if not memory.holds(gap) and gap.id is not None]
    for number, asked in gaps.of_gaps(session, unread).items():
        found = _read(session, desk, knowledge, memory, asked[:FIRST])
        if read := [gist for gist in found.values() if gist.terms]:
            memory.known[number] = len(asked), mean(read)
    memory.known = {gap.id: memory.known[gap.id] for gap in there if gap.id in memory.known}
    return [(gap, memory.known[gap.id][1]) for gap in there if gap.id in memory.known]


def settle(session: Session, plan: Plan, now: datetime) -> bool:
    """Write a plan down; False when somebody else has looked at its questions meanwhile."""
    gaps.alone(session)
    if gaps.seen(session, plan.seen):
        return False
    gaps.put(session, None, plan.apart)
    for planned, asked in plan.groups:
        numbers = sorted({gap.id or 0 for one in planned if (gap := gaps.by_id(session, one)) is not None})
        number = numbers[0] if numbers else _begin(session, asked, now)
        for gone in numbers[1:]:
            gaps.merge(session, gone, number)
        gaps.put(session, number, [one.id for one in asked])
        gaps.resize(session, number)
        _come_back(session, number)
    return True


def _begin(session: Session, asked: Sequence[Asked], now: datetime) -> int:
    times = [one.at for one in asked]
    return gaps.begin(session, min(times), max(times), _language(asked), now)


def _language(asked: Iterable[Asked]) -> str:
    return Counter(one.language for one in asked).most_common(1)[0][0]


def _come_back(session: Session, number: int) -> None:
    """Open a dismissed gap again that has grown by half since."""
    gap = session.get(Gap, number)
    if gap is not None and gap.state == "dismissed":
        session.refresh(gap)
        if gap.size >= GROWN * gap.dismissed_size:
            gap.state = "open"
            session.flush()


# --- Judging --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What today's articles say to a gap; see `Gap`."""

    gap: int
    size: int
    kind: str
    share: float
    section: str
    version: str
    headline: int | None
    language: str
    roles: tuple[str, ...]


def judge(session: Session, desk: Desk, now: datetime) -> list[Verdict]:
    """Ask today's articles the questions of gaps that have grown, or that were judged with other articles."""
    stale = gaps.to_judge(session, basis(desk), LEAST, JUDGED_AT_ONCE)
    asked = gaps.of_gaps(session, [gap.id for gap in stale if gap.id is not None])
    return [_verdict(session, desk, gap, asked.get(gap.id or 0, []), now) for gap in stale]


def basis(desk: Desk) -> str:
    """Return what verdicts are good for: these files, with the questions learned besides, searched by this engine."""
    knowledge = desk.book.knowledge
    learned = sum(len(section.questions) for section in knowledge.sections)
    return f"{desk.book.version[:24]} {learned} {knowledge.engine}"


def _verdict(session: Session, desk: Desk, gap: Gap, asked: Sequence[Asked], now: datetime) -> Verdict:
    told = _last_told(session, desk, asked)
    knowledge, today = desk.book.knowledge, now.astimezone(ZoneInfo(desk.zone)).date()
    found = [
        (one, knowledge.find(text, _audience(session, one), one.language, top=3, today=today)) for one, text in told
    ]
    closing = Counter(this.ranked[0][0].id for one, this in found if _answers_now(one, this))
    share = closing.total() / len(found) if found else 0.0
    tickets = {one.ticket_id for one in asked if one.ticket_id is not None}
    kind, section = _kind(found, gaps.cited(session, tickets))
    if share >= CLOSED_FROM:
        kind, section = "found", closing.most_common(1)[0][0]
    owner, version = _owner(knowledge, section)
    roles = Counter(one.role for one in asked if one.role)
    asking = [one for one in told if one[1].endswith("?")] or told
    headline = asking[central(gists([text for _, text in asking], knowledge))] if asking else None
    if not roles and not owner and headline is not None:
        roles.update(list(knowledge.roles_for(headline[1], 3))[:1])
    return Verdict(
        gap=gap.id or 0,
        size=gap.size,
        kind=kind,
        share=share,
        section=section,
        version=version,
        headline=headline[0].id if headline else None,
        language=Counter(language_of(text, one.language) for one, text in told).most_common(1)[0][0]
        if told
        else gap.language,
        roles=tuple(dict.fromkeys(role for role in (*(role for role, _ in roles.most_common()), owner) if role)),
    )


def _last_told(session: Session, desk: Desk, asked: Sequence[Asked]) -> list[tuple[Asked, str]]:
    """Return the last questions in different words."""
    out: dict[str, tuple[Asked, str]] = {}
    for one in reversed(asked):
        if len(out) < JUDGED_BY and (text := words_of(session, desk, one)):
            out.setdefault(" ".join(text.casefold().split()), (one, text))
    return list(out.values())


def _audience(session: Session, one: Asked) -> Audience | None:
    asker = people.viewer(session, one.person_id) if one.person_id is not None else None
    return audience_of(asker.person, one.language, tuple(asker.roles)) if asker is not None else None


def _answers_now(one: Asked, found: Found) -> bool:
    """Tell whether a question is answered now: by anything where nothing was told, else by another text than then."""
    if found.decision != "answer":
        return False
    first = found.ranked[0][0]
    return one.decision == "unknown" or (first.id, first.version) != (one.section, one.version)


def _kind(found: Sequence[tuple[Asked, Found]], cited: Sequence[str]) -> tuple[str, str]:
    """Tell "no article" from "not found" and "unhelpful", with the section that it is about."""
    told = Counter(one.section for one, _ in found if one.decision != "unknown" and one.section)
    nearest = Counter(this.ranked[0][0].id for _, this in found if this.ranked and this.reason != "no_article")
    best = Counter(cited).most_common(1) or nearest.most_common(1)
    if sum(one.decision != "unknown" for one, _ in found) * 2 > len(found):
        named = told.most_common(1) or best
        return "unhelpful", named[0][0] if named else ""
    # Questions that an article answers lead to it; those that none answers lead here and there.
    if cited or (best and best[0][1] * 2 > len(found)):
        return "not_found", best[0][0]
    return "no_article", ""


def _owner(knowledge: Knowledge, section: str) -> tuple[str, str]:
    try:
        found = knowledge.section(section)
    except NotFound:
        return "", ""
    return found.article.owner, found.version


def put_down(session: Session, desk: Desk, verdicts: Iterable[Verdict], now: datetime) -> None:
    """Write verdicts down; a gap that its articles answer now keeps since when."""
    for verdict in verdicts:
        gap = session.get(Gap, verdict.gap)
        if gap is None or gap.state == "merged":
            continue
        gap.kind, gap.share, gap.section = verdict.kind, verdict.share, verdict.section
        gap.language, gap.headline = verdict.language, verdict.headline
        gap.roles = f" {' '.join(verdict.roles)} "
        gap.judged_with, gap.judged_size = basis(desk), verdict.size
        if verdict.kind != "found":
            gap.found_by, gap.found_at = "", None
        elif gap.found_by != verdict.section:
            since = gaps.published(session, verdict.section, verdict.version)
            gap.found_by = verdict.section
            gap.found_at = since if since is not None and since > gap.first_at else now
    session.flush()
