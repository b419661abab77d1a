"""A desk whose articles tests edit, and what became of those who were told them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from deskbot.actions import recall as acts
from deskbot.actions.desk import Desk
from deskbot.answers.knowledge import build
from deskbot.desk.messages import Reply, reply_from_json
from deskbot.jobs import recall as jobs
from deskbot.ports import Policybook
from deskbot.store import conversations, people
from deskbot.store import recall as kept
from deskbot.store.session import Store
from deskbot.store.tables import Correction, CorrectionReceipt, Outbox, Told
from tests.actions.talking import Talker
from tests.clocks import SteppedClock

LEAVE = """---
title: Parking at the office
owner: benefits
---
# Parking at the office

## Permits

The parking garage costs 40 EUR a month. You must apply for a permit with the reception.
"""
OTHER = """---
title: Bicycle lockers
owner: benefits
---
# Bicycle lockers

## Keys

Keys for bicycle lockers are handed out in the kitchen.
"""
QUESTION = "how do I apply for a parking permit for the garage"


@dataclass
class House:
    """A desk whose articles a test edits."""

    store: Store
    desk: Desk
    clock: SteppedClock
    talker: Callable[..., Talker]
    pages: dict[str, str] = field(default_factory=lambda: {"parking.md": LEAVE, "lockers.md": OTHER})

    def edit(self, old: str, new: str, page: str = "parking.md") -> None:
        """Change a page, a minute later, and have the desk notice."""
        assert old in self.pages[page]
        self.pages[page] = self.pages[page].replace(old, new)
        self.reload()

    def reload(self) -> None:
        """Read the pages anew."""
        self.clock.advance(minutes=1)
        book: Policybook = self.desk.book
        self.desk.content.current = replace(book, knowledge=build(self.pages))  # type: ignore[misc]
        jobs.look(self.store, self.desk, self.desk.now())

    def ask(self, who: str, channel: str = "webchat", **more: Any) -> Talker:
        """Ask the question as somebody, who gets the section for an answer."""
        talk = self.talker(f"{who}@acme.example", channel, **more)
        turn = talk.say(QUESTION, mentioned=True)
        assert turn.replies[0].citations, turn
        self.clock.advance(minutes=1)
        return talk

    def waiting(self) -> list[Correction]:
        """Return the corrections that somebody has to decide about, with people to tell."""
        with self.store.read() as session:
            found = kept.in_state(session, "pending", told=True)
            return [one for one in found if acts.recipients(session, self.desk, one)]

    def standing(self, correction: Correction) -> dict[str, str]:
        """Return who would be told, and why others are not."""
        with self.store.read() as session:
            found = acts.recipients(session, self.desk, correction)
            return {one.knower.person.email.partition("@")[0]: one.standing for one in found}

    def decide(self, correction: Correction, decision: acts.Decision = "send", note: str = "") -> None:
        """Decide about a correction as the command line does."""
        with self.store.write() as session:
            row = session.get(Correction, correction.id)
            assert row is not None
            acts.decide(
                session, self.desk, row, decision, self.desk.now(), by=None, text=correction.after_id, note=note
            )

    def send(self, correction: Correction) -> None:
        """Decide to send and send to all."""
        assert correction.id is not None
        self.decide(correction)
        jobs.send(self.store, self.desk, correction.id)

    def corrected(self) -> dict[str, list[Reply]]:
        """Return what was said to whom by corrections."""
        with self.store.read() as session:
            rows = session.exec(select(CorrectionReceipt).order_by(col(CorrectionReceipt.id))).all()
            out: dict[str, list[Reply]] = {}
            for row in rows:
                person = people.by_id(session, row.person_id)
                assert person is not None
                told = session.exec(
                    select(Told).where(Told.correction_id == row.correction_id, Told.person_id == row.person_id)
                ).one()
                last = conversations.messages(session, told.conversation_id)[-1]
                words = self.store.sealer.open(session, last.reply) if last.reply else None
                out.setdefault(person.email.partition("@")[0], []).append(reply_from_json(json.loads(words or "{}")))
            return out

    def outbox(self) -> list[Outbox]:
        """Return what left through the outbox."""
        with self.store.read() as session:
            return list(session.exec(select(Outbox).order_by(col(Outbox.id))))
