"""Setting the confidence right by outcomes: what counts, of whom how much, and when a refit is in force."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from deskbot.actions import refit
from deskbot.actions.desk import Desk
from deskbot.actions.opening import Opening, open_ticket
from deskbot.answers.audience import Audience
from deskbot.answers.calibration import SHIPPED
from deskbot.answers.knowledge import build
from deskbot.jobs.learning import Learning
from deskbot.ports import Policybook
from deskbot.store import conversations, people
from deskbot.store import learning as stored
from deskbot.store.session import Store
from deskbot.store.tables import Answered, CalibrationRun, Conversation, PersonRow
from tests.actions.lessons import PAGES, SECTION, Live
from tests.clocks import SteppedClock

ANA = "ana@acme.example"


@pytest.fixture
def desk(desk: Desk, shipped: Policybook) -> Desk:
    """The desk with three small articles of its own."""
    desk.content.current = replace(shipped, knowledge=build(PAGES))  # type: ignore[misc]
    return desk


def crowd(session: Session, desk: Desk, count: int) -> list[int | None]:
    """Hire so many people and return their ids."""
    hired = [PersonRow(email=f"asker{n}@acme.example", name=f"Asker {n}", created_at=desk.now()) for n in range(count)]
    session.add_all(hired)
    session.flush()
    return [one.id for one in hired]


def answer_many(
    store: Store,
    desk: Desk,
    count: int,
    right: Callable[[int], bool],
    tier: int | None = None,
    alone: Callable[[Session], int | None] | None = None,
) -> None:
    """Store answers at 0.85 with what people said of them, ten of each unless one asked `alone`.

    With a tier, each became a ticket of it.
    """
    engine = desk.book.knowledge.engine
    with store.write() as session:
        ana = people.by_email(session, ANA)
        assert ana is not None
        ref = None
        asking = [alone(session)] * count if alone else crowd(session, desk, count // 10 + 1)
        for number in range(count):
            now = desk.now()
            talk = Conversation(channel="webchat", external_key=f"r{tier}-{number}", created_at=now, updated_at=now)
            session.add(talk)
            session.flush()
            message = conversations.add_message(
                session, conversation_id=talk.id, ticket_id=None, author_kind="employee", author_id=ana.id, sent_at=now
            )
            if tier is not None and ref is None:
                person = people.person(session, ana)
                ref = open_ticket(session, desk, Opening(person, "pay", "webchat", tier_floor=tier, role="payroll")).id
            session.add(
                Answered(
                    conversation_id=talk.id, message_id=message.id, decision="answer", section=SECTION, version="1",
                    confidence=0.85, shipped_confidence=0.85, engine=engine, helpful=right(number), ticket_id=ref,
                    person_id=asking[number // 10], at=now,
                )
            )  # fmt: skip
            session.flush()


def run(store: Store, desk: Desk) -> CalibrationRun | None:
    """Refit now."""
    with store.write() as session:
        return refit.run(session, desk)


def test_outcomes_set_the_confidence_right(store: Store, desk: Desk) -> None:
    """Sure answers that were wrong in half of the cases make the desk less sure, and what it was shipped with stays."""
    answer_many(store, desk, 400, lambda n: n % 2 == 0)
    row = run(store, desk)
    assert row is not None
    assert row.kept
    assert row.figures["brier"][1] < row.figures["brier"][0]
    with store.read() as session:
        calibration = refit.present(session, desk.book.knowledge.engine)
    assert 0.45 < calibration.of(0.85) < 0.65
    Learning(store, desk, Live(desk)).round()
    found = desk.book.knowledge.find("when is payday", Audience())
    assert found.confidence == pytest.approx(calibration.of(found.shipped))


def test_few_outcomes_are_no_reason_to_refit(store: Store, desk: Desk) -> None:
    """And without a refit the shipped confidence serves."""
    answer_many(store, desk, 20, lambda n: False)
    assert run(store, desk) is None
    with store.read() as session:
        assert refit.present(session, desk.book.knowledge.engine) == SHIPPED


def nobody_linked(session: Session) -> int | None:
    """Stand for people whom the directory does not know."""
    return None


def ana_alone(session: Session) -> int | None:
    """Return Ana."""
    row = people.by_email(session, ANA)
    return row.id if row else None


@pytest.mark.parametrize("alone", [ana_alone, nobody_linked])
def test_nobody_alone_sets_the_confidence(store: Store, desk: Desk, alone: Callable[[Session], int | None]) -> None:
    """A thousand presses of one person weigh no more than twenty, and those who are not linked are one person."""
    answer_many(store, desk, 1000, lambda n: False, alone=alone)
    assert run(store, desk) is None


def test_a_refit_that_is_worse_on_outcomes_kept_aside_is_not_in_force(store: Store, desk: Desk) -> None:
    """It is kept to be looked at."""
    answer_many(store, desk, 200, lambda n: n % 20 < 17)
    row = run(store, desk)
    assert row is not None
    assert not row.kept
    with store.read() as session:
        assert refit.present(session, desk.book.knowledge.engine) == SHIPPED


def test_conversations_that_became_protected_tickets_refit_nothing(store: Store, desk: Desk) -> None:
    """However many there are."""
    answer_many(store, desk, 200, lambda n: False, tier=3)
    assert run(store, desk) is None


def test_a_refit_happens_once_a_day_and_only_when_something_is_new(
    store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """Two processes, and a day without questions."""
    answer_many(store, desk, 400, lambda n: n % 2 == 0)
    first, second = Learning(store, desk, Live(desk)), Learning(store, desk, Live(desk))
    first.refit()
    second.refit()
    clock.advance(days=1)
    first.refit()
    with store.read() as session:
        assert len(list(session.exec(select(CalibrationRun)))) == 1


@pytest.mark.parametrize(
    ("told", "right"),
    [
        (stored.Told(1, 0.9, "a", "a", True, ()), True),
        (stored.Told(1, 0.9, "a", "a", False, ()), False),
        (stored.Told(1, 0.9, "a", "a", False, ("a",)), True),
        (stored.Told(1, 0.9, "a", "a", True, ("b",)), False),
        (stored.Told(1, 0.5, "a", "b", True, ()), False),
        (stored.Told(1, 0.5, "a", None, None, ()), None),
    ],
)
def test_what_became_of_an_answer_tells_whether_it_was_right(told: stored.Told, right: bool | None) -> None:
    """A ticket's own answer tells most, then the person; silence tells nothing."""
    found = refit.outcome(told)
    assert (found.right if found else None) is right
