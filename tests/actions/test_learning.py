"""Learning from tickets: what is offered, to whom, what never is, and how what was accepted takes effect."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from deskbot.actions import learning, refit, tickets
from deskbot.actions.desk import Desk
from deskbot.actions.opening import Opening, open_ticket
from deskbot.answers.audience import Audience
from deskbot.answers.calibration import SHIPPED, Calibration
from deskbot.answers.knowledge import build
from deskbot.desk.errors import Conflict, Invalid, NotFound
from deskbot.desk.redaction import Redacted
from deskbot.jobs.learning import Learning
from deskbot.ports import Policybook
from deskbot.store import conversations, people
from deskbot.store import learning as stored
from deskbot.store.session import Store
from deskbot.store.tables import (
    Answered,
    CalibrationRun,
    Capability,
    Conversation,
    LearnedQuestion,
    Party,
    PersonRow,
    Ticket,
)
from tests.actions.talking import viewer
from tests.clocks import SteppedClock

ANA, JOE, BEA, SAM, GIL, LIA, OLGA, RITA = (
    f"{name}@acme.example" for name in ("ana", "joe", "bea", "sam", "gil", "lia", "olga", "rita")
)
ASKED = "Does the gym thing still exist, and who do I write to about it?"
PAGES = {
    "wellbeing.md": "---\ntitle: Wellbeing\nowner: hr_generalist\n---\n\n## Sports allowance\n\nTwenty a month.\n",
    "pay.md": "---\ntitle: Pay\nowner: payroll\n---\n\n## Payday\n\nThe 25th.\n",
    "playbook.md": "---\ntitle: Playbook\nowner: hr_generalist\naudience: hr\n---\n\n## Hard talks\n\nListen first.\n",
}
SECTION = "wellbeing.md#sports-allowance"

Learn = Callable[..., str]


@pytest.fixture
def desk(desk: Desk, shipped: Policybook) -> Desk:
    """The desk with three small articles of its own."""
    desk.content.current = replace(shipped, knowledge=build(PAGES))  # type: ignore[misc]
    return desk


@pytest.fixture
def ticket(store: Store, desk: Desk) -> Learn:
    """Open a ticket and return its reference."""

    def opened(text: str = ASKED, who: str = ANA, role: str = "hr_generalist", tier: int = 0) -> str:
        with store.write() as session:
            row = people.by_email(session, who)
            assert row is not None
            person, now = people.person(session, row), desk.now()
            talk = Conversation(
                channel="webchat", external_key=f"{who}{text}{now}", person_id=person.id, created_at=now, updated_at=now
            )
            session.add(talk)
            session.flush()
            words = store.sealer.seal(session, ("person", person.id), text)
            message = conversations.add_message(
                session, conversation_id=talk.id, ticket_id=None, author_kind="employee", author_id=person.id,
                text=words, sent_at=now,
            )  # fmt: skip
            opening = Opening(person, text, "webchat", talk, message, role=role, tier_floor=tier)
            return open_ticket(session, desk, opening).ref

    return opened


def resolve(store: Store, desk: Desk, ref: str, text: str = "", section: str = "", question: str = "") -> None:
    """Answer a ticket as whoever may."""
    with store.write() as session:
        row = session.exec(select(Ticket).where(Ticket.ref == ref)).one()
        who = {"payroll": BEA, "leave": LIA}.get(row.role, GIL)
        found = people.by_email(session, who)
        assert found is not None
        someone = people.viewer(session, found.id or 0)
        assert someone is not None
        tickets.reply(session, desk, someone, ref, text or "Here you are.", resolve=True)
        learning.resolved_with(session, desk, someone, ref, text, section, question)


def offers(store: Store, desk: Desk, who: str = OLGA) -> list[learning.Offer]:
    """Return what waits for somebody."""
    with store.read() as session:
        return learning.offers(session, desk, viewer(store, who))


def rows(store: Store) -> list[LearnedQuestion]:
    """Return every offer there ever was."""
    with store.read() as session:
        return list(session.exec(select(LearnedQuestion).order_by(col(LearnedQuestion.id))))


def accept(store: Store, desk: Desk, number: int, question: str, who: str = OLGA) -> None:
    """Nod."""
    with store.write() as session:
        learning.accept(session, desk, viewer_in(session, who), number, question)


def decline(store: Store, desk: Desk, number: int, who: str = OLGA) -> None:
    """Leave out."""
    with store.write() as session:
        learning.decline(session, desk, viewer_in(session, who), number)


def viewer_in(session, who: str):  # type: ignore[no-untyped-def]
    """Return somebody's rights within a transaction."""
    row = people.by_email(session, who)
    return people.viewer(session, row.id)


