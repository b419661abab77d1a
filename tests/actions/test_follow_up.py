"""A message that goes on from the one before it, words of thanks, and an answer that was beside the point."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from deskbot.desk import commands, follow_up
from deskbot.store.session import Store
from deskbot.store.tables import Answered
from tests.actions.talking import Talker, only, said, tickets
from tests.clocks import SteppedClock

Start = Callable[..., Talker]
ANA = "ana@acme.example"
LEAVE = "How many days of annual leave do I get per year?"


def test_what_was_just_shown_is_not_shown_again(talker: Start) -> None:
    """A few words that lean on the last question are read with it, and what was shown is pointed to."""
    ana = talker(ANA)
    first = only(ana.say(LEAVE)).citations[0].title
    reply = only(ana.say("and does it grow with the years?"))
    assert "passage above" in reply.text_md
    assert reply.choices[-1].verb == "ask_hr"
    assert first not in [choice.label for choice in reply.choices]


def test_more_of_the_same_article_is_offered_to_words_that_say_little(talker: Start) -> None:
    """Alone they would find nothing."""
    ana = talker(ANA)
    ana.say(LEAVE)
    labels = [choice.label for choice in only(ana.say("and for part-timers?")).choices]
    assert labels[0].startswith("Annual leave")


def test_a_question_that_is_clear_by_itself_gets_its_own_answer(talker: Start) -> None:
    """ "And" before a whole question does not tie it to the one before."""
    ana = talker(ANA)
    ana.say(LEAVE)
    assert only(ana.say("and when is payday?")).citations[0].section.startswith("pay/payday.md")


def test_after_a_while_a_message_stands_for_itself(talker: Start, clock: SteppedClock) -> None:
    """Nothing is added to a message that comes an hour later."""
    ana = talker(ANA)
    ana.say(LEAVE)
    clock.set(clock.now() + timedelta(hours=1))
    assert "passage above" not in said(ana.say("and does it grow with the years?"))


def test_an_answer_beside_the_point_is_owned_up_to(talker: Start, store: Store) -> None:
    """It counts as unhelpful, other passages are offered, and a person gets the question itself."""
    ana = talker(ANA)
    shown = only(ana.say(LEAVE)).citations[0].title
    turn = ana.say("that's not what I asked")
    assert "misunderstood" in said(turn)
    assert shown not in [choice.label for choice in only(turn).choices]
    with store.read() as session:
        (row,) = session.exec(select(Answered).order_by(col(Answered.id)))
        assert row.helpful is False
    ana.press(turn, "ask_hr")
    assert len(tickets(store)) == 1


def test_saying_so_before_any_question_is_no_error(talker: Start) -> None:
    """There is nothing to look up again, so other words are asked for."""
    assert not only(talker(ANA).say("não foi isso que perguntei")).choices


@pytest.mark.parametrize(
    "text", ["ok thanks :)", "thank you so much!!", "thanks! that helps", "Obrigada pela ajuda 🙏"]
)
def test_thanks_are_thanks_with_all_that_comes_with_them(text: str) -> None:
    """Smiles and small words around them change nothing."""
    command = commands.recognise(text)
    assert command is not None
    assert command.name == "thanks"


@pytest.mark.parametrize("text", ["thanks, and what about lunch?", "is it not right?", "what is not it about"])
def test_a_question_is_no_word_of_thanks_or_complaint(text: str) -> None:
    """Only whole messages are commands."""
    assert commands.recognise(text) is None


@pytest.mark.parametrize("text", ["and for interns?", "how much tho", "is it paid?", "e se for ao domingo?"])
def test_words_that_begin_end_or_point_like_a_continuation_lean(text: str) -> None:
    """They say little without the question before."""
    assert follow_up.leans(text)


@pytest.mark.parametrize("text", ["how many vacation days do interns get", "e-mail of payroll", "quando é o pagamento"])
def test_a_whole_question_leans_on_nothing(text: str) -> None:
    """It names what it asks for."""
    assert not follow_up.leans(text)


@pytest.mark.parametrize("text", ["não foi isso que perguntei", "that's not what I asked", "obrigada!"])
def test_a_fixed_phrase_opens_no_case(talker: Start, store: Store, text: str) -> None:
    """Nothing happened to somebody who only says thanks, or that the answer was not the one."""
    talker(ANA).say(text)
    assert not tickets(store)
