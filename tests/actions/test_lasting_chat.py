"""In a chat that never ends, each message finds its ticket, and a new matter finds its way out."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from deskbot.actions import tickets as handling
from deskbot.actions.desk import Desk
from deskbot.store.session import Store
from deskbot.store.tables import Message
from tests.actions.talking import Talker, button, said, tickets, viewer
from tests.clocks import SteppedClock

ANA, GIL = "ana@acme.example", "gil@acme.example"
UNKNOWN = "What is the meaning of the quarterly zorblax?"
KNOWN = "How many days of annual leave do I get per year?"


@pytest.fixture
def ana(talker: Callable[..., Talker]) -> Talker:
    """Ana in a chat that is the only one at its place, as the personal chat in Teams is."""
    return talker(ANA, "slack", place="a:1", conversation="a:1")


def words(store: Store, ticket: int | None) -> list[str]:
    """Return what the employee said in a ticket."""
    with store.read() as session:
        rows = session.exec(select(Message).where(Message.ticket_id == ticket).order_by(col(Message.id)))
        said = [store.sealer.open(session, row.text) for row in rows if row.author_kind == "employee"]
    return [text or "" for text in said]


def test_each_further_message_is_confirmed_with_a_way_out(ana: Talker) -> None:
    """Whoever writes on is told where it went, every time, and can say that it was something else."""
    ana.press(ana.say(UNKNOWN), "ask_hr")
    for text in ("It is about March.", "And April."):
        added = ana.say(text)
        assert button(added, "something_else").label == "This is about something else"


def test_a_question_that_was_put_into_a_ticket_is_answered_after_all(ana: Talker, store: Store) -> None:
    """The way out answers the question, and what is asked next is no part of the ticket."""
    ana.press(ana.say(UNKNOWN), "ask_hr")
    answered = ana.press(ana.say(KNOWN), "something_else")
    assert button(answered, "ask_hr")
    assert button(ana.say(KNOWN), "ask_hr")
    ana.press(ana.say("What about the other zorblax?"), "ask_hr")
    first, second = tickets(store)
    assert words(store, first.id) == [UNKNOWN, KNOWN]
    assert words(store, second.id)[-1] == "What about the other zorblax?"


def test_what_a_specialist_writes_turns_the_chat_to_its_ticket(ana: Talker, store: Store, desk: Desk) -> None:
    """An answer to the last thing HR wrote reaches that ticket, also when a later one is open."""
    ana.press(ana.say(UNKNOWN), "ask_hr")
    ana.press(ana.press(ana.say("And the other zorblax?"), "something_else"), "ask_hr")
    first, _ = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), first.ref, "Which one do you mean?")
    assert first.ref in said(ana.say("The blue one"))
    assert words(store, first.id)[-1] == "The blue one"


def test_a_resolved_ticket_opens_again_for_three_days_and_then_lets_go(
    ana: Talker, store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """Soon after, a message means the same matter; later it is a new one."""
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)

    def resolve() -> None:
        with store.write() as session:
            handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Nothing at all.", resolve=True)

    resolve()
    clock.advance(days=2)
    ana.say("Are you sure?")
    assert tickets(store)[0].state == "open"
    resolve()
    clock.advance(days=3, minutes=1)
    assert button(ana.say(KNOWN), "ask_hr")
    assert tickets(store)[0].state == "resolved"


def test_a_letter_that_the_desk_handed_over_is_over_at_once(ana: Talker, store: Store) -> None:
    """What is written after a letter came by itself does not open its request again."""
    form = ana.press(ana.say("I need a letter for my bank"), "open_form").form
    assert form is not None
    ana.send(form, purpose="bank", language="en", with_salary="no")
    (ticket,) = tickets(store)
    assert ticket.state == "resolved"
    assert button(ana.say(KNOWN), "ask_hr")
    assert tickets(store)[0].state == "resolved"


def test_a_new_ticket_brings_only_what_was_said_about_it(ana: Talker, store: Store, clock: SteppedClock) -> None:
    """What was asked weeks ago in the same chat is nobody's business now."""
    ana.say(KNOWN)
    clock.advance(weeks=3)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    assert words(store, tickets(store)[0].id) == [UNKNOWN]


def test_nobody_else_s_message_can_be_turned_into_a_question(ana: Talker, talker: Callable[..., Talker]) -> None:
    """The way out works in the chat it was offered in, for whoever wrote the message."""
    ana.press(ana.say(UNKNOWN), "ask_hr")
    added = ana.say("It is about March.")
    other = talker("joe@acme.example", "slack", place="a:2", conversation="a:2")
    assert "somebody else's" in said(other.press(added, "something_else"))
