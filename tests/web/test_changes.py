"""The pages of changed texts: who may open them, what they show, and that nothing is sent without the second yes."""

from dataclasses import replace

import pytest
from sqlmodel import select

from deskbot.answers.knowledge import build
from deskbot.desk.corrections import day
from deskbot.jobs import recall as jobs
from deskbot.store import conversations, people
from deskbot.store.tables import Conversation, Correction, CorrectionReceipt
from tests.web.company import Company

PARKING = """---
title: Parking
owner: payroll
---
# Parking

## Permits

A parking permit for the garage costs 40 EUR. You must apply with the reception.
"""


def read(company: Company, text: str) -> None:
    """Have the desk read its one article anew and take stock."""
    company.clock.advance(minutes=1)
    content = company.desk.content
    content.current = replace(company.desk.book, knowledge=build({"parking.md": text}))  # type: ignore[misc]
    jobs.look(company.store, company.desk, company.desk.now())


def asked(company: Company, who: str) -> None:
    """Have somebody get the section for an answer in the web chat."""
    from deskbot.actions.receive import receive
    from deskbot.desk.messages import Inbound

    sender = str(company.id_of(f"{who}@acme.example"))
    inbound = Inbound(
        channel="webchat",
        delivery=f"d-{who}",
        scope="",
        sender=sender,
        conversation=f"talk-{who}",
        place=sender,
        private=True,
        text="how do I apply for a parking permit for the garage",
        sent_at=company.desk.now(),
    )
    with company.store.write() as session:
        turn = receive(session, company.desk, inbound).turn
    assert turn.replies[0].citations


@pytest.fixture
def changed(company: Company) -> Company:
    """A company in which Ana and Joe were told 40 EUR, and it is 55 EUR now."""
    read(company, PARKING)
    asked(company, "ana")
    asked(company, "joe")
    read(company, PARKING.replace("40 EUR", "55 EUR"))
    return company


def only(company: Company) -> Correction:
    """Return the one correction there is."""
    with company.store.read() as session:
        return session.exec(select(Correction)).one()


def told(company: Company) -> int:
    """Return how many people got a correction."""
    with company.store.read() as session:
        return len(session.exec(select(CorrectionReceipt)).all())


async def test_the_owner_sees_what_changed_who_was_told_and_what_they_will_read(changed: Company, visit) -> None:
    """The list names the reason, the page shows before and after, the names, and the words themselves."""
    bea = await visit("bea")
    listed = (await bea.get("/knowledge/changes")).text
    assert "40 EUR → 55 EUR" in listed
    assert "People to tell: 2" in listed
    page = (await bea.get(f"/knowledge/changes/{only(changed).id}")).text
    for words in ("<del>", "<ins>", "Ana Sousa", "Joe Miller", "In the web chat: 2", "What I told you on"):
        assert words in page
    assert "/knowledge/changes" in (await bea.get("/knowledge")).text


async def test_nothing_is_sent_before_the_second_yes_and_a_second_click_sends_nothing_more(
    changed: Company, visit
) -> None:
    """Sending asks once more; the same form sent twice is refused and changes nothing."""
    bea, one = await visit("bea"), only(changed)
    path, form = f"/knowledge/changes/{one.id}", {"decision": "send", "text": str(one.after_id)}
    asks = await bea.post(path, **form)
    assert asks.status_code == 200
    assert "cannot be undone" in asks.text
    assert told(changed) == 0
    assert (await bea.post(path, **form, sure="yes")).status_code == 303
    assert told(changed) == 2
    assert (await bea.post(path, **form, sure="yes")).status_code == 409
    assert told(changed) == 2
    page = (await bea.get(path)).text
    assert "2 of 2 sent" in page
    assert "Shown in the chat" in page
    with changed.store.read() as session:
        talk = conversations.find(session, "webchat", "talk-ana")
        assert talk is not None
        assert len(conversations.messages(session, talk.id or 0)) == 3
    ana = await visit("ana")
    assert "55 EUR" in (await ana.get("/chat/talk-ana")).text


async def test_who_neither_owns_nor_edits_finds_no_change(changed: Company, visit) -> None:
    """An employee finds no page; another team finds an empty list and no such change; nobody may decide by address."""
    one = only(changed)
    ana = await visit("ana")
    assert (await ana.get("/knowledge/changes")).status_code == 404
    lia = await visit("lia")
    assert "40 EUR" not in (await lia.get("/knowledge/changes")).text
    for address in (
        f"/knowledge/changes/{one.id}",
        "/knowledge/changes/999",
        "/knowledge/changes/x",
        "/knowledge/changes/٣",
    ):
        assert (await lia.get(address)).status_code == 404
    refused = await lia.post(f"/knowledge/changes/{one.id}", decision="send", sure="yes", text=str(one.after_id))
    assert refused.status_code == 404
    assert told(changed) == 0


async def test_operations_decide_without_the_names_where_the_topic_is_confidential(company: Company, visit) -> None:
    """A name beside a section on leave would tell on people; small numbers are hidden too."""
    text = PARKING.replace("owner: payroll", "owner: leave")
    read(company, text)
    asked(company, "ana")
    asked_on = day(company.desk.now().date(), "en")
    company.clock.advance(days=3)
    read(company, text.replace("40 EUR", "55 EUR"))
    page = (await (await visit("olga")).get(f"/knowledge/changes/{only(company).id}")).text
    assert "fewer than 5" in page
    assert "What I told you on" in page
    for told_on_her in ("Ana Sousa", "In the web chat", asked_on):
        assert told_on_her not in page
    page = (await (await visit("lia")).get(f"/knowledge/changes/{only(company).id}")).text
    assert "Ana Sousa" in page
    assert asked_on in page


async def test_not_needed_takes_a_reason_which_the_history_keeps(changed: Company, visit) -> None:
    """Without a reason the decision is refused."""
    bea, one = await visit("bea"), only(changed)
    path = f"/knowledge/changes/{one.id}"
    assert (await bea.post(path, decision="dismiss", text=str(one.after_id))).status_code == 422
    answer = await bea.post(path, decision="dismiss", text=str(one.after_id), note="Told in the town hall")
    assert answer.status_code == 303
    assert "Told in the town hall" in (await bea.get(path)).text
    assert "Not needed" in (await bea.get("/knowledge/changes")).text
    assert told(changed) == 0


async def test_an_empty_list_says_so_and_speaks_portuguese(company: Company, visit) -> None:
    """Nothing to decide is a sentence, not a blank."""
    assert "Nothing to decide" in (await (await visit("bea")).get("/knowledge/changes")).text
    with company.store.write() as session:
        row = people.by_email(session, "bea@acme.example")
        assert row is not None
        row.language = "pt"
    assert "Nada por decidir" in (await (await visit("bea")).get("/knowledge/changes")).text
    with company.store.read() as session:
        assert session.exec(select(Conversation)).first() is None
