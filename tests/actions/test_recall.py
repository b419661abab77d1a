"""A changed policy corrects exactly the people told the old text, once each, where they were told; a typo nobody."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import col, select

from deskbot.actions import recall as acts
from deskbot.actions import stock
from deskbot.actions.desk import Desk
from deskbot.desk.errors import Conflict, Invalid
from deskbot.jobs import recall as jobs
from deskbot.store import conversations, people
from deskbot.store import recall as kept
from deskbot.store.session import Store
from deskbot.store.tables import Conversation, Correction, Message, Outbox, Ticket, Told
from tests.actions.house import LEAVE, QUESTION, House
from tests.actions.talking import Talker
from tests.clocks import SteppedClock


@pytest.fixture
def house(store: Store, desk: Desk, clock: SteppedClock, talker: Callable[..., Talker]) -> House:
    """A desk with two articles, of which it has taken stock."""
    built = House(store, desk, clock, talker)
    built.reload()
    return built


def test_a_changed_policy_corrects_exactly_the_people_told_the_old_text_once_each_where_they_were_told(
    house: House,
) -> None:
    """Web chat and Slack, direct and in a public channel; who asked after the change, or never, hears nothing."""
    ana = house.ask("ana")
    house.ask("joe", "slack", conversation="T1:D7:1.1", place="D7")
    house.ask("tomas", "slack", conversation="T1:C9:5.5", place="C9", private=False)
    house.ask("ana", "slack", conversation="T1:D1:2.2", place="D1")  # again, elsewhere: the last place counts
    before = len(house.outbox())

    house.edit("40 EUR", "55 EUR")
    house.ask("ines")
    (correction,) = house.waiting()
    assert house.standing(correction) == {"ana": "tell", "joe": "tell", "tomas": "tell"}
    assert house.corrected() == {}

    house.send(correction)
    told = house.corrected()
    assert {who: len(said) for who, said in told.items()} == {"ana": 1, "joe": 1, "tomas": 1}
    sent = house.outbox()[before:]
    people_of = {row.person_id: (row.channel, row.kind, row.conversation_id is not None) for row in sent}
    assert len(sent) == 3
    assert people_of == {
        int(ana.sender): ("slack", "reply", True),
        int(house.talker("joe@acme.example").sender): ("slack", "reply", True),
        # Tomás asked in a public channel: he alone is told, in his own, and nothing is said where others read.
        int(house.talker("tomas@acme.example").sender): ("slack", "notice", False),
    }
    (said,) = told["joe"]
    assert "40 EUR" in said.text_md
    assert "55 EUR" in said.text_md
    assert "23 November 2026" in said.text_md
    assert said.private
    assert said.citations[0].section == "parking.md#permits"
    assert [choice.verb for choice in said.choices] == ["ask_hr"]
    with house.store.read() as session:
        chat = conversations.find(session, "webchat", ana.conversation)
        assert chat is not None
        assert len(conversations.messages(session, chat.id or 0)) == 2  # Ana's web chat stays as it was


def test_a_typo_fix_corrects_nobody(house: House) -> None:
    """Spelling, layout and links change the text, and nobody hears of it; the history tells."""
    house.ask("ana")
    house.edit("a permit with the reception", "a permitt with the [reception](/desk)")
    house.edit("permitt", "permit")
    house.edit("You must", "You **must**")
    assert house.waiting() == []
    with house.store.read() as session:
        assert {one.state for one in session.exec(select(Correction))} == {"editorial"}


def test_two_nods_and_two_processes_send_once(house: House) -> None:
    """A second click is refused, and a batch that runs twice finds nothing left to do."""
    house.ask("ana")
    house.ask("joe", "slack", conversation="T1:D7:1.1", place="D7")
    house.edit("40 EUR", "55 EUR")
    (correction,) = house.waiting()
    house.send(correction)
    with pytest.raises(Conflict):
        house.decide(correction)
    with house.store.write() as session:
        row = session.get(Correction, correction.id)
        assert row is not None
        row.state = "sending"
    jobs.send(house.store, house.desk, correction.id or 0)
    assert [len(said) for said in house.corrected().values()] == [1, 1]


def test_a_crash_between_batches_loses_nobody_and_doubles_nobody(house: House) -> None:
    """What was sent stays sent; the next round goes on with the rest."""
    for who in ("ana", "tomas", "joe", "ines"):
        house.ask(who)
    house.edit("40 EUR", "55 EUR")
    (correction,) = house.waiting()
    house.decide(correction)
    with house.store.write() as session:
        people = acts.due(session, house.desk, correction.id or 0)
        acts.send_batch(session, house.desk, correction.id or 0, people[:2], house.desk.now())
    with pytest.raises(RuntimeError, match="power cut"):
        _send_and_die(house, correction)
    assert len(house.corrected()) == 2
    jobs.Recall(house.store, house.desk).round()
    assert {who: len(said) for who, said in house.corrected().items()} == dict.fromkeys(
        ("ana", "tomas", "joe", "ines"), 1
    )


def _send_and_die(house: House, correction: Correction) -> None:
    with house.store.write() as session:
        people = acts.due(session, house.desk, correction.id or 0)
        acts.send_batch(session, house.desk, correction.id or 0, people[:1], house.desk.now())
        raise RuntimeError("power cut")


def test_processes_that_send_at_the_same_moment_tell_everybody_once(house: House) -> None:
    """The unique key of the receipt decides, however many send."""
    for who in ("ana", "tomas", "joe", "ines", "rita", "sam"):
        house.ask(who)
    house.edit("40 EUR", "55 EUR")
    (correction,) = house.waiting()
    house.decide(correction)
    barrier = Barrier(3)

    def process() -> None:
        barrier.wait()
        jobs.send(house.store, house.desk, correction.id or 0)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(process) for _ in range(3)]:
            done.result()
    assert [len(said) for said in house.corrected().values()] == [1] * 6
    with house.store.read() as session:
        assert len(session.exec(select(Told).where(col(Told.correction_id).is_not(None))).all()) == 6


def test_two_changes_before_the_nod_are_one_correction_from_the_told_text_to_the_newest(house: House) -> None:
    """Who was told the text in between is corrected from that; all get the newest."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    house.ask("joe")
    house.edit("55 EUR", "60 EUR")
    (correction,) = house.waiting()
    house.send(correction)
    told = house.corrected()
    assert "40 EUR" in told["ana"][0].text_md
    assert "55 EUR" in told["joe"][0].text_md
    assert all("60 EUR" in said[0].text_md for said in told.values())


