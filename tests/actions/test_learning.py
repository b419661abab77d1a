"""Learning from tickets: what is offered, to whom, what never is, and how what was accepted takes effect."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import col, select

from deskbot.actions import learning, tickets
from deskbot.actions.desk import Desk
from deskbot.actions.opening import Opening, open_ticket
from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import build
from deskbot.desk.errors import Conflict, Invalid, NotFound
from deskbot.desk.redaction import Redacted
from deskbot.jobs.learning import Learning
from deskbot.ports import Policybook
from deskbot.store import conversations, people
from deskbot.store import learning as stored
from deskbot.store.session import Store
from deskbot.store.tables import (
    Capability,
    Conversation,
    LearnedQuestion,
    Party,
    Ticket,
)
from tests.actions.lessons import PAGES, SECTION, Live
from tests.actions.talking import viewer

ANA, JOE, BEA, SAM, GIL, LIA, OLGA, RITA = (
    f"{name}@acme.example" for name in ("ana", "joe", "bea", "sam", "gil", "lia", "olga", "rita")
)
ASKED = "Does the gym thing still exist, and who do I write to about it?"

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
