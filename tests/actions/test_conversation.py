"""What an employee says and what they then see, from the first question to the answer of a person."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from deskbot.actions import tickets as handling
from deskbot.actions.desk import Desk
from deskbot.desk.errors import Invalid
from deskbot.desk.messages import FileIn
from deskbot.store import conversations, people
from deskbot.store.session import Store
from deskbot.store.tables import Conversation, Event, Message, Revision
from tests.actions.talking import Talker, button, only, posted, said, tickets, viewer
from tests.clocks import SteppedClock

Start = Callable[..., Talker]
ANA, JOE, BEA, GIL = (f"{name}@acme.example" for name in ("ana", "joe", "bea", "gil"))
UNKNOWN = "What is the meaning of the quarterly zorblax?"


def test_a_known_question_is_answered_with_its_passage_and_source(talker: Start) -> None:
    """An answer shows the passage, the article, its version and since when it holds, and two ways on."""
    reply = only(talker(ANA).say("How many days of annual leave do I get per year?"))
    (source,) = reply.citations
    assert "25 working days" in reply.text_md
    assert source.section.startswith("time-off/annual-leave.md")
    assert source.version
    assert source.effective
    assert [choice.verb for choice in reply.choices if choice.verb != "open_form"] == ["helped", "ask_hr"]


def test_what_nobody_wrote_down_becomes_a_ticket_with_owner_and_promised_time(talker: Start, store: Store) -> None:
    """The desk says that it does not know; one press later a person has it, and the asker knows who and until when."""
    ana = talker(ANA)
    unknown = ana.say(UNKNOWN)
    assert not only(unknown).citations
    opened = said(ana.press(unknown, "ask_hr"))
    (ticket,) = tickets(store)
    assert ticket.ref in opened
    assert "General HR answers by 18:00 today" in opened.replace("**", "")
    assert ticket.assignee_id is not None
    assert ticket.decision["near_misses"] == []


def test_a_second_press_names_the_ticket_that_is_there(talker: Start, store: Store) -> None:
    """Pressing Ask HR twice opens one ticket."""
    ana = talker(ANA)
    unknown = ana.say(UNKNOWN)
    ana.press(unknown, "ask_hr")
    assert tickets(store)[0].ref in said(ana.press(unknown, "ask_hr"))
    assert len(tickets(store)) == 1


def test_earlier_messages_come_along_and_later_ones_reach_the_ticket(talker: Start, store: Store) -> None:
    """The whole conversation is the ticket's, in order."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    ana.say("It is about the one in March.")
    (ticket,) = tickets(store)
    with store.read() as session:
        rows = session.exec(select(Message).where(Message.ticket_id == ticket.id)).all()
        words = [store.sealer.open(session, row.text) for row in rows if row.author_kind == "employee"]
    assert words == [UNKNOWN, "It is about the one in March."]


def test_an_answer_from_the_queue_appears_in_the_conversation(talker: Start, store: Store, desk: Desk) -> None:
    """A specialist's words reach the asker, stop the first-response clock, and open the ticket."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "It means nothing at all.")
    (ticket,) = tickets(store)
    assert ticket.state == "open"
    assert ticket.first_response_at == desk.now()
    with store.read() as session:
        talk = session.exec(select(Conversation)).one()
        last = conversations.messages(session, talk.id or 0)[-1]
        assert last.author_kind == "specialist"
        assert store.sealer.open(session, last.text) == "It means nothing at all."


def test_a_note_is_never_part_of_the_conversation(talker: Start, store: Store, desk: Desk) -> None:
    """The asker does not see notes, and a note stops no clock."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    with store.write() as session:
        handling.note(session, desk, viewer(store, GIL), ticket.ref, "Is she serious?")
    assert tickets(store)[0].first_response_at is None
    with store.read() as session:
        talk = session.exec(select(Conversation)).one()
        shown = conversations.messages(session, talk.id or 0)
        assert all(message.visibility == "public" for message in shown)