class Live:
    """Live content in memory that takes over what was learned."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def teach(self, learned, calibration: Calibration) -> bool:  # type: ignore[no-untyped-def]
        """Build the articles anew with what was learned."""
        book = self.desk.content.current
        self.desk.content.current = replace(  # type: ignore[misc]
            book, knowledge=build(PAGES, learned=learned).calibrated(calibration)
        )
        return True


def test_the_section_a_specialist_picks_is_offered_the_question_as_they_looked_it_over(
    store: Store, desk: Desk, ticket: Learn
) -> None:
    """The history names the section, and the words wait sealed for a nod."""
    resolve(store, desk, ticket(), section=SECTION, question="does the gym allowance still exist")
    (offer,) = offers(store, desk)
    assert (offer.section, offer.question) == (SECTION, "does the gym allowance still exist")
    (row,) = rows(store)
    assert row.words is not None
    assert b"gym" not in row.words
    assert row.question == ""


def test_a_link_in_the_answer_is_enough(store: Store, desk: Desk, ticket: Learn) -> None:
    """The requester's own words are offered, without what tells who they are."""
    ref = ticket("Does Tomas Leal still run the chess evening? Write to ana.sousa@acme.example or +351 912 345 678.")
    resolve(store, desk, ref, "See [here](https://hr.example.com/knowledge/wellbeing#sports-allowance).")
    (offer,) = offers(store, desk)
    assert offer.question == "Does … still run the chess evening? Write to … or …."
    assert offer.redacted == ("address", "number", "name")


def test_of_personal_tickets_only_words_that_were_looked_over_are_offered(
    store: Store, desk: Desk, ticket: Learn
) -> None:
    """A link in an answer on tier 2 notes the section and offers nothing."""
    resolve(store, desk, ticket("When is my pay this month?", role="payroll", tier=2), "See /knowledge/pay#payday")
    assert offers(store, desk) == []
    ref = ticket("When is my pay?", who=JOE, role="payroll", tier=2)
    resolve(store, desk, ref, section="pay.md#payday", question="when is payday")
    assert [offer.question for offer in offers(store, desk)] == ["when is payday"]


@pytest.mark.parametrize("tier", [3, 4])
def test_protected_and_sealed_tickets_teach_nothing(store: Store, desk: Desk, ticket: Learn, tier: int) -> None:
    """Neither by a pick nor by a link, and their history names no section."""
    ref = ticket("I need some time off for my health", tier=tier)
    with store.write() as session:
        row = session.exec(select(Ticket).where(Ticket.ref == ref)).one()
        who = "lia" if tier == 3 else "eva"
        someone = viewer_in(session, f"{who}@acme.example")
        learning.resolved_with(session, desk, someone, ref, "/knowledge/pay#payday", SECTION, "a question of mine")
        assert row.id is not None
        assert stored.cited_in(session, row.id) == set()
    assert rows(store) == []


def test_a_ticket_that_becomes_protected_takes_back_what_it_taught(store: Store, desk: Desk, ticket: Learn) -> None:
    """What waited is gone from the list, and what was accepted takes no effect any more."""
    first, second = ticket(), ticket("Is there money for sports?", who=JOE)
    resolve(store, desk, first, section=SECTION, question="does the gym allowance exist")
    resolve(store, desk, second, section=SECTION, question="is there money for sports")
    accept(store, desk, offers(store, desk)[0].id, "does the gym allowance exist")
    with store.write() as session:
        for row in session.exec(select(Ticket)):
            row.tier = 3
    assert offers(store, desk) == []
    with store.read() as session:
        assert stored.accepted(session) == {}


