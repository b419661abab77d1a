"""The queue and a ticket: what is listed, what can be done, who sees what, and what happens when two are at it."""

import re
from urllib.parse import quote

import pytest

from deskbot.actions import tickets as actions
from deskbot.store import conversations, ticket_page, tickets
from tests.web.company import Company, busy_week


def version(page: str) -> str:
    """Return the version of the ticket that the page shows."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found.group(1)


async def test_the_queue_lists_what_is_due_first(company: Company, visit) -> None:
    """A specialist sees the role's tickets with their words; others' tickets are not there."""
    busy_week(company)
    page = (await (await visit("bea")).get("/queue")).text
    assert re.findall(r'class="ref">(HR-\d+)<', page) == ["HR-1002", "HR-1003", "HR-1008", "HR-1001"]
    assert "My bonus is missing" in page
    assert "side business" not in page
    assert "late</time>" in page


async def test_filters_live_in_the_address_and_combine(company: Company, visit) -> None:
    """View, state, priority, search and order."""
    busy_week(company)
    browser = await visit("bea")

    async def shown(query: str) -> list[str]:
        return re.findall(r'class="ref">([A-Z]+-\w+)<', (await browser.get(f"/queue?{query}")).text)

    assert await shown("view=mine") == ["HR-1008", "HR-1001"]
    assert await shown("view=overdue") == ["HR-1002", "HR-1003"]
    assert await shown("priority=urgent") == ["HR-1002"]
    assert await shown("q=bonus") == ["HR-1002"]
    assert await shown("q=HR-1003") == ["HR-1003"]
    assert await shown("q=1003") == ["HR-1003"]
    assert await shown("q=Ana") == ["HR-1008", "HR-1001"]
    assert await shown("sort=newest") == ["HR-1008", "HR-1003", "HR-1002", "HR-1001"]
    assert await shown("sort=priority") == ["HR-1002", "HR-1008", "HR-1001", "HR-1003"]
    assert await shown("state=nonsense&sort=drop%20table&tier=9") == ["HR-1002", "HR-1003", "HR-1008", "HR-1001"]


async def test_pages_follow_one_another_without_gaps_or_repeats(company: Company, visit) -> None:
    """Sixty tickets are two pages, in each order."""
    for number in range(60):
        company.ticket("joe@acme.example", f"Question {number} about my payslip", "payroll")
        company.clock.advance(minutes=1)
    browser = await visit("bea")
    for sort in ("due", "newest", "oldest", "updated", "priority"):
        seen: list[str] = []
        path = f"/queue?sort={sort}"
        while path:
            page = (await browser.get(path)).text
            seen += re.findall(r'class="ref">(HR-\d+)<', page)
            following = re.search(r'href="(/queue\?[^"]*after[^"]*)"', page)
            path = following.group(1).replace("&amp;", "&") if following else ""
        assert len(seen) == len(set(seen)) == 60


async def test_the_operations_manager_sees_the_outline_of_personal_tickets_only(company: Company, visit) -> None:
    """That it exists and how it stands, without its words or who asked."""
    ref = company.ticket("joe@acme.example", "My bonus is missing", "payroll", tier=2)
    browser = await visit("olga")
    page = (await browser.get("/queue")).text
    assert ref in page
    assert "bonus" not in page
    ticket = (await browser.get(f"/tickets/{ref}")).text
    assert "bonus" not in ticket
    assert "Joe" not in ticket
    found = (await browser.get("/queue?q=bonus")).text
    assert ref not in found


async def test_a_sealed_case_is_not_there_for_anybody_but_its_handlers(company: Company, visit) -> None:
    """Not in lists, counts or search, and its page is like one that never was."""
    ref = company.ticket("ana@acme.example", "My manager threatens me", "employee_relations", tier=4)
    for who in ("bea", "olga", "sam", "lia", "tomas"):
        browser = await visit(who)
        assert (await browser.get(f"/tickets/{ref}")).status_code == 404
    assert ref not in (await (await visit("olga")).get("/queue")).text
    handler = await visit("eva")
    assert (await handler.get(f"/tickets/{ref}")).status_code == 200
    assert "threatens" not in (await handler.get("/queue")).text


async def test_reading_a_protected_ticket_is_written_into_its_history(company: Company, visit) -> None:
    """Once for each reader, and the history says who."""
    ref = company.ticket("joe@acme.example", "I need to be away for surgery", "leave", tier=3)
    browser = await visit("lia")
    await browser.get(f"/tickets/{ref}")
    page = (await browser.get(f"/tickets/{ref}")).text
    assert page.count("Lia Costa read it") == 1


async def test_a_reply_reaches_the_employee_and_a_note_never_does(company: Company, visit) -> None:
    """The two are separate forms with separate words on their buttons."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    bea, ana = await visit("bea"), await visit("ana")
    await bea.post(f"/tickets/{ref}/reply", text="We are **on it**.", key="reply-0001")
    await bea.post(f"/tickets/{ref}/note", text="Looks like the old table.", key="note-0001")
    mine = (await ana.get(f"/my/{ref}")).text
    assert "We are <strong>on it</strong>" in mine
    assert "old table" not in mine
    theirs = (await bea.get(f"/tickets/{ref}")).text
    assert "old table" in theirs
    assert "Internal note" in theirs


