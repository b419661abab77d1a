"""Issuing letters, revoking them, and saying to anybody whether one is real."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deskbot.actions.attachments import store_file
from deskbot.actions.desk import Desk
from deskbot.desk import letters as writing
from deskbot.desk.access import Viewer, may
from deskbot.desk.errors import NotAllowed, NotFound
from deskbot.desk.letters import LetterTemplate, Verdict
from deskbot.desk.people import Person
from deskbot.desk.texts import say
from deskbot.store import counters, events, letters, people
from deskbot.store.announce import announce
from deskbot.store.tables import Letter, LetterCheck, Ticket


class PayNeedsConsent(NotAllowed):
    """A letter that states pay is asked for without a live consent; payroll takes it from here."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a stranger may learn of a letter. Only `valid`, `expired` and `altered` carry facts, and never pay.

    `since` is the day of revocation, and of the check where the code is not known, so that the two look alike.
    """

    verdict: Verdict
    since: date
    kind: str = ""
    title: str = ""
    employer: str = ""
    initials: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


def issue(
    session: Session,
    desk: Desk,
    *,
    person: Person,
    kind: str,
    language: str,
    fields: Mapping[str, str],
    ticket: Ticket | None = None,
    issued_by: int | None = None,
) -> tuple[Letter, bytes]:
    """Issue a letter about `person`: number, code, frozen facts and the printed file, all in this transaction.

    `issued_by` is the id of who asks, None at the command line. Raises NotAllowed (PayNeedsConsent for a letter with
    pay), NotFound for a type or language that there is not, and Invalid for a field or fact that is missing.
    """
    template = desk.book.letters.template(kind, language)
    _may_issue(session, person, template, issued_by)
    employer = desk.book.letters.employer(person)
    now = desk.now()
    issued_on = now.astimezone(ZoneInfo(person.zone)).date()
    number = writing.letter_number(issued_on.year, counters.bump(session, f"letter-{issued_on.year}"))
    code = writing.letter_code(desk.randomness(16))
    facts = writing.freeze(template, employer, person, fields, number=number, issued_on=issued_on)
    printed = desk.press(writing.sheet(template, employer, facts, code=code, base_url=desk.base_url))
    letter = _keep(session, desk, person, template, facts, code, printed, ticket, issued_by, now)
    announce(session, f"person:{person.id}")
    return letter, printed


def _may_issue(session: Session, person: Person, template: LetterTemplate, issued_by: int | None) -> None:
    if template.salary:
        raise PayNeedsConsent(say("letter.error.consent", person.language))
    if issued_by is None:
        return
    asker = people.viewer(session, issued_by)
    if issued_by == person.id and not template.self_service:
        raise NotAllowed(say("letter.error.by_hr", person.language))
    action = "letter.own" if issued_by == person.id else "letter.issue"
    if asker is None or not may(asker, action):
        raise NotAllowed(say("letter.error.not_allowed", asker.person.language if asker else "en"))


def _keep(
    session: Session,
    desk: Desk,
    person: Person,
    template: LetterTemplate,
    facts: Mapping[str, Any],
    code: str,
    printed: bytes,
    ticket: Ticket | None,
    issued_by: int | None,
    now: datetime,
) -> Letter:
    subject = ("person", person.id)
    number = facts["letter"]["number"]
    file = store_file(
        session,
        desk,
        name=f"{number}.pdf",
        content=printed,
        subject=subject,
        now=now,
        ticket_id=ticket.id if ticket else None,
        owner_id=person.id,
    )
    letter = Letter(
        number=number,
        code_hash=writing.code_hash(code),
        kind=template.type,
        person_id=person.id,
        ticket_id=ticket.id if ticket else None,
        attachment_id=file.id,
        language=template.language,
        template_version=template.version,
        facts=desk.sealer.seal(session, subject, json.dumps({**facts, "code": code}, ensure_ascii=False)),
        sha256=hashlib.sha256(printed).hexdigest(),
        issued_at=now,
        valid_until=_end_of(date.fromisoformat(facts["letter"]["valid_until"]), person.zone),
        issued_by_id=issued_by,
    )
    session.add(letter)
    session.flush()
    if ticket is not None and ticket.id is not None:
        data = {"letter": letter.id, "number": number, "type": template.type, "template": template.version}
        by_self = issued_by == person.id
        events.append(
            session,
            ticket.id,
            "letter_issued",
            now,
            actor_kind="employee" if by_self else "specialist" if issued_by else "system",
            actor_id=issued_by,
            data=data,
        )
    return letter


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))


def revoke(session: Session, desk: Desk, viewer: Viewer, number: str) -> Letter:
    """Revoke a letter: one's own, or anybody's for those who issue them. Revoking twice keeps the first date."""
    letter = letters.by_number(session, number)
    own = letter is not None and letter.person_id == viewer.person.id
    if letter is None or not (own or may(viewer, "letter.issue")):
        raise NotFound(say("letter.error.not_found", viewer.person.language, number=number))
    if letter.revoked_at is None:
        letter.revoked_at = desk.now()
        session.add(letter)
        session.flush()
    announce(session, f"person:{letter.person_id}")
    return letter


def verify(
    session: Session, desk: Desk, *, code: str = "", pdf: bytes | None = None, language: str = "en"
) -> Verification:
    """Say whether a letter is real, by its code or by its file, and log the check for the employee to see.

    A file is valid only when every byte is as it was issued; one that carries the code of another file is altered.
    """
    now = desk.now()
    found_code = writing.code_in(pdf) if pdf is not None else writing.read_code(code)
    letter = letters.by_code_hash(session, writing.code_hash(found_code or ""))
    same = pdf is None or (letter is not None and hmac.compare_digest(hashlib.sha256(pdf).hexdigest(), letter.sha256))
    verdict = _verdict(letter, same, now)
    session.add(
        LetterCheck(
            letter_id=letter.id if letter else None, way="code" if pdf is None else "file", verdict=verdict, at=now
        )
    )
    session.flush()
    if letter is not None:
        announce(session, f"person:{letter.person_id}")
    return _shown(session, desk, letter, verdict, language, now)


def _verdict(letter: Letter | None, same: bool, now: datetime) -> Verdict:
    if letter is None:
        return "unknown"
    if letter.revoked_at is not None:
        return "revoked"
    if not same:
        return "altered"
    if letter.valid_until is not None and now >= letter.valid_until:
        return "expired"
    return "valid"


def _shown(
    session: Session, desk: Desk, letter: Letter | None, verdict: Verdict, language: str, now: datetime
) -> Verification:
    revoked_at = letter.revoked_at if letter else None
    since = (revoked_at or now).astimezone(ZoneInfo(desk.zone)).date()
    if letter is None or verdict in ("revoked", "unknown"):
        return Verification(verdict, since)
    opened = desk.sealer.open(session, letter.facts)
    facts: dict[str, Any] = json.loads(opened) if opened else {}
    told = facts.get("letter", {})
    return Verification(
        verdict,
        since,
        kind=letter.kind,
        title=_title(desk, letter.kind, language),
        employer=facts.get("employer", {}).get("name", ""),
        initials=writing.initials(facts.get("person", {}).get("name", "")),
        issued_on=date.fromisoformat(told["date"]) if told else letter.issued_at.date(),
        valid_until=date.fromisoformat(told["valid_until"]) if told else None,
    )


def _title(desk: Desk, kind: str, language: str) -> str:
    found = desk.book.letters
    for wanted in (language, "en", *found.languages(kind)):
        if (kind, wanted) in found.templates:
            return found.templates[(kind, wanted)].title
    return kind