def test_words_that_the_screen_stops_at_are_not_learned(store: Store, desk: Desk, ticket: Learn) -> None:
    """Not from the requester, and not as somebody else writes them."""
    resolve(store, desk, ticket(), section=SECTION, question="my manager keeps touching me, is that harassment")
    assert rows(store) == []
    resolve(store, desk, ticket(who=JOE), section=SECTION, question="is there a gym allowance")
    with pytest.raises(Invalid):
        accept(store, desk, offers(store, desk)[0].id, "my boss touched me and it is harassment")


def test_the_same_question_is_offered_once(store: Store, desk: Desk, ticket: Learn) -> None:
    """From two tickets, in whatever case, and from one ticket answered twice."""
    for who, words in ((ANA, "is there a gym allowance"), (JOE, "Is there a GYM allowance?")):
        resolve(store, desk, ticket(who=who), section=SECTION, question=words)
    ref = ticket("Where is the gym?")
    resolve(store, desk, ref, section=SECTION, question="which gym takes the allowance")
    with store.write() as session:
        learning.resolved_with(session, desk, viewer_in(session, GIL), ref, "", SECTION, "and once more please, gym")
    assert [offer.question for offer in offers(store, desk)] == [
        "is there a gym allowance",
        "which gym takes the allowance",
    ]


def test_what_was_declined_never_returns(store: Store, desk: Desk, ticket: Learn) -> None:
    """A second click changes nothing, an acceptance comes too late, and the words are gone."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    number = offers(store, desk)[0].id
    decline(store, desk, number)
    decline(store, desk, number)
    with pytest.raises(Conflict):
        accept(store, desk, number, "is there a gym allowance")
    resolve(store, desk, ticket(who=JOE), section=SECTION, question="Is there a gym allowance?")
    assert offers(store, desk) == []
    assert rows(store)[0].words is None


def test_a_nod_takes_effect_in_every_process_without_a_restart(store: Store, desk: Desk, ticket: Learn) -> None:
    """Two processes look, each at its own next round; the question is answered from then on."""
    resolve(store, desk, ticket(), section=SECTION, question="does the gym thing still exist")
    other = replace(desk, content=type(desk.content)(desk.book))  # type: ignore[call-arg]
    rounds = [Learning(store, one, Live(one)) for one in (desk, other)]
    assert [one.round() for one in rounds] == [True, True]
    asked = "what became of the gym thing, does it exist"
    assert desk.book.knowledge.find(asked, Audience()).decision != "answer"
    accept(store, desk, offers(store, desk)[0].id, "does the gym thing still exist")
    assert [one.round() for one in rounds] == [True, True]
    for one in (desk, other):
        found = one.book.knowledge.find(asked, Audience())
        assert found.decision == "answer"
        assert found.ranked[0][0].id == SECTION
    assert [one.round() for one in rounds] == [False, False]


def test_an_accepted_question_can_be_taken_back(store: Store, desk: Desk, ticket: Learn) -> None:
    """It is forgotten at the next round."""
    resolve(store, desk, ticket(), section=SECTION, question="does the gym thing still exist")
    number = offers(store, desk)[0].id
    accept(store, desk, number, "does the gym thing still exist")
    round_ = Learning(store, desk, Live(desk))
    round_.round()
    decline(store, desk, number)
    assert round_.round()
    assert desk.book.knowledge.section(SECTION).questions == ()


@pytest.mark.parametrize(
    ("who", "sees"), [(OLGA, True), (GIL, True), (BEA, False), (ANA, False), (RITA, False), (SAM, False)]
)
def test_editors_and_the_articles_owners_decide_and_nobody_else(
    store: Store, desk: Desk, ticket: Learn, who: str, sees: bool
) -> None:
    """Ana asked it: she does not decide about her own words either."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    assert bool(offers(store, desk, who)) is sees
    if not sees:
        with pytest.raises(NotFound):
            accept(store, desk, rows(store)[0].id or 0, "is there a gym allowance", who)


def test_nobody_decides_about_their_own_words(store: Store, desk: Desk, ticket: Learn) -> None:
    """An editor who asked waits for another editor."""
    resolve(store, desk, ticket(who=OLGA), section=SECTION, question="is there a gym allowance")
    assert offers(store, desk, OLGA) == []
    assert len(offers(store, desk, GIL)) == 1