async def test_a_second_click_says_nothing_twice(company: Company, visit) -> None:
    """The form's key is used up by the first."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    bea = await visit("bea")
    for _ in range(2):
        await bea.post(f"/tickets/{ref}/reply", text="We are on it.", key="reply-0001")
    with company.store.read() as session:
        ticket = tickets.by_ref(session, ref)
        assert ticket is not None
        said = ticket_page.messages(session, ticket.id or 0, notes=True)
    assert [message.author_kind for message in said] == ["employee", "specialist"]


async def test_whoever_comes_second_is_told_kindly(company: Company, visit) -> None:
    """The first change holds, the second is refused with a sentence."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    bea = await visit("bea")
    shown = version((await bea.get(f"/tickets/{ref}")).text)
    assert (await bea.post(f"/tickets/{ref}/priority", priority="high", version=shown)).status_code == 303
    late = await bea.post(f"/tickets/{ref}/priority", priority="low", version=shown)
    assert late.status_code == 409
    assert "High" in (await bea.get(f"/tickets/{ref}")).text


async def test_a_ticket_can_be_assigned_handed_over_and_moved(company: Company, visit) -> None:
    """The history tells it in words; whoever loses sight of it goes back to the queue."""
    ref = company.ticket("tomas@acme.example", "Which public holidays apply in Porto?", "hr_generalist")
    gil = await visit("gil")
    await gil.post(f"/tickets/{ref}/assignee", assignee="")
    await gil.post(f"/tickets/{ref}/state", state="waiting_employee")
    page = (await gil.get(f"/tickets/{ref}")).text
    assert "Gil Faria gave it back to the team" in page
    assert "Gil Faria set it to Waiting for the employee" in page
    gone = await gil.post(f"/tickets/{ref}/role", role="payroll", reason="It is about pay days.")
    assert gone.headers["location"] == "/queue"
    assert (await gil.get(f"/tickets/{ref}")).status_code == 404
    assert "It is about pay days." in (await (await visit("bea")).get(f"/tickets/{ref}")).text


async def test_the_page_shows_why_it_is_here_what_the_clock_says_and_what_may_help(company: Company, visit) -> None:
    """The decision record, the clock in words, and articles for the employee's words."""
    ref = company.ticket("ana@acme.example", "When is payday, and where do I find my payslip?", "payroll")
    page = (await (await visit("bea")).get(f"/tickets/{ref}")).text
    assert "Why is it in this queue?" in page
    assert "How this is counted" in page
    assert 'href="/knowledge/pay/payday' in page
    assert 'data-insert="[' in page


async def test_the_requester_is_sent_to_their_own_page_and_goes_on_there(company: Company, visit) -> None:
    """What they write there reaches the ticket."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    ana = await visit("ana")
    assert (await ana.get(f"/tickets/{ref}")).headers["location"] == f"/my/{ref}"
    assert (await ana.post(f"/my/{ref}", text="It is the November one.", key="more-0001")).status_code == 303
    assert "It is the November one." in (await (await visit("bea")).get(f"/tickets/{ref}")).text
    assert (await (await visit("joe")).get(f"/my/{ref}")).status_code == 404


async def test_a_ticket_from_another_channel_goes_on_on_the_web_under_the_same_reference(
    company: Company, visit
) -> None:
    """A conversation for it is made where there is none."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    with company.store.write() as session:
        ticket = tickets.by_ref(session, ref)
        assert ticket is not None
        for talk in conversations.of_ticket(session, ticket.id or 0):
            talk.channel = "slack"
    ana = await visit("ana")
    await ana.post(f"/my/{ref}", text="Going on here.", key="more-0001")
    assert "Going on here." in (await ana.get(f"/my/{ref}")).text
    assert "HR-1002" not in (await ana.get("/my")).text


