"""Texts that must never meet an article alone: in private, with the human route first, sealed from everybody else."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from deskbot.actions import tickets as handling
from deskbot.actions.desk import Desk
from deskbot.desk.access import Grant, reads
from deskbot.desk.errors import Invalid
from deskbot.desk.texts import say
from deskbot.store import search
from deskbot.store import tickets as rows
from deskbot.store.rights import known, visible
from deskbot.store.session import Store
from deskbot.store.tables import Ticket
from tests.actions.talking import Talker, only, posted, said, tickets, viewer

Start = Callable[..., Talker]
ANA, EVA, OLGA, SAM, ADAM = (f"{name}@acme.example" for name in ("ana", "eva", "olga", "sam", "adam"))
REPORT = "My manager keeps touching me and I am afraid of him"


def test_a_report_opens_a_sealed_case_with_a_human_route_and_a_time(talker: Start, store: Store) -> None:
    """The answer names who has it and until when; the case has a random reference and a title without content."""
    reply = only(talker(ANA).say(REPORT))
    (case,) = tickets(store)
    assert case.tier == 4
    assert case.ref.startswith("ER-")
    assert case.role == "employee_relations"
    assert case.ref in reply.text_md
    assert "Employee relations answers by" in reply.text_md
    assert reply.private
    assert not reply.citations
    with store.read() as session:
        assert store.sealer.open(session, case.title) == "Confidential case"
        assert search.matching(session, "touching") == []


def test_only_its_handlers_know_that_a_sealed_case_exists(talker: Start, store: Store) -> None:
    """Not the operations manager, not the service desk, not the administrator; the asker sees their own side."""
    talker(ANA).say(REPORT)
    (case,) = tickets(store)
    with store.read() as session:
        facts = rows.facts(session, case)
    for outsider in (OLGA, SAM, ADAM):
        assert reads(viewer(store, outsider), facts) == Grant.NONE
    assert reads(viewer(store, EVA), facts) == Grant.FULL
    assert reads(viewer(store, ANA), facts) == Grant.OWN
    with store.read() as session:
        for person, count in ((OLGA, 0), (SAM, 0), (ADAM, 0), (EVA, 1), (ANA, 0)):
            found = session.exec(select(Ticket).where(known(viewer(store, person)))).all()
            assert len(found) == count
            assert len(session.exec(select(Ticket).where(visible(viewer(store, person)))).all()) == count


def test_a_channel_sees_nothing_of_the_topic(talker: Start, store: Store) -> None:
    """A report written in public is answered in the person's own room; the channel gets one neutral line."""
    ana = talker(ANA, "slack", private=False, place="C1")
    ana.say(REPORT, mentioned=True)
    sent = posted(store)
    public = [payload["text_md"] for _, kind, payload in sent if kind == "reply"]
    assert public == ["I have answered you in private."]
    assert any(kind == "notice" and "ER-" in payload["text_md"] for _, kind, payload in sent)


def test_a_question_about_the_topic_gets_the_human_route_and_then_the_article(talker: Start, store: Store) -> None:
    """No case is opened; the policy is there, last."""
    reply = only(talker(ANA).say("Where is the harassment policy?"))
    assert tickets(store) == []
    assert reply.citations[0].section.startswith("respect-at-work/")
    assert reply.text_md.index("in confidence") < reply.text_md.index(reply.citations[0].quote[:40])
    assert [choice.verb for choice in reply.choices] == ["speak_up"]


@pytest.mark.parametrize(
    "text", ["he waits at my car every evening", "asking for a friend: her boss wants a hug each morning"]
)
def test_a_hint_opens_a_sealed_case_without_an_article(talker: Start, store: Store, text: str) -> None:
    """Nobody has to use the words of a policy."""
    reply = only(talker(ANA).say(text))
    (case,) = tickets(store)
    assert case.tier == 4
    assert not reply.citations


def test_crisis_lines_of_the_country_come_first(talker: Start) -> None:
    """Where life may be at risk the first lines are the emergency and crisis numbers of the person's country."""
    reply = only(talker(ANA).say("I want to kill myself"))
    assert "112" in reply.text_md
    assert reply.text_md.index("112") < reply.text_md.index("Thank you" if "Thank you" in reply.text_md else "sorry")


def test_own_illness_goes_to_the_leave_team_as_protected(talker: Start, store: Store) -> None:
    """Somebody's own health is tier 3 and the leave team's, without a diagnosis in any title."""
    talker(ANA).say("I was diagnosed with cancer yesterday")
    (case,) = tickets(store)
    assert (case.tier, case.role) == (3, "leave")
    with store.read() as session:
        assert "cancer" not in (store.sealer.open(session, case.title) or "")


def test_a_sealed_case_never_waits(talker: Start, store: Store, desk: Desk) -> None:
    """It cannot be paused, so its clock cannot be stopped by a state."""
    talker(ANA).say(REPORT)
    (case,) = tickets(store)
    with store.write() as session, pytest.raises(Invalid, match="never waits"):
        handling.set_state(session, desk, viewer(store, EVA), case.ref, "waiting_employee")


def test_answers_to_a_sealed_case_reach_slack_as_a_notice_only(talker: Start, store: Store, desk: Desk) -> None:
    """What is said in the case is read on the web; chat carries that there is something to read."""
    talker(ANA, "slack").say(REPORT)
    (case,) = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, EVA), case.ref, "Could we meet on Thursday at the river cafe?")
    payload = posted(store)[-1][2]
    assert "river" not in str(payload)
    assert f"https://hr.example.com/my/{case.ref}" in payload["text_md"]


def test_a_further_report_in_the_same_conversation_stays_in_the_case(talker: Start, store: Store) -> None:
    """More words about it belong to the case that is open, not to a second one."""
    ana = talker(ANA)
    ana.say(REPORT)
    ana.say("He also threatened me on Friday")
    assert len(tickets(store)) == 1


def test_a_stranger_is_told_where_to_speak_up(store: Store, desk: Desk) -> None:
    """Somebody nobody knows gets no case in a name that is not theirs, but a way to be heard."""
    stranger = Talker(store, desk, "U999", "slack")
    assert "Please sign in at https://hr.example.com" in said(stranger.say(REPORT))
    assert tickets(store) == []


def test_who_tells_of_a_death_is_told_the_days_without_asking(talker: Start) -> None:
    """The case is opened and acknowledged first, and the article's days stand below it."""
    reply = only(talker(ANA).say("my dad died last night. i don't know what to do"))
    (source,) = reply.citations
    assert reply.text_md.startswith("I am sorry")
    assert source.section.startswith("time-off/bereavement.md")


def test_where_no_article_answers_and_doubt_remains_people_are_named(talker: Start, store: Store) -> None:
    """In private, before it is said that nothing was found; no case is opened, and a plain question hears nothing."""
    ana = talker(ANA)
    reply = only(ana.say("ask the cleaners about tuesday night"))
    assert reply.text_md.startswith(say("chat.in_doubt", "en"))
    assert reply.private
    assert tickets(store) == []
    assert say("chat.in_doubt", "en") not in only(ana.say("where do I wash the team shirts")).text_md
