"""The pages that try rules on past tickets and tell why a ticket went where it went."""

from dataclasses import replace

import pytest

from deskbot.actions import tickets as actions
from deskbot.desk.routing import Router
from deskbot.store import events, tickets
from tests.web.company import Company, FixedContent


def rerouted(company: Company, old: str, new: str) -> None:
    """Let every rule that gave work to one role give it to another from now on."""
    book = company.desk.book
    router: Router = book.router
    rules = [replace(rule, role=new) if rule.role == old else rule for rule in router.rules]
    floors = {key: role.tier for key, role in book.roles.items()}
    content = company.desk.content
    assert isinstance(content, FixedContent)
    content.current = replace(book, router=Router(rules, router.numbering, floors))


@pytest.mark.parametrize("path", ["/rules/replay", "/rules/decisions/HR-1001"])
async def test_employees_see_none_of_it(company: Company, visit, path: str) -> None:
    """Neither the replay nor why a ticket went where it went."""
    company.ticket("joe@acme.example", "My bonus is missing", "payroll")
    assert (await (await visit("ana")).get(path)).status_code == 404


async def test_rules_that_did_not_change_change_nothing(company: Company, visit) -> None:
    company.ticket("joe@acme.example", "My bonus is missing from the last pay run", "payroll")
    page = await (await visit("olga")).get("/rules/replay?since=2026-11-01")
    assert page.status_code == 200
    assert "Nothing would be different." in page.text


async def test_what_would_move_is_shown_with_the_references_that_one_may_see(company: Company, visit) -> None:
    """Who works for payroll sees that a ticket of benefits would move, but not which."""
    paid = company.ticket("joe@acme.example", "My salary is too low this month", "")
    insured = company.ticket("ana@acme.example", "I want to enroll in the dental insurance plan", "")
    rerouted(company, "payroll", "hris")
    rerouted(company, "benefits", "hris")
    everything = (await (await visit("olga")).get("/rules/replay?since=2026-11-01")).text
    assert f"/rules/decisions/{paid}" in everything
    mine = (await (await visit("paul")).get("/rules/replay?since=2026-11-01")).text
    assert f"/rules/decisions/{paid}" in mine
    assert insured not in mine
    assert "Not yours to see" in mine


async def test_small_counts_of_restricted_work_are_masked(company: Company, visit) -> None:
    """Four protected tickets are fewer than five, and none of them is listed."""
    refs = [company.ticket("joe@acme.example", "I need surgery", "leave", tier=3) for _ in range(4)]
    rerouted(company, "leave", "hris")
    page = (await (await visit("bea")).get("/rules/replay?since=2026-11-01")).text
    assert "apart: &lt;5 tickets" in page
    assert not [ref for ref in refs if ref in page]


async def test_a_day_that_is_none_is_refused_in_one_sentence(company: Company, visit) -> None:
    browser = await visit("olga")
    assert (await browser.get("/rules/replay?since=yesterday")).status_code == 422
    for day in ("0001-01-01", "9999-12-31"):
        assert (await browser.get(f"/rules/replay?since={day}")).status_code == 200


async def test_a_decision_is_told_in_words_to_who_may_read_the_ticket(company: Company, visit) -> None:
    """The rule, its reason, what it saw, and that somebody moved the ticket since."""
    ref = company.ticket("joe@acme.example", "My salary is too low this month", "")
    page = (await (await visit("bea")).get(f"/rules/decisions/{ref}")).text
    assert "The rule “pay-amount” decided." in page
    assert "salary" in page
    assert "It went to Payroll" in page
    assert (await (await visit("lia")).get(f"/rules/decisions/{ref}")).status_code == 404
    company.act("bea@acme.example", actions.reroute, ref, "hris", "Theirs")
    assert "has it now" in (await (await visit("gil")).get(f"/rules/decisions/{ref}")).text


async def test_reading_the_decision_of_a_protected_ticket_is_written_down(company: Company, visit) -> None:
    """As reading the ticket itself is."""
    ref = company.ticket("joe@acme.example", "I need surgery", "leave", tier=3)
    assert (await (await visit("olga")).get(f"/rules/decisions/{ref}")).status_code == 404
    assert (await (await visit("lia")).get(f"/rules/decisions/{ref}")).status_code == 200
    with company.store.read() as session:
        ticket = tickets.by_ref(session, ref)
        assert ticket is not None
        assert ticket.id is not None
        assert "viewed" in [event.kind for event in events.history(session, ticket.id)]