def test_a_reply_opens_a_resolved_ticket_again(talker: Start, store: Store, desk: Desk, clock: SteppedClock) -> None:
    """Resolved is not the end while the asker still writes."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Nothing.", resolve=True)
    clock.advance(hours=3)
    assert "open again" in said(ana.say("But it is still there."))
    assert tickets(store)[0].state == "open"


def test_an_edit_becomes_a_revision_and_a_deletion_a_tombstone(talker: Start, store: Store) -> None:
    """Neither is read as a new message; the earlier words stay in the history of the message."""
    ana = talker(ANA)
    ana.say(UNKNOWN, external_id="m1")
    assert ana.edit("m1", "How many days of annual leave do I get?").replies == ()
    assert ana.delete("m1").replies == ()
    with store.read() as session:
        message = session.exec(select(Message).where(Message.external_id == "m1")).one()
        revisions = session.exec(select(Revision).where(Revision.message_id == message.id)).all()
        assert message.text is None
        assert message.deleted_at is not None
        assert store.sealer.open(session, revisions[0].text) == UNKNOWN
        assert len(revisions) == 2


def test_a_personal_look_up_is_never_answered_by_an_article(talker: Start) -> None:
    """What only a record can tell goes to a form or a person."""
    reply = only(talker(ANA).say("how many vacation days do I have left?"))
    assert not reply.citations
    assert {choice.verb for choice in reply.choices} >= {"ask_hr"}


def test_somebody_unlinked_gets_public_answers_only_and_is_told_how_to_link(store: Store, desk: Desk) -> None:
    """A platform's user whom nobody knows sees no article of the company's people, and cannot open a ticket."""
    stranger = Talker(store, desk, "U999", "slack")
    reply = only(stranger.say("How many days of annual leave do I get per year?"))
    assert not reply.citations
    assert "Sign in at https://hr.example.com" in reply.text_md
    assert not reply.choices


def test_somebody_elses_button_is_refused(talker: Start, store: Store) -> None:
    """A press is checked against the presser, whatever the token says."""
    ana, joe = talker(ANA), talker(JOE)
    unknown = ana.say(UNKNOWN)
    joe.conversation = ana.conversation
    refused = joe.press(unknown, "ask_hr")
    assert "somebody else" in said(refused)
    assert tickets(store) == []


@pytest.mark.parametrize("value", ["", "AAAA", "not a token", "ÿ", "A" * 500])
def test_a_button_we_did_not_make_is_refused_in_words(talker: Start, store: Store, value: str) -> None:
    """A forged value does nothing."""
    ana = talker(ANA)
    turn = ana._take(ana._inbound(kind="choice", verb="ask_hr", value=value))
    assert "does not come from the desk" in said(turn)
    assert tickets(store) == []


def test_an_old_button_says_so(talker: Start, clock: SteppedClock) -> None:
    """Buttons live for a month."""
    ana = talker(ANA)
    unknown = ana.say(UNKNOWN)
    clock.advance(days=31)
    assert "too old" in said(ana.press(unknown, "ask_hr"))


def test_a_form_comes_filled_in_with_what_is_known_and_says_what_is_wrong(talker: Start, store: Store) -> None:
    """The words and the directory answer what they can; a missing answer gets a sentence; then it is a ticket."""
    ana = talker(ANA)
    form = ana.press(ana.say("I forgot to clock out on Friday"), "open_form").form
    assert form is not None
    assert {one.key: one.value for one in form.fields}["day"] == "2026-11-20"
    refused = ana.send(form)
    assert refused.form is not None
    assert "time" in refused.errors
    done = ana.send(refused.form, time="18:10")
    (ticket,) = tickets(store)
    assert ticket.request_type == "missed-punch"
    assert ticket.role == "timekeeping"
    assert ticket.ref in said(done)


def test_an_employment_letter_is_there_at_once(talker: Start, store: Store) -> None:
    """Asked for in chat, delivered as a PDF in the same conversation, its request resolved."""
    with store.write() as session:
        employee = people.by_email(session, ANA)
        assert employee is not None
        employee.employer = "Meridian Tecnologia, Lda."
    ana = talker(ANA)
    form = ana.press(ana.say("I need a letter for my landlord in English"), "open_form").form
    assert form is not None
    reply = only(ana.send(form, with_salary="no"))
    (file,) = reply.files
    assert file.name.startswith("L-2026-")
    assert reply.private
    assert tickets(store)[0].state == "resolved"


def test_a_letter_with_pay_waits_for_consent(talker: Start, store: Store) -> None:
    """Nobody gets pay in writing without a live consent; the request goes to people."""
    ana = talker(ANA)
    form = ana.press(ana.say("I need a letter for my bank"), "open_form").form
    assert form is not None
    reply = only(ana.send(form, with_salary="yes", language="en", payee="First Bank"))
    assert not reply.files
    assert "consent" in reply.text_md
    assert tickets(store)[0].state == "new"


def test_the_desk_answers_in_the_language_of_the_message(talker: Start) -> None:
    """Portuguese gets Portuguese, whatever the directory says; buttons follow the conversation."""
    ana = talker(ANA)
    reply = only(ana.say("Qual é o sentido do zorblax trimestral para mim?"))
    assert button(ana.say("Qual é o sentido do zorblax trimestral para mim?"), "ask_hr").label == "Perguntar aos RH"
    assert reply.language == "pt"


def test_my_requests_and_status_are_the_same_in_every_channel(talker: Start, store: Store) -> None:
    """A ticket opened on the web is listed in Slack, and found by its reference."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    elsewhere = talker(ANA, "slack")
    assert ticket.ref in said(elsewhere.say("my requests"))
    assert "General HR" in said(elsewhere.say(f"status {ticket.ref}"))