def test_a_text_that_goes_back_to_what_was_told_corrects_only_those_told_otherwise(house: House) -> None:
    """Nobody is corrected to what they were told already; a change without anybody left is withdrawn."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    house.edit("55 EUR", "40 EUR")
    assert house.waiting() == []
    house.edit("40 EUR", "55 EUR")
    house.ask("joe")
    house.edit("55 EUR", "40 EUR")
    (correction,) = house.waiting()
    assert house.standing(correction) == {"joe": "tell"}


def test_who_was_corrected_is_corrected_again_only_by_the_next_change(house: House) -> None:
    """The last thing that somebody was told decides."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    house.send(house.waiting()[0])
    assert house.waiting() == []
    house.edit("55 EUR", "60 EUR")
    house.send(house.waiting()[0])
    assert len(house.corrected()["ana"]) == 2


def test_leavers_and_those_whom_the_article_no_longer_admits_hear_nothing(house: House) -> None:
    """They are listed with the reason, and get nothing."""
    for who in ("ana", "joe", "tomas"):
        house.ask(who)
    with house.store.write() as session:
        row = people.by_email(session, "tomas@acme.example")
        assert row is not None
        row.status = "left"
    house.pages["parking.md"] = LEAVE.replace("owner: benefits", "owner: benefits\naudience:\n  country: PT")
    house.edit("40 EUR", "55 EUR")
    (correction,) = house.waiting()
    assert house.standing(correction) == {"ana": "tell", "joe": "not_admitted", "tomas": "left"}
    house.send(correction)
    assert list(house.corrected()) == ["ana"]