def test_many_offers_of_others_hide_none_of_ones_own(store: Store, desk: Desk, ticket: Learn) -> None:
    """Whoever leaves two hundred undecided keeps them from nobody else."""
    ref = ticket("When does the money come, please?", role="payroll")
    with store.write() as session:
        gil = viewer_in(session, GIL)
        section = desk.book.knowledge.section(SECTION)
        for number in range(learning.SHOWN):
            said = Redacted(f"is there a {'x' * (number + 3)} allowance")
            assert learning.offer(session, desk, gil, section, said, gil.person.id, "en", desk.now())
    resolve(store, desk, ref, section="pay.md#payday", question="when does the money come")
    assert [one.section for one in offers(store, desk, BEA)] == ["pay.md#payday"]
    assert len(offers(store, desk, OLGA)) == learning.SHOWN


def test_who_must_not_learn_of_a_ticket_sees_none_of_its_words(store: Store, desk: Desk, ticket: Learn) -> None:
    """Somebody on its conflict list."""
    ref = ticket()
    resolve(store, desk, ref, section=SECTION, question="is there a gym allowance")
    with store.write() as session:
        row = session.exec(select(Ticket).where(Ticket.ref == ref)).one()
        olga = people.by_email(session, OLGA)
        assert olga is not None
        session.add(Party(ticket_id=row.id, person_id=olga.id))
    assert offers(store, desk, OLGA) == []


def test_an_article_that_its_asker_may_not_read_learns_nothing_from_them(
    store: Store, desk: Desk, ticket: Learn
) -> None:
    """The specialist may read the playbook, Ana may not."""
    resolve(store, desk, ticket(), section="playbook.md#hard-talks", question="how do hard talks go here")
    assert rows(store) == []


def test_a_section_that_the_specialist_may_not_read_is_not_there(store: Store, desk: Desk, ticket: Learn) -> None:
    """Neither picked nor suggested."""
    closed = {**PAGES, "secret.md": "---\ntitle: Gym\nowner: leave\naudience:\n  role: leave\n---\n\n## Gym\n\nGym.\n"}
    desk.content.current = replace(desk.book, knowledge=build(closed))  # type: ignore[misc]
    with pytest.raises(NotFound):
        resolve(store, desk, ticket(), section="secret.md#gym", question="where is the gym")
    gil, ana = viewer(store, GIL), viewer(store, ANA).person
    assert "secret.md#gym" not in [s.id for s in learning.suggestions(desk, gil, ana, "where is the gym", "en")]


@pytest.mark.parametrize(
    "question", ["gym", "word " * 100, "why did a@b.example not answer", "why is my pay 2,100 euros"]
)
def test_words_that_do_not_belong_into_an_article_are_refused(
    store: Store, desk: Desk, ticket: Learn, question: str
) -> None:
    """The offer stays as it was."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    with pytest.raises(Invalid):
        accept(store, desk, offers(store, desk)[0].id, question)
    assert len(offers(store, desk)) == 1


def test_signs_that_nobody_sees_do_not_get_into_a_question(store: Store, desk: Desk, ticket: Learn) -> None:
    """One database refuses a NUL, and the article's file would be refused for an escape."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    accept(store, desk, offers(store, desk)[0].id, "is\x00there \x1b[31ma\u202e gym\ud800 allowance")
    assert rows(store)[0].question == "is there [31ma gym allowance"


def test_words_of_an_erased_person_are_offered_no_more(store: Store, desk: Desk, ticket: Learn) -> None:
    """The row may stay; nothing of it can be read."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    with store.write() as session:
        ana = people.by_email(session, ANA)
        assert ana is not None
        store.sealer.erase(session, ("person", ana.id or 0), desk.now())
    assert offers(store, desk) == []


def test_a_knowledge_editor_without_a_role_may_nod(store: Store, desk: Desk, ticket: Learn) -> None:
    """The capability is enough."""
    resolve(store, desk, ticket(), section=SECTION, question="is there a gym allowance")
    with store.write() as session:
        rita = people.by_email(session, RITA)
        assert rita is not None
        session.add(Capability(person_id=rita.id, capability="editor"))
    accept(store, desk, offers(store, desk, RITA)[0].id, "is there a gym allowance", RITA)
    assert rows(store)[0].state == "accepted"


# --- The refit ------------------------------------------------------------------------------------------------------


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