def test_another_persons_ticket_is_unknown(talker: Start, store: Store) -> None:
    """A reference that is not yours looks like one that does not exist."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    joe = talker(JOE)
    theirs = said(joe.say(f"status {ticket.ref}"))
    assert theirs.replace(ticket.ref, "X") == said(joe.say("status HR-99999")).replace("HR-99999", "X")


def test_asking_for_a_person_brings_the_next_words_to_one(talker: Start, store: Store) -> None:
    """After "talk to a person" nothing is searched any more."""
    ana = talker(ANA)
    ana.say("talk to a person")
    ana.say("How many days of annual leave do I get per year?")
    assert len(tickets(store)) == 1


def test_why_so_long_is_answered_with_the_clock(talker: Start) -> None:
    """The employee hears segment by segment what was counted."""
    ana = talker(ANA)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    told = said(ana.say("why so long?"))
    assert "8 h of working time" in told
    assert "Mon 23 Nov" in told


def test_every_ticket_has_an_owner_even_when_nobody_is_in_the_role(talker: Start, store: Store) -> None:
    """An empty pool leaves the role as owner, and raises an alarm in the record."""
    ana = talker(ANA)
    ana.say("talk to a person")
    ana.say("We need an interview panel for the backend role next week")
    (ticket,) = tickets(store)
    assert ticket.role == "recruiting"
    assert ticket.assignee_id is None
    assert ticket.decision["empty_pool"]


def test_a_reply_goes_to_the_channel_the_employee_last_used(talker: Start, store: Store, desk: Desk) -> None:
    """A ticket from Slack is answered in Slack, by the outbox, once."""
    ana = talker(ANA, "slack")
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    before = len(posted(store))
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Here you are.")
    new = posted(store)[before:]
    assert [(channel, kind) for channel, kind, _ in new] == [("slack", "reply")]
    assert new[0][2]["text_md"] == "Here you are."


def test_history_holds_no_words(talker: Start, store: Store) -> None:
    """Events are ids, kinds and figures; what people said is only in sealed rows."""
    ana = talker(ANA)
    ana.press(ana.say("The zorblax of Fernanda is broken since Tuesday"), "ask_hr")
    with store.read() as session:
        told = " ".join(str(event.data) for event in session.exec(select(Event)))
    assert "Fernanda" not in told
    assert "zorblax" not in told


def test_people_of_a_role_are_chosen_by_load_and_never_the_asker(talker: Start, store: Store) -> None:
    """Somebody of payroll who asks payroll is answered by a colleague."""
    bea = talker(BEA)
    bea.say("talk to a person")
    bea.say("My payslip is wrong, two overtime hours are missing")
    (ticket,) = tickets(store)
    assert ticket.role == "payroll"
    with store.read() as session:
        paul = people.by_email(session, "paul@acme.example")
    assert paul is not None
    assert ticket.assignee_id == paul.id


def test_a_file_travels_with_the_answer_into_the_channel(talker: Start, store: Store, desk: Desk) -> None:
    """What a specialist attaches is in the message that Slack gets, and kept with the ticket."""
    ana = talker(ANA, "slack")
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    guide = FileIn("guide.pdf", "application/pdf", b"%PDF-1.7 a guide")
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Here it is.", files=[guide])
    (file,) = posted(store)[-1][2]["files"]
    assert file["name"] == "guide.pdf"
    assert file["attachment_id"]


def test_an_answer_with_a_file_that_is_too_large_is_refused_whole(talker: Start, store: Store, desk: Desk) -> None:
    """Nothing is half sent."""
    ana = talker(ANA, "slack")
    ana.press(ana.say(UNKNOWN), "ask_hr")
    (ticket,) = tickets(store)
    before = len(posted(store))
    large = FileIn("film.mov", "video/quicktime", b"", too_large=True)
    with pytest.raises(Invalid, match=r"film\.mov"), store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Here it is.", files=[large])
    assert len(posted(store)) == before