def test_who_is_no_longer_linked_in_the_channel_is_listed_and_not_told_elsewhere(house: House) -> None:
    """A correction goes where the answer went, or nowhere."""
    joe = house.ask("joe", "slack", conversation="T1:D7:1.1", place="D7")
    with house.store.write() as session:
        row = people.identity(session, "slack", "", joe.sender)
        assert row is not None
        row.revoked_at = house.desk.now()
    house.edit("40 EUR", "55 EUR")
    assert house.standing(house.waiting()[0]) == {"joe": "unreachable"}


def test_a_removed_section_says_that_the_text_no_longer_applies(house: House) -> None:
    """So does one that has expired; when it comes back, those who were told so hear that too."""
    house.ask("ana")
    page = house.pages.pop("parking.md")
    house.reload()
    house.send(house.waiting()[0])
    assert "no longer applies" in house.corrected()["ana"][-1].text_md
    house.pages["parking.md"] = page
    house.reload()
    house.send(house.waiting()[0])
    assert "applies again" in house.corrected()["ana"][-1].text_md


def test_an_expired_text_is_a_change_of_substance_on_the_day_after(house: House) -> None:
    """The date does it, without anybody touching the file."""
    house.ask("ana")
    until = date(2026, 11, 30).isoformat()
    house.edit("owner: benefits", f"owner: benefits\nexpires: {until}")
    assert house.waiting() == []
    house.clock.advance(days=9)
    house.reload()
    (correction,) = house.waiting()
    assert correction.ended == "expired"


def test_a_renamed_heading_with_the_same_text_corrects_nobody_and_the_next_change_finds_them(house: House) -> None:
    """A section keeps its people under a new heading and in a new file."""
    house.ask("ana")
    house.edit("## Permits", "## How permits work")
    assert house.waiting() == []
    house.pages["mobility.md"] = house.pages.pop("parking.md")
    house.reload()
    assert house.waiting() == []
    house.edit("40 EUR", "55 EUR", "mobility.md")
    (correction,) = house.waiting()
    assert house.standing(correction) == {"ana": "tell"}
    house.send(correction)
    assert house.corrected()["ana"][0].citations[0].section == "mobility.md#how-permits-work"


def test_a_broken_file_has_not_lost_its_sections(house: House) -> None:
    """Neither a fault on disk nor an empty folder is taken for removal."""
    house.ask("ana")
    pages = dict(house.pages)
    house.pages.clear()
    house.reload()
    assert house.waiting() == []
    house.pages.update(pages)
    house.reload()
    assert house.waiting() == []


def test_a_conversation_that_reaches_a_protected_case_gets_a_notice_and_the_words_stay_in_the_case(
    house: House,
) -> None:
    """From tier 3 on, chat says only that there is an update; the case's own page holds the correction."""
    talk = house.ask("joe", "slack", conversation="T1:D7:1.1", place="D7")
    with house.store.write() as session:
        chat = conversations.find(session, "slack", talk.conversation)
        assert chat is not None
        ticket = Ticket(
            ref="HR-9001",
            channel="slack",
            requester_id=int(talk.sender),
            role="leave",
            tier=3,
            title=house.desk.sealer.seal(session, ("desk", 0), "Leave"),
            opened_at=house.desk.now(),
            updated_at=house.desk.now(),
        )
        session.add(ticket)
        session.flush()
        chat.ticket_id = ticket.id
        session.add(chat)
    house.edit("40 EUR", "55 EUR")
    house.send(house.waiting()[0])
    with house.store.read() as session:
        row = session.exec(select(Outbox).order_by(col(Outbox.id).desc())).first()
        assert row is not None
        words = house.store.sealer.open(session, row.payload) or ""
        message = session.exec(select(Message).order_by(col(Message.id).desc())).first()
    assert "HR-9001" in words
    assert "EUR" not in words
    assert message is not None
    assert message.ticket_id is not None
    assert "55 EUR" in house.corrected()["joe"][0].text_md


def test_a_suggestion_counts_as_told_once_it_is_chosen(house: House) -> None:
    """A mere title tells nothing."""
    talk = house.talker("ana@acme.example")
    turn = talk.say("permit garage keys lockers kitchen")
    offered = [choice for reply in turn.replies for choice in reply.choices if choice.verb == "show"]
    with house.store.read() as session:
        assert session.exec(select(Told)).all() == []
    if offered:
        talk.press(turn, "show")
        with house.store.read() as session:
            assert len(session.exec(select(Told)).all()) == 1