async def test_rights_that_are_taken_away_end_at_once(company: Company, visit, monkeypatch) -> None:
    """Membership decides at the time of the click."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    bea = await visit("bea")
    assert (await bea.get(f"/tickets/{ref}")).status_code == 200
    with company.store.write() as session:
        from sqlalchemy import delete

        from deskbot.store.tables import MembershipRow

        session.execute(delete(MembershipRow).where(MembershipRow.person_id == company.id_of("bea@acme.example")))
    company.app.state.sessions._known.clear()
    assert (await bea.get(f"/tickets/{ref}")).status_code == 404
    assert (await bea.post(f"/tickets/{ref}/reply", text="too late", key="reply-0001")).status_code == 404


async def test_a_file_on_a_reply_reaches_the_employee(company: Company, visit) -> None:
    """Attached by HR, downloaded by the requester."""
    ref = company.ticket("ana@acme.example", "Please send my tax form", "payroll")
    bea = await visit("bea")
    await bea.client.post(
        f"/tickets/{ref}/reply",
        data={"csrf": bea.csrf, "text": "Here it is.", "key": "reply-0001"},
        files={"files": ("form.pdf", b"%PDF-1.7 ...", "application/pdf")},
    )
    ana = await visit("ana")
    link = re.search(r'href="(/files/\d+)"', (await ana.get(f"/my/{ref}")).text)
    assert link is not None
    file = await ana.get(link.group(1))
    assert (file.content, file.headers["content-type"]) == (b"%PDF-1.7 ...", "application/pdf")


async def test_resolving_with_the_reply_closes_the_clock(company: Company, visit) -> None:
    """One button for both; the queue no longer shows it as open work."""
    ref = company.ticket("ana@acme.example", "Please send my tax form", "payroll")
    bea = await visit("bea")
    await bea.post(f"/tickets/{ref}/reply", text="Done.", key="reply-0001", then="resolve")
    assert ref not in (await bea.get("/queue")).text
    assert ref in (await bea.get("/queue?state=resolved")).text
    assert actions is not None


async def test_a_file_that_is_too_large_keeps_the_reply_back_and_says_so(company: Company, visit) -> None:
    """Nothing is sent without the file that it speaks of."""
    ref = company.ticket("ana@acme.example", "Please send my tax form", "payroll")
    bea = await visit("bea")
    answer = await bea.client.post(
        f"/tickets/{ref}/reply",
        data={"csrf": bea.csrf, "text": "Here it is.", "key": "reply-0001"},
        files={"files": ("form.pdf", b"%PDF-" + b"0" * 10_490_000, "application/pdf")},
    )
    assert answer.status_code == 422
    assert "form.pdf is larger than 10 MB" in answer.text
    assert "Here it is." not in (await bea.get(f"/tickets/{ref}")).text


async def test_only_tiers_that_the_page_can_set_are_offered(company: Company, visit) -> None:
    """Lowering takes a reason, for which the page has no field."""
    ref = company.ticket("ana@acme.example", "Please send my tax form", "payroll")
    page = (await (await visit("bea")).get(f"/tickets/{ref}")).text
    offered = re.search(r'<select[^>]*name="tier".*?</select>', page, re.DOTALL)
    assert offered is not None
    assert re.findall(r'value="(\d)"', offered.group()) == ["2", "3", "4"]


@pytest.mark.parametrize("number", ["²", "-1", "9" * 30, "1e3", "\x00"])
async def test_an_odd_number_in_an_address_or_a_form_is_no_accident(company: Company, visit, number: str) -> None:
    """Whatever is typed where a number belongs, the page stays calm."""
    ref = company.ticket("ana@acme.example", "Please send my tax form", "payroll")
    bea = await visit("bea")
    for path, fields in (("assignee", {"assignee": number}), ("tier", {"tier": number}), ("state", {"state": number})):
        assert (await bea.post(f"/tickets/{ref}/{path}", version=number, **fields)).status_code < 500
    odd = quote(number)
    for page in (
        f"/files/{odd}",
        f"/queue?after=~{odd}",
        f"/queue?sort=priority&after={odd}~1",
        f"/queue?after=0001-01-01T00:00:00%2B23:00~{odd}",
        "/queue?after=0001-01-01T00:00:00%2B23:00~1",
        "/queue?after=2026-01-01T00:00:00~1",
        "/digests/0001-W01",
        "/digests/9999-W52",
    ):
        assert (await bea.get(page)).status_code < 500
