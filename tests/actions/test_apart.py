"""What is sensitive stays out of ordinary tickets, and an answer finds its person wherever the conversation went on."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from deskbot.actions import tickets as handling
from deskbot.actions.desk import Desk
from deskbot.desk.access import Grant, reads
from deskbot.desk.messages import FileIn
from deskbot.store import conversations, ticket_page
from deskbot.store import tickets as rows
from deskbot.store.session import Store
from deskbot.store.tables import Attachment, Message, Ticket
from tests.actions.talking import Talker, posted, tickets, viewer

Start = Callable[..., Talker]
ANA, EVA, BEA = (f"{name}@acme.example" for name in ("ana", "eva", "bea"))
REPORT = "My manager keeps touching me and I am afraid of him"
QUESTION = "Where is the harassment policy?"
ORDINARY = "My payslip shows the wrong tax code"


def ordinary_ticket(ana: Talker) -> None:
    """Have an ordinary question become a ticket."""
    ana.press(ana.say(ORDINARY), "ask_hr")


def words(store: Store, ticket: Ticket) -> str:
    """Return everything that a ticket's page holds."""
    assert ticket.id is not None
    with store.read() as session:
        held = ticket_page.messages(session, ticket.id, notes=True)
        return "\n".join(store.sealer.open(session, part) or "" for one in held for part in (one.text, one.reply))


def test_evidence_sent_with_a_report_goes_into_the_sealed_case_alone(talker: Start, store: Store) -> None:
    """A file beside a report, in the conversation of an ordinary ticket, is not that ticket's."""
    ana = talker(ANA)
    ordinary_ticket(ana)
    ana.say(REPORT, files=(FileIn("photo.png", "image/png", b"\x89PNG\r\n\x1a\nproof"),))
    ordinary, case = tickets(store)
    assert case.tier == 4
    assert REPORT not in words(store, ordinary)
    with store.read() as session:
        (file,) = session.exec(select(Attachment)).all()
        assert file.ticket_id == case.id
        assert store.sealer.open_bytes(session, file.content) == b"\x89PNG\r\n\x1a\nproof"


@pytest.mark.parametrize("before", [True, False])
def test_a_sensitive_question_never_reaches_an_ordinary_ticket(talker: Start, store: Store, before: bool) -> None:
    """Neither the question nor the answer to it, whether it was asked before or after the ticket was opened."""
    ana = talker(ANA)
    if before:
        ana.say(QUESTION)
    ordinary_ticket(ana)
    if not before:
        ana.say(QUESTION)
    (ordinary,) = tickets(store)
    assert ORDINARY in words(store, ordinary)
    assert "harass" not in words(store, ordinary).lower()
    with store.read() as session:
        talk = conversations.find(session, "webchat", ana.conversation)
        assert talk is not None
        shown = conversations.messages(session, talk.id or 0)
        assert any(store.sealer.open(session, one.text) == QUESTION for one in shown)


def test_nothing_is_kept_of_a_report_by_somebody_unknown(store: Store, desk: Desk) -> None:
    """The answer says so, and it is so."""
    Talker(store, desk, "U999", "slack").say(REPORT)
    with store.read() as session:
        texts = session.exec(select(Message.text).where(col(Message.author_kind) == "employee")).all()
    assert texts == [None]


def test_an_answer_arrives_where_its_person_waits_after_they_moved_on(talker: Start, store: Store, desk: Desk) -> None:
    """A conversation that reaches another ticket by now still carries the answer to the first one."""
    ana = talker(ANA, "slack")
    ordinary_ticket(ana)
    ana.say(REPORT)
    ordinary, _ = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, BEA), ordinary.ref, "Your tax code is right now.")
    assert any("Your tax code is right now." in payload["text_md"] for _, _, payload in posted(store))


def test_a_ticket_that_becomes_sealed_is_given_to_somebody_who_may_read_it(
    talker: Start, store: Store, desk: Desk
) -> None:
    """It does not stay with the person of its old role, where nobody could see it; its texts get its own key."""
    ana = talker(ANA)
    ordinary_ticket(ana)
    (ordinary,) = tickets(store)
    with store.write() as session:
        handling.set_tier(session, desk, viewer(store, BEA), ordinary.ref, 4)
    (sealed,) = tickets(store)
    with store.read() as session:
        facts = rows.facts(session, sealed)
    assert sealed.assignee_id == viewer(store, EVA).person.id
    assert reads(viewer(store, EVA), facts) == Grant.FULL
    assert reads(viewer(store, BEA), facts) == Grant.NONE
    assert ORDINARY in words(store, sealed)
