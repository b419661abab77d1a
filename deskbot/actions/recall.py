"""Answer recall: a change of substance becomes a correction, HR decides, and those who were told the old text get it.

Nothing is sent without a person's nod. The last thing that somebody was told of a section decides whether they get
the correction: who was told a text that says the same in substance as the one that holds now is left alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions import stock
from deskbot.actions.desk import Desk
from deskbot.actions.notify import tell
from deskbot.actions.outgoing import post
from deskbot.actions.stock import Step
from deskbot.actions.telling import text_of
from deskbot.answers.articles import Section
from deskbot.answers.audience import Audience
from deskbot.answers.changes import passages
from deskbot.desk import corrections
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.errors import Conflict, Invalid, NotFound
from deskbot.desk.messages import Choice, Citation, Reply
from deskbot.desk.texts import say
from deskbot.store import notices, people, recall
from deskbot.store.recall import Knower
from deskbot.store.tables import Correction, SectionVersion, Ticket

Standing = Literal["tell", "left", "not_admitted", "unreachable"]
Decision = Literal["send", "dismiss", "editorial"]
BATCH = 10  # a few hundredths of a second, so that what people write is taken in meanwhile
_READ_IN_PLACE = frozenset({"webchat", "terminal"})
_QUOTED = 700
# Who asked about these may not be known beyond the team itself: a name beside the section would tell on them.
_CONFIDENTIAL = frozenset({"leave", "employee_relations"})


# --- A change becomes a correction ----------------------------------------------------------------------------------


def take_up(session: Session, desk: Desk, step: Step, now: datetime) -> int | None:
    """Write down what has become of a section; returns the id of the correction that waits, or None.

    Whoever replaces the current text first has it: the same change is never taken up twice.
    """
    old = recall.text(session, step.kept.id)
    new = _new_text(session, step, now)
    if not recall.take_place(session, step.kept.id, new if new != old.id else None, step.ended, step.kept.ended):
        return None
    after = recall.text(session, new)
    ended_anew = step.ended != step.kept.ended
    material = ended_anew or stock.difference(desk, old, after).material
    waiting = recall.pending(session, step.kept.line)
    if waiting is not None:
        return _merge(session, desk, waiting, after, step.ended, now)
    values = {"line": step.kept.line, "before_id": old.id, "after_id": after.id, "ended": step.ended}
    if material:
        return recall.begin(session, **values, owner=after.owner, found_at=now) or None
    if old.text_md != after.text_md:
        recall.begin(session, **values, owner=after.owner, found_at=now, done_at=now, material=False, state="editorial")
    return None


def _new_text(session: Session, step: Step, now: datetime) -> int:
    if step.section is None:
        return step.kept.id
    text = text_of(step.section)
    return recall.known(session, text.section, text.version) or recall.keep(
        session, text, now, line=step.kept.line, current=False
    )


def _merge(
    session: Session, desk: Desk, waiting: Correction, after: SectionVersion, ended: str, now: datetime
) -> int | None:
    """Let a waiting correction lead to the newest text; when nobody needs it any more it is withdrawn."""
    assert after.id is not None
    assert waiting.id is not None
    waiting.after_id, waiting.ended, waiting.owner = after.id, ended, after.owner
    session.flush()
    before = recall.text(session, waiting.before_id)
    if not ended and not stock.difference(desk, before, after).material and not recipients(session, desk, waiting):
        recall.move(session, waiting.id, "pending", state="withdrawn", done_at=now)
        session.refresh(waiting)
        return None
    return waiting.id


def alarm(session: Session, desk: Desk, correction: Correction, count: int, now: datetime) -> int:
    """Tell the leads of the owner role (without any, its members) that a decision waits; returns how many people.

    Each text is told of once, and only when somebody is to be told: `count` people.
    """
    if not count or not notices.first_time(session, _alarm_key(correction), now):
        return 0
    after = recall.text(session, correction.after_id)
    before = recall.text(session, correction.before_id)
    receivers = _owners(session, correction.owner)
    for person_id in receivers:
        someone = people.known(session, person_id)
        language = someone.language if someone else "en"
        reasons = "; ".join(map(str, stock.difference(desk, before, after).reasons[:3]))
        key = "recall.alarm_one" if count == 1 else "recall.alarm"
        ended = say(f"web.recall.ended.{correction.ended}", language) if correction.ended else reasons
        text = say(key, language, title=after.title, count=count, reasons=ended)
        url = f"{desk.base_url}/knowledge/changes/{correction.id}"
        link = Choice("open_change", say("recall.alarm_open", language), url=url)
        reply = Reply(text, choices=(link,), private=True, language=language)
        tell(session, desk, person_id, reply, f"{_alarm_key(correction)}:{person_id}", now)
    return len(receivers)


def _alarm_key(correction: Correction) -> str:
    return f"recall:{correction.id}:{correction.after_id}"


def alarmed(session: Session, correction: Correction) -> bool:
    """Whether the owners were told of this text already."""
    key = _alarm_key(correction)
    return key in notices.keys(session, key)


def _owners(session: Session, role: str) -> list[int]:
    for wanted in (role, "hr_ops_manager"):
        members = people.memberships(session, wanted) if wanted else []
        if members:
            leads = [one.person_id for one in members if one.kind == "lead"]
            return sorted(set(leads or [one.person_id for one in members]))
    return []


# --- Who is told ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was told another text. `standing` says whether they are told, or why not."""

    knower: Knower
    standing: Standing

    @property
    def channel(self) -> str:
        """Where they were told, and will be."""
        return self.knower.conversation.channel


