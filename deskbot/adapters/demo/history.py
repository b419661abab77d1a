"""Believable history at any size: questions and tickets with their events, messages, clocks and ratings.

Rows are written in bulk, but every due instant comes from the same code that serves, so that what the demo shows is
what the desk would have kept. Equal seeds, people and rules give equal history.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import func, insert, text
from sqlmodel import Session, SQLModel, col, select

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.actions.opening import record, settle
from deskbot.adapters.demo.stories import (
    FOLLOW_UPS,
    QUESTIONS,
    SECOND_ANSWERS,
    STORIES,
    UNKNOWN,
    UNKNOWN_SHARE,
    Story,
)
from deskbot.answers.audience import Audience
from deskbot.desk.people import Person
from deskbot.desk.routing import Facts
from deskbot.desk.staffing import Pick
from deskbot.desk.tickets import reference, sealed_reference
from deskbot.store import people, search
from deskbot.store.sealing import Subject
from deskbot.store.tables import (
    Answered,
    Conversation,
    Counter,
    Event,
    MembershipRow,
    Message,
    PersonRow,
    Ticket,
)
from deskbot.store.tickets import FIRST_NUMBER

BATCH = 2000
STUCK = 0.012  # tickets that nobody finished
LATE = 0.045
CHANNELS = ("slack", "webchat", "teams")


@dataclass(slots=True)
class _Happening:
    """One event of a ticket that is being told."""

    at: datetime
    kind: str
    actor_kind: str = "system"
    actor_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    said: str = ""


@dataclass(slots=True)
class _Rows:
    """Rows gathered for the next batch, and the next free id of each table."""

    session: Session
    next_id: dict[type[SQLModel], int] = field(default_factory=dict)
    waiting: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: type[SQLModel], row: dict[str, Any]) -> int:
        """Gather a row and return its id."""
        if table not in self.next_id:
            last = self.session.execute(select(func.max(table.id))).scalar()  # type: ignore[attr-defined]
            self.next_id[table] = (last or 0) + 1
        number = self.next_id[table]
        self.next_id[table] += 1
        self.waiting.setdefault(table, []).append({"id": number, **row})
        return number

    def write(self) -> None:
        """Write what is gathered, in the order in which rows refer to one another."""
        for table in (Ticket, Conversation, Message, Event, Answered):
            rows = self.waiting.pop(table, [])
            if rows:
                self.session.connection().execute(insert(SQLModel.metadata.tables[str(table.__tablename__)]), rows)

    def finish(self) -> None:
        """Write the rest, and let PostgreSQL count on from here."""
        self.write()
        if self.session.connection().dialect.name != "postgresql":
            return
        for table, following in self.next_id.items():
            name = str(table.__tablename__)
            statement = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            self.session.execute(statement, {"name": name, "last": following - 1})


# The columns of a ticket that history leaves as they are for a new one, or fills in later.
_DEFAULTS: dict[str, Any] = {
    "subject_id": None,
    "opened_by_id": None,
    "state": "new",
    "live": True,
    "tags": [],
    "first_response_at": None,
    "first_response_due": None,
    "next_reply_due": None,
    "resolution_due": None,
    "next_due": None,
    "next_moment": None,
    "paused_at": None,
    "resolved_at": None,
    "closed_at": None,
    "first_response_breached": None,
    "resolution_breached": None,
    "csat": None,
}


class History:
    """Tells the history of a company's HR desk up to now."""

    def __init__(self, session: Session, desk: Desk, seed: int = 7) -> None:
        self._session = session
        self._desk = desk
        self._rng = random.Random(seed)
        self._rows = _Rows(session)
        self._people = self._employees()
        self._handlers = self._members()
        self._stories = [s for s in STORIES if s.role in self._handlers]
        self._number = self._last_number()
        self._known: dict[tuple[str, str], Any] = {}
        self._records: dict[tuple[str, ...], dict[str, Any]] = {}

    def _employees(self) -> dict[str, list[Person]]:
        rows = self._session.exec(
            select(PersonRow).where(PersonRow.status == "active").order_by(col(PersonRow.id))
        ).all()
        found: dict[str, list[Person]] = {"": []}
        for row in rows:
            someone = people.person(self._session, row)
            found[""].append(someone)
            found.setdefault(someone.country, []).append(someone)
        return found

    def _members(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        rows = self._session.exec(select(MembershipRow).where(MembershipRow.kind != "deputy"))
        for row in rows:
            found.setdefault(row.role, []).append(row.person_id)
        return found

    def _last_number(self) -> int:
        row = self._session.get(Counter, "ticket")
        return row.value if row else FIRST_NUMBER

    def tell(self, tickets: int, days: int, open_share: float | None, progress: Callable[[int, int], None]) -> None:
        """Write `tickets` tickets over the last `days` days, the earliest first, with questions in between."""
        now = self._desk.now().astimezone(UTC)
        for done, opened in enumerate(self._arrivals(tickets, days, now), 1):
            self._ticket(opened, now, open_share)
            if tickets < 50_000 and self._rng.random() < 0.9:
                self._question(opened + timedelta(minutes=self._rng.randint(1, 90)), now)
            if done % BATCH == 0:
                self._rows.write()
                progress(done, tickets)
        self._rows.finish()
        self._session.merge(Counter(name="ticket", value=self._number))
        progress(tickets, tickets)

    def _arrivals(self, tickets: int, days: int, now: datetime) -> Iterator[datetime]:
        """Yield the instants at which tickets are opened: on working days, in the hours of both offices."""
        start = now - timedelta(days=days)
        weights = [self._weight(start + timedelta(hours=hour)) for hour in range(days * 24)]
        hours = sorted(self._rng.choices(range(days * 24), weights, k=tickets))
        seconds = sorted(hour * 3600 + self._rng.random() * 3600 for hour in hours)
        return (start + timedelta(seconds=round(second)) for second in seconds)

    def _weight(self, at: datetime) -> float:
        if at.weekday() >= 5:
            return 0.4 if 9 <= at.hour < 20 else 0.05
        busy = {0: 1.35, 4: 0.8}.get(at.weekday(), 1.0)
        return busy * (10 if 9 <= at.hour < 12 else 9 if 13 <= at.hour < 19 else 4 if 19 <= at.hour < 22 else 0.4)

    # --- One ticket -----------------------------------------------------------------------------------------------

    def _ticket(self, opened: datetime, now: datetime, open_share: float | None) -> None:
        story = self._rng.choices(self._stories, [story.weight for story in self._stories])[0]
        asker = self._rng.choice(self._people.get(story.country) or self._people[""])
        self._ticket_of(story, asker, opened, now, open_share)

    def _ticket_of(
        self, story: Story, asker: Person, opened: datetime, now: datetime, open_share: float | None
    ) -> tuple[int, int, int]:
        """Tell one ticket and return the ids of its conversation, of its first message, and its own."""
        ticket = self._blank(story, asker, opened)
        told = [h for h in self._story(ticket, story, asker, open_share) if h.at <= now]
        self._end_as_told(ticket, told)
        found = clocks.computed(self._desk, ticket, told)
        clocks.keep(self._desk, ticket, found, now)
        self._mark_breaches(ticket, told)
        return self._keep(ticket, story, asker, told)

    def _blank(self, story: Story, asker: Person, opened: datetime) -> Ticket:
        role = self._desk.book.roles[story.role]
        policy = role.sla_policy if role.sla_policy in self._desk.book.policies else "default"
        tier = max(story.tier, role.tier)
        handlers = [one for one in self._handlers[story.role] if one != asker.id]
        columns: dict[str, Any] = {
            "ref": self._ref(tier),
            "requester_id": asker.id,
            "channel": self._rng.choices(CHANNELS, (6, 3, 2))[0],
            "role": story.role,
            "assignee_id": self._rng.choice(handlers) if handlers else None,
            "tier": tier,
            "priority": story.priority,
            "request_type": story.request if story.request in self._desk.book.requests else None,
            "sla_policy": policy,
            "calendar": clocks.calendar_name(self._desk, self._desk.book.policies[policy], story.role, asker),
            "language": story.language,
            "opened_at": opened,
            "updated_at": opened,
        }
        columns["decision"] = self._decision(story, asker, columns)
        # A table model costs a millisecond to make; the clocks need its columns only.
        return cast(Ticket, SimpleNamespace(**_DEFAULTS, **columns))

    def _decision(self, story: Story, asker: Person, columns: dict[str, Any]) -> dict[str, Any]:
        """Return the record of what the rules say to a ticket; in its place a short one where they see it otherwise."""
        key = (story.text, columns["channel"], asker.department, asker.office, asker.country, asker.contract)
        if key not in self._records:
            facts = Facts(
                text=story.text,
                language=story.language,
                request_type=columns["request_type"],
                person=asker,
                channel=columns["channel"],
                tier=story.tier if story.tier >= 3 else 0,
            )
            decision, outcome = settle(self._desk, facts, asker)
            told: dict[str, Any] = {
                "rule": None,
                "role": story.role,
                "reason": "A person gave it to this role.",
                "near_misses": [],
            }
            same = outcome.role == story.role
            self._records[key] = record(decision, outcome, Pick(None, "least loaded", False)) if same else told
        return self._records[key]

    def _ref(self, tier: int) -> str:
        if tier >= 4:
            return sealed_reference(self._rng.randbytes(6))
        self._number += 1
        return reference(self._number)

    def _story(self, ticket: Ticket, story: Story, asker: Person, open_share: float | None) -> list[_Happening]:
        """Tell what happens to the ticket; events after now are cut off by the caller."""
        calendar = clocks.working_time(self._desk, ticket)
        policy = clocks.policy_of(self._desk, ticket)
        opened, handler = ticket.opened_at, ticket.assignee_id
        why = {"to": handler, "role": ticket.role, "why": "least loaded", "empty_pool": handler is None}
        start = {
            "role": ticket.role,
            "tier": ticket.tier,
            "priority": ticket.priority,
            "request_type": ticket.request_type,
        }
        told = [
            _Happening(opened, "opened", "employee", asker.id, start, story.text),
            _Happening(opened, "assigned", data=why),
        ]
        target = policy.first_response[ticket.priority]
        at = calendar.due(opened, target * self._share(late=LATE)) or opened
        told.append(_Happening(at, "public_reply", "specialist", handler, said=story.answer))
        if self._rng.random() < 0.3:
            at = self._follow_up(told, at, asker, handler, calendar)
        stuck = self._rng.random() < (STUCK if open_share is None else open_share)
        if stuck:
            return told
        whole = policy.resolution.get(ticket.priority, 4 * target)
        end = max(at + timedelta(minutes=4), calendar.due(opened, whole * self._share(late=LATE / 2) * 0.8) or at)
        told.append(_Happening(end, "resolved", "specialist", handler))
        told.append(_Happening(end, "state_changed", "specialist", handler, {"from": "open", "to": "resolved"}))
        if ticket.tier < 3 and self._rng.random() < 0.42:
            score = {"score": self._rng.choices((5, 1), (9, 1))[0]}
            told.append(_Happening(end + timedelta(hours=2), "rated", "employee", asker.id, score))
        if ticket.tier < 4:
            told.append(_Happening(end + timedelta(days=7), "closed"))
        return told

    def _follow_up(
        self, told: list[_Happening], at: datetime, asker: Person, handler: int | None, calendar: Any
    ) -> datetime:
        asked = at + timedelta(minutes=self._rng.randint(15, 600))
        told.append(_Happening(asked, "employee_message", "employee", asker.id, said=self._rng.choice(FOLLOW_UPS)))
        answered = calendar.due(asked, self._rng.randint(10, 200)) or asked
        said = self._rng.choice(SECOND_ANSWERS)
        told.append(_Happening(answered, "public_reply", "specialist", handler, said=said))
        return answered

    def _share(self, late: float) -> float:
        """Return how much of a target is used: mostly a third, now and then more than all of it."""
        if self._rng.random() < late:
            return self._rng.uniform(1.05, 1.9)
        return min(self._rng.lognormvariate(-1.1, 0.65), 0.97)

    def _end_as_told(self, ticket: Ticket, told: Sequence[_Happening]) -> None:
        kinds = {happening.kind: happening.at for happening in told}
        ticket.updated_at = told[-1].at
        ticket.resolved_at = kinds.get("resolved")
        ticket.closed_at = kinds.get("closed")
        ticket.live = "closed" not in kinds
        ticket.state = "closed" if "closed" in kinds else "resolved" if "resolved" in kinds else "open"
        if ticket.state == "open" and "public_reply" not in kinds:
            ticket.state = "new"
        rated = [happening.data["score"] for happening in told if happening.kind == "rated"]
        ticket.csat = rated[-1] if rated else None

    def _mark_breaches(self, ticket: Ticket, told: list[_Happening]) -> None:
        """Write the breaches that the sweep would have written at the time."""
        for clock, due, met in (
            ("first_response", ticket.first_response_due, ticket.first_response_at),
            ("resolution", ticket.resolution_due, ticket.resolved_at),
        ):
            last = told[-1].at if met is None else met
            if due is not None and due < last:
                told.append(_Happening(due, "breached", data={"clock": clock, "due": due.isoformat(), "receivers": []}))
        told.sort(key=lambda happening: happening.at)

    def _keep(self, ticket: Ticket, story: Story, asker: Person, told: Sequence[_Happening]) -> tuple[int, int, int]:
        seal = self._desk.sealer.seal
        number = self._rows.add(Ticket, {**vars(ticket), "version": 1})
        subject: Subject = ("ticket", number) if ticket.tier >= 3 else ("person", asker.id)
        title = self._title(ticket, story)
        self._rows.waiting[Ticket][-1]["title"] = seal(self._session, subject, title)
        talk = self._conversation(asker, ticket.channel, ticket.opened_at, ticket.updated_at, number)
        first = 0
        for seq, happening in enumerate(told, 1):
            message = self._said(happening, talk, number, subject) if happening.said else None
            first = first or message or 0
            self._rows.add(Event, _event(happening, number, seq, message))
        if ticket.tier <= 2:
            search.index(self._session, number, f"{ticket.ref} {asker.name} {title} {story.text}")
        return talk, first, number

    def _title(self, ticket: Ticket, story: Story) -> str:
        if ticket.tier >= 3:
            return "Confidential case" if ticket.tier == 4 else "Confidential request"
        named = self._desk.book.requests.get(ticket.request_type or "")
        return named.name(story.language) if named and self._rng.random() < 0.5 else story.text

    def _conversation(self, asker: Person, channel: str, at: datetime, updated: datetime, ticket: int | None) -> int:
        place = str(asker.id)
        row = {
            "channel": channel,
            "external_key": f"history-{self._rng.getrandbits(64):016x}",
            "place": place,
            "private": True,
            "person_id": asker.id,
            "ticket_id": ticket,
            "language": asker.language,
            "state": {},
            "created_at": at,
            "updated_at": updated,
        }
        return self._rows.add(Conversation, row)

    def _said(self, happening: _Happening, talk: int, ticket: int | None, subject: Subject) -> int:
        row = {
            "conversation_id": talk,
            "ticket_id": ticket,
            "author_kind": happening.actor_kind,
            "author_id": happening.actor_id,
            "visibility": "public",
            "text": self._desk.sealer.seal(self._session, subject, happening.said),
            "sent_at": happening.at,
        }
        return self._rows.add(Message, row)

    # --- Questions that needed no ticket --------------------------------------------------------------------------

    def _question(self, at: datetime, now: datetime) -> None:
        """Tell one question as the knowledge base answers it today."""
        if at > now:
            return
        if self._rng.random() < UNKNOWN_SHARE:
            self._unknown(at, now)
            return
        asked, _ = self._rng.choice(QUESTIONS)
        asker = self._rng.choice(self._people[""])
        helped = True if self._rng.random() < 0.6 else None
        self._answered(asked, asker, self._asked(asked, asker, at), at, helped=helped)

    def _unknown(self, at: datetime, now: datetime) -> None:
        """Tell a question that no article answers; of some of them a ticket is made."""
        one = self._rng.choices(UNKNOWN, [unknown.weight for unknown in UNKNOWN])[0]
        asked, asker = self._rng.choice(one.words), self._rng.choice(self._people[""])
        if self._rng.random() < 0.4 and one.role in self._handlers:
            story = Story(one.role, asked, one.answer, tier=1, language=one.language)
            talk, message, ticket = self._ticket_of(story, asker, at, now, None)
            self._answered(asked, asker, (talk, message), at, language=one.language, ticket=ticket)
        else:
            self._answered(asked, asker, self._asked(asked, asker, at), at, language=one.language)

    def _asked(self, asked: str, asker: Person, at: datetime) -> tuple[int, int]:
        talk = self._conversation(asker, self._rng.choice(CHANNELS), at, at, None)
        said = _Happening(at, "asked", "employee", asker.id, said=asked)
        return talk, self._said(said, talk, None, ("person", asker.id))

    def _answered(
        self,
        asked: str,
        asker: Person,
        place: tuple[int, int],
        at: datetime,
        *,
        helped: bool | None = None,
        language: str = "",
        ticket: int | None = None,
    ) -> None:
        """Keep what the knowledge base says to a question; an answer that ended in a ticket did not help."""
        decision, section, version, confidence, reason = self._answer(asked, asker)
        row = {
            "conversation_id": place[0],
            "message_id": place[1],
            "person_id": asker.id,
            "decision": decision,
            "reason": reason,
            "section": section,
            "version": version,
            "confidence": confidence,
            "suggestions": [],
            "language": language or asker.language,
            "helpful": None if decision != "answer" else False if ticket else helped,
            "ticket_id": ticket,
            "at": at,
        }
        self._rows.add(Answered, row)

    def _answer(self, asked: str, asker: Person) -> tuple[str, str | None, str | None, float, str | None]:
        key = (asked, asker.country)
        if key not in self._known:
            viewer = Audience(country=asker.country, contract=asker.contract, language=asker.language)
            found = self._desk.book.knowledge.find(asked, viewer, asker.language)
            first = found.ranked[0][0] if found.ranked and found.decision == "answer" else None
            told = (first.id, first.version) if first else (None, None)
            self._known[key] = (found.decision, *told, found.confidence, found.reason)
        answer: tuple[str, str | None, str | None, float, str | None] = self._known[key]
        return answer


def _event(happening: _Happening, ticket: int, seq: int, message: int | None) -> dict[str, Any]:
    return {
        "ticket_id": ticket,
        "seq": seq,
        "at": happening.at,
        "kind": happening.kind,
        "actor_kind": happening.actor_kind,
        "actor_id": happening.actor_id,
        "message_id": message,
        "data": happening.data,
    }
