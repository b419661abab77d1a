"""Queries about the texts of sections, who was told which, and the corrections that follow a change."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from deskbot.store import prepared
from deskbot.store.tables import (
    ChannelIdentity,
    Conversation,
    Correction,
    CorrectionReceipt,
    MembershipRow,
    Outbox,
    PersonRow,
    SectionVersion,
    Told,
)

HISTORY = 100


class Text(NamedTuple):
    """What is kept of one text of a section: see `SectionVersion`."""

    section: str
    version: str
    title: str
    text_md: str
    language: str
    owner: str
    effective: date | None
    article_version: str


class Kept(NamedTuple):
    """The current text of a line, by its names alone."""

    id: int
    line: int
    section: str
    version: str
    ended: str
    language: str


class Knower(NamedTuple):
    """Somebody with the last thing they were told of a section, and where."""

    told: Told
    text: SectionVersion
    person: PersonRow
    conversation: Conversation


_KNOWN = select(col(SectionVersion.id)).where(
    col(SectionVersion.section) == bindparam("section"), col(SectionVersion.version) == bindparam("version")
)


def known(session: Session, section: str, version: str) -> int | None:
    """Return the id of a text that is kept."""
    found = prepared.run(session, _KNOWN, {"section": section, "version": version})
    return int(found[0][0]) if found else None


def text_id(session: Session, text: Text, now: datetime) -> int:
    """Return the id of a text of a section, which is kept from now on if it was not before."""
    found = known(session, text.section, text.version)
    if found is not None:
        return found
    before = session.exec(
        select(SectionVersion.line).where(SectionVersion.section == text.section, col(SectionVersion.current).is_(True))
    ).first()
    return keep(session, text, now, line=before or 0, current=before is None)


def keep(session: Session, text: Text, now: datetime, *, line: int = 0, current: bool = True) -> int:
    """Keep a text of a section that is not there yet and return its id; without a `line` it begins its own."""
    row = {**text._asdict(), "first_seen": now, "line": line, "current": current}
    number = prepared.insert(session, SectionVersion, row, unless_there=True)
    if not number:
        return int(prepared.run(session, _KNOWN, {"section": text.section, "version": text.version})[0][0])
    if not line:
        prepared.change(session, _OWN_LINE)
    return number


def keep_each(session: Session, texts: Sequence[Text], now: datetime) -> None:
    """Keep texts that nobody has seen before, each the first of its line."""
    columns = (*Text._fields, "first_seen", "current")
    prepared.insert_each(session, SectionVersion, columns, [(*one, now, True) for one in texts], unless_there=True)
    prepared.change(session, _OWN_LINE)


_OWN_LINE = update(SectionVersion).where(col(SectionVersion.line) == 0).values(line=col(SectionVersion.id))
_CURRENT = sql_select(
    col(SectionVersion.id),
    col(SectionVersion.line),
    col(SectionVersion.section),
    col(SectionVersion.version),
    col(SectionVersion.ended),
    col(SectionVersion.language),
).where(col(SectionVersion.current).is_(True))


def current(session: Session) -> list[Kept]:
    """Return the current text of every line."""
    return [Kept(*row) for row in prepared.run(session, _CURRENT)]


def take_place(session: Session, old: int, new: int | None, ended: str, before: str) -> bool:
    """Make `new` the current text instead of `old`, or end the old one; False when somebody else has done it."""
    values: dict[str, Any] = {"current": False} if new is not None else {"ended": ended}
    changed: Any = session.execute(
        update(SectionVersion)
        .where(
            col(SectionVersion.id) == old, col(SectionVersion.current).is_(True), col(SectionVersion.ended) == before
        )
        .values(**values)
    )
    if changed.rowcount != 1:
        return False
    if new is not None:
        session.execute(update(SectionVersion).where(col(SectionVersion.id) == new).values(current=True, ended=ended))
    return True


def text(session: Session, number: int) -> SectionVersion:
    """Return a text that is kept."""
    row = session.get(SectionVersion, number)
    assert row is not None
    return row


def texts(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """Return the words of these texts."""
    found = session.exec(
        select(SectionVersion.id, SectionVersion.text_md).where(col(SectionVersion.id).in_(list(numbers)))
    )
    return {number: words for number, words in found if number is not None}


def told(
    session: Session,
    person_id: int,
    text: int,
    conversation_id: int,
    language: str,
    now: datetime,
    *,
    answered_id: int | None = None,
    correction_id: int | None = None,
    ended: bool = False,
) -> None:
    """Keep that somebody was told a text."""
    row = {
        "person_id": person_id,
        "text_id": text,
        "conversation_id": conversation_id,
        "answered_id": answered_id,
        "correction_id": correction_id,
        "language": language,
        "ended": ended,
        "at": now,
    }
    prepared.insert(session, Told, row)


def knowers(
    session: Session, line: int, without: int | None = None, among: Sequence[int] | None = None
) -> list[Knower]:
    """Return everybody who was ever told a text of this line, with the last they were told.

    `without` leaves out who has a receipt of that correction, `among` everybody but these people.
    """
    last = (
        select(func.max(Told.id))
        .join(SectionVersion, col(SectionVersion.id) == col(Told.text_id))
        .where(SectionVersion.line == line)
        .group_by(col(Told.person_id))
    )
    if among is not None:
        last = last.where(col(Told.person_id).in_(among))
    statement: Any = (
        select(Told, SectionVersion, PersonRow, Conversation)
        .join(SectionVersion, col(SectionVersion.id) == col(Told.text_id))
        .join(PersonRow, col(PersonRow.id) == col(Told.person_id))
        .join(Conversation, col(Conversation.id) == col(Told.conversation_id))
        .where(col(Told.id).in_(last))
        .order_by(col(Told.id))
    )
    if without is not None:
        had = select(CorrectionReceipt.person_id).where(CorrectionReceipt.correction_id == without)
        statement = statement.where(col(Told.person_id).not_in(had))
    return [Knower(*row) for row in session.exec(statement)]


def roles_and_managers(session: Session) -> tuple[dict[int, frozenset[str]], frozenset[int]]:
    """Return the HR roles of everybody who holds one, and the ids of all who have reports."""
    held: dict[int, set[str]] = {}
    for person, role in session.exec(select(MembershipRow.person_id, MembershipRow.role)):
        held.setdefault(person, set()).add(role)
    bosses = session.exec(select(PersonRow.manager_id).where(col(PersonRow.manager_id).is_not(None)).distinct())
    return {one: frozenset(roles) for one, roles in held.items()}, frozenset(one for one in bosses if one is not None)


def linked(session: Session, channel: str, people: Iterable[int]) -> set[int]:
    """Return which of these people are linked to a user of the channel."""
    statement = select(ChannelIdentity.person_id).where(
        ChannelIdentity.provider == channel,
        col(ChannelIdentity.revoked_at).is_(None),
        col(ChannelIdentity.person_id).in_(list(people)),
    )
    return set(session.exec(statement))


def pending(session: Session, line: int) -> Correction | None:
    """Return the correction of a line that waits for a decision."""
    return session.exec(select(Correction).where(Correction.line == line, Correction.state == "pending")).first()


def begin(session: Session, **values: Any) -> int:
    """Make a correction and return its id; 0 when the line has a pending one already."""
    return prepared.insert(session, Correction, values, unless_there=True)


def in_state(
    session: Session, *states: str, told: bool | None = None, owners: Collection[str] | None = None, limit: int = 0
) -> list[Correction]:
    """Return the corrections in these states, the newest first: all, or `limit` of them.

    `told`: only of sections that somebody, or nobody, was told; `owners`: only of these roles' articles.
    """
    if not states:
        return []
    statement = select(Correction).where(col(Correction.state).in_(states))
    if told is not None:
        somebody = (
            select(1)
            .select_from(Told)
            .join(SectionVersion, col(SectionVersion.id) == col(Told.text_id))
            .where(SectionVersion.line == Correction.line)
            .exists()
        )
        statement = statement.where(somebody if told else ~somebody)
    if owners is not None:
        statement = statement.where(col(Correction.owner).in_(sorted(owners)))
    return list(session.exec(statement.order_by(col(Correction.id).desc()).limit(limit or None)))


def move(session: Session, correction: int, start: str, **values: Any) -> bool:
    """Change a correction that is still in the state `start`; False when somebody was faster."""
    changed: Any = session.execute(
        update(Correction).where(col(Correction.id) == correction, col(Correction.state) == start).values(**values)
    )
    return bool(changed.rowcount == 1)


def claim(session: Session, **values: Any) -> int:
    """Claim the sending of a correction to a person; 0 when it was claimed before."""
    return prepared.insert(session, CorrectionReceipt, values, unless_there=True)


def carried_by(session: Session, receipt: int, outbox_key: str) -> None:
    """Write down which message carries the correction."""
    session.execute(update(CorrectionReceipt).where(col(CorrectionReceipt.id) == receipt).values(outbox_key=outbox_key))


class Receipt(NamedTuple):
    """A correction on its way to a person; `state` is the outbox's, "" where the conversation itself shows it."""

    person_id: int
    name: str
    channel: str
    language: str
    at: datetime
    state: str
    error: str


def receipts(session: Session, correction: int) -> list[Receipt]:
    """Return who got a correction and how far it came."""
    statement = (
        select(CorrectionReceipt, PersonRow.name, Outbox.state, Outbox.error)
        .join(PersonRow, col(PersonRow.id) == col(CorrectionReceipt.person_id))
        .join(Outbox, col(Outbox.key) == col(CorrectionReceipt.outbox_key), isouter=True)
        .where(CorrectionReceipt.correction_id == correction)
        .order_by(col(PersonRow.name))
    )
    return [
        Receipt(row.person_id, name, row.channel, row.language, row.at, state or "", error or "")
        for row, name, state, error in session.exec(statement)
    ]