def recipients(
    session: Session, desk: Desk, correction: Correction, among: Sequence[int] | None = None
) -> list[Recipient]:
    """Return those whose last word about the section is not the text of the correction, without those who have it.

    `among` looks at these people alone.
    """
    after = recall.text(session, correction.after_id)
    says_the_same = _Comparison(desk, after)
    told = [
        one
        for one in recall.knowers(session, correction.line, without=correction.id, among=among)
        if _needs(one, correction.ended, says_the_same)
    ]
    section = _section(desk, after)
    admitted = _admitted(session, told, section)
    channels = {one.conversation.channel for one in told} & desk.pushes
    reach = {channel: recall.linked(session, channel, [k.told.person_id for k in told]) for channel in channels}
    return [Recipient(one, _standing(one, admitted, reach)) for one in told]


class _Comparison:
    """Tells whether a text says the same in substance as the one that holds now; each text is compared once."""

    def __init__(self, desk: Desk, after: SectionVersion) -> None:
        self._desk = desk
        self._after = after
        self._found: dict[int | None, bool] = {after.id: True}

    def __call__(self, text: SectionVersion) -> bool:
        if text.id not in self._found:
            self._found[text.id] = not stock.difference(self._desk, text, self._after).material
        return self._found[text.id]


def _needs(knower: Knower, ended: str, says_the_same: _Comparison) -> bool:
    if ended:
        return not knower.told.ended
    return knower.told.ended or not says_the_same(knower.text)


def _section(desk: Desk, text: SectionVersion) -> Section | None:
    try:
        return desk.book.knowledge.section(text.section)
    except NotFound:
        return None


def _admitted(session: Session, told: list[Knower], section: Section | None) -> set[int]:
    """Return who may know the text that holds now; of a text that is gone, everybody may know that it is."""
    if section is None:
        return {one.told.person_id for one in told}
    roles, managers = recall.roles_and_managers(session)
    return {
        one.told.person_id
        for one in told
        if section.article.audience.admits(
            Audience(
                country=one.person.country,
                contract=one.person.contract,
                is_manager=one.person.id in managers,
                roles=roles.get(one.told.person_id, frozenset()),
            )
        )
    }


def _standing(one: Knower, admitted: set[int], reach: dict[str, set[int]]) -> Standing:
    channel = one.conversation.channel
    if one.person.status != "active":
        return "left"
    if one.told.person_id not in admitted:
        return "not_admitted"
    if one.conversation.person_id != one.told.person_id:
        return "unreachable"  # A conversation that is another's by now would tell them.
    linked = channel in _READ_IN_PLACE or one.told.person_id in reach.get(channel, set())
    return "tell" if linked else "unreachable"


# --- The decision ---------------------------------------------------------------------------------------------------


def decides(viewer: Viewer, owner: str) -> bool:
    """Whether the viewer decides about corrections of a role's articles: editors of all, and the owner role itself."""
    owners = decided_by(viewer)
    return owners is None or owner in owners


def decided_by(viewer: Viewer) -> Collection[str] | None:
    """Return the roles about whose articles the viewer decides; None for all."""
    held = scopes(viewer, "kb.edit")
    return None if "all" in held else frozenset(viewer.roles if held else ())


def sees_names(viewer: Viewer, owner: str) -> bool:
    """Whether the viewer may know who asked: the owner role, and HR operations where the topic is not confidential."""
    return owner in viewer.roles or ("hr_ops_manager" in viewer.roles and owner not in _CONFIDENTIAL)