def test_nobody_needs_to_be_told_takes_a_reason_and_editorial_takes_none(house: House) -> None:
    """HR may decide otherwise than the desk; the decision stays with the change."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    (correction,) = house.waiting()
    with pytest.raises(Invalid):
        house.decide(correction, "dismiss")
    house.decide(correction, "dismiss", "Everybody was told in the town hall.")
    assert house.waiting() == []
    house.edit("55 EUR", "56 EUR")
    house.decide(house.waiting()[0], "editorial")
    house.edit("56 EUR a month.", "56 EUR a month!")
    assert house.waiting() == []
    assert house.corrected() == {}


def test_a_decision_about_a_text_that_has_changed_since_is_refused(house: House) -> None:
    """What was looked at is what is sent."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    (seen,) = house.waiting()
    house.edit("55 EUR", "60 EUR")
    with pytest.raises(Conflict):
        house.decide(seen)


def test_the_owner_hears_of_a_change_once_and_only_when_somebody_was_told(house: House) -> None:
    """A notice goes to the people of the owner role who are linked somewhere."""
    house.talker("gil@acme.example", "slack")
    house.edit("the kitchen", "the cellar", "lockers.md")
    watch = jobs.Recall(house.store, house.desk)
    watch.round()
    assert house.outbox() == []
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    watch.round()
    watch.round()
    (notice,) = house.outbox()
    with house.store.read() as session:
        words = house.store.sealer.open(session, notice.payload) or ""
    assert "40 EUR → 55 EUR" in words
    assert "/knowledge/changes/" in words


def test_a_long_section_is_compared_before_anybody_is_kept_from_writing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison takes seconds for a text of a megabyte; what people write is taken in meanwhile."""
    writing: list[bool] = []
    compared: list[bool] = []
    write, compare = type(house.store).write, stock.compare

    @contextmanager
    def noted(store: Store, *args: Any, **more: Any) -> Iterator[Any]:
        with write(store, *args, **more) as session:
            writing.append(True)
            try:
                yield session
            finally:
                writing.pop()

    def seen(*args: Any) -> Any:
        compared.append(bool(writing))
        return compare(*args)

    house.ask("ana")
    monkeypatch.setattr(type(house.store), "write", noted)
    monkeypatch.setattr(stock, "compare", seen)
    house.edit("40 EUR", "55 EUR")
    house.edit("55 EUR", "60 EUR")
    assert compared
    assert not any(compared)


def test_a_hundred_newer_changes_hide_none_that_waits(house: House) -> None:
    """A new company name changes every text at once; each owner still finds theirs, and is told of it."""
    house.ask("ana")
    house.edit("40 EUR", "55 EUR")
    (waiting,) = house.waiting()
    with house.store.write() as session:
        for line in range(1000, 1000 + kept.HISTORY):
            values = {"before_id": waiting.before_id, "after_id": waiting.after_id, "found_at": house.desk.now()}
            kept.begin(session, line=line, owner="payroll", **values)
    with house.store.read() as session:
        assert waiting.id in [one.id for one in kept.in_state(session, "pending")]
        assert [one.id for one in kept.in_state(session, "pending", owners={"benefits"})] == [waiting.id]


def test_portuguese_is_answered_in_portuguese(house: House) -> None:
    """The correction speaks the language in which the answer was given."""
    house.ask("ana")
    with house.store.write() as session:
        row = session.exec(select(Told)).one()
        row.language = "pt"
        session.add(row)
    house.edit("40 EUR", "55 EUR")
    house.send(house.waiting()[0])
    assert "23 de novembro de 2026" in house.corrected()["ana"][0].text_md


def test_corrections_are_not_read_from_another_desk_state(house: House) -> None:
    """A conversation of somebody unlinked is nobody's: it is neither told nor counted."""
    talk = house.talker("ana@acme.example", "slack", sender="U-unknown", conversation="T1:D4:1.1", place="D4")
    talk.say(QUESTION)
    house.edit("40 EUR", "55 EUR")
    assert house.waiting() == []
    with house.store.read() as session:
        assert session.exec(select(Conversation)).first() is not None