def decide(
    session: Session,
    desk: Desk,
    correction: Correction,
    decision: Decision,
    now: datetime,
    *,
    by: int | None,
    text: int,
    note: str = "",
) -> None:
    """Send a correction, or say that nobody needs it; `text` is the id of the text that was looked at.

    Raises `Conflict` when it was decided already or the text has changed since, and `Invalid` without a reason.
    """
    language = _language(session, by)
    if correction.after_id != text or not _stands(session, correction):
        raise Conflict(say("recall.error.changed", language))
    if decision == "dismiss" and not note.strip():
        raise Invalid(say("recall.error.reason", language))
    state = {"send": "sending", "dismiss": "dismissed", "editorial": "editorial"}[decision]
    assert correction.id is not None
    moved = recall.move(
        session,
        correction.id,
        "pending",
        state=state,
        note=desk.sealer.seal(session, ("desk", 0), note.strip()) if note.strip() else None,
        decided_at=now,
        decided_by=by,
        done_at=None if decision == "send" else now,
    )
    if not moved:
        raise Conflict(say("recall.error.decided", language))
    session.refresh(correction)


def _language(session: Session, person_id: int | None) -> str:
    someone = people.known(session, person_id) if person_id is not None else None
    return someone.language if someone else "en"


def _stands(session: Session, correction: Correction) -> bool:
    """Whether the text that the correction leads to is the one that holds now."""
    after = recall.text(session, correction.after_id)
    return after.current and after.ended == correction.ended


# --- Sending --------------------------------------------------------------------------------------------------------


def due(session: Session, desk: Desk, correction_id: int) -> list[int]:
    """Return who is still to get a correction that is being sent; nobody once its text has changed again."""
    correction = session.get(Correction, correction_id)
    if correction is None or correction.state != "sending" or not _stands(session, correction):
        return []
    return [one.knower.told.person_id for one in recipients(session, desk, correction) if one.standing == "tell"]


def send_batch(session: Session, desk: Desk, correction_id: int, batch: Sequence[int], now: datetime) -> None:
    """Send a correction to these people, as far as they are still to get it.

    Who is told is looked up anew, and the receipt's unique key decides who sends it: what a crash cut off is taken up
    again, and two processes tell nobody twice.
    """
    correction = session.get(Correction, correction_id)
    if correction is None or correction.state != "sending" or not _stands(session, correction):
        return
    after = recall.text(session, correction.after_id)
    for one in recipients(session, desk, correction, among=batch):
        if one.standing == "tell":
            _send(session, desk, correction, after, one.knower, now)


def finish(session: Session, correction_id: int, now: datetime) -> None:
    """Close a correction that nobody is left to get; who was not reached before another change belongs to that one."""
    recall.move(session, correction_id, "sending", state="sent", done_at=now)


def _send(
    session: Session, desk: Desk, correction: Correction, after: SectionVersion, knower: Knower, now: datetime
) -> None:
    told, conversation = knower.told, knower.conversation
    receipt = recall.claim(
        session,
        correction_id=correction.id,
        person_id=told.person_id,
        told_id=told.id,
        channel=conversation.channel,
        language=told.language,
        at=now,
    )
    if not receipt:
        return
    reply = message(desk, correction, knower, after, now)
    posted, _ = post(session, desk, conversation, [reply], now, ticket=_protected(session, knower), quietly=True)
    if conversation.channel in desk.pushes:
        recall.carried_by(session, receipt, f"m{posted[0].id}")
    assert conversation.id is not None
    recall.told(
        session,
        told.person_id,
        correction.after_id,
        conversation.id,
        told.language,
        now,
        answered_id=told.answered_id,
        correction_id=correction.id,
        ended=bool(correction.ended),
    )


def _protected(session: Session, knower: Knower) -> Ticket | None:
    """Return the protected or sealed case that the conversation reaches: the words are then kept in it alone.

    What goes into the channel is the neutral notice that there is an update, with the link to the case.
    """
    number = knower.conversation.ticket_id
    ticket = session.get(Ticket, number) if number is not None else None
    return ticket if ticket is not None and ticket.tier >= 3 else None


def message(desk: Desk, correction: Correction, knower: Knower, after: SectionVersion, now: datetime) -> Reply:
    """Return the correction as this person gets it, in the language in which they were told."""
    zone = ZoneInfo(knower.person.zone or desk.zone)
    before_md, after_md = passages(knower.text.text_md, after.text_md, _QUOTED)
    changed = corrections.Correction(
        title=after.title,
        told_on=knower.told.at.astimezone(zone).date(),
        before=before_md,
        after=after_md,
        source=None if correction.ended else _source(desk, after, after_md),
        again=knower.told.ended,
        answered=knower.told.answered_id,
    )
    return corrections.reply(changed, _today(now, zone), knower.told.language)


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def _source(desk: Desk, text: SectionVersion, passage: str) -> Citation:
    effective = text.effective.isoformat() if text.effective else None
    url = f"{desk.base_url}/knowledge/{text.section.replace('.md', '', 1)}"
    return Citation(text.section, text.title, text.version, effective, passage or text.text_md[:_QUOTED], url)
