"""The pages of questions without an answer: who opens them, what they show, the draft, and what becomes of a gap."""

import re

import pytest

from deskbot.adapters.content.check import check
from deskbot.jobs.gaps import catch_up
from tests.questions import asked
from tests.web.company import ROOT, Company

SHIRTS = (
    "Who washes the team shirts?",
    "washing team shirts?",
    "How do I get my team shirt washed?",
    "Where do I wash the team shirts?",
)


@pytest.fixture
def gap(company: Company) -> str:
    """A gap of four questions that went to HRIS as tickets; its address."""
    for who, question in zip(("ana", "joe", "ines", "tomas"), SHIRTS, strict=True):
        asked(company.store, company.desk, who, question, role="hris")
    catch_up(company.store, company.desk)
    return "/knowledge/gaps/1"


@pytest.mark.parametrize("path", ["/knowledge/gaps", "/knowledge/gaps/1", "/knowledge/gaps/1/draft"])
async def test_employees_see_none_of_it(gap: str, visit, path: str) -> None:
    """What they may not open looks like what is not there."""
    browser = await visit("ana")
    refused, absent = await browser.get(path), await browser.get("/tickets/HR-9999")
    assert (refused.status_code, refused.text) == (404, absent.text)


async def test_other_roles_see_an_empty_list(gap: str, visit) -> None:
    """A topic is its owners' and the editors'."""
    browser = await visit("lia")
    assert SHIRTS[0] not in (await browser.get("/knowledge/gaps")).text
    for path in (gap, f"{gap}/draft"):
        assert (await browser.get(path)).status_code == 404
    assert (await browser.post(gap, then="dismiss", reason="no")).status_code == 404


@pytest.mark.parametrize("who", ["olga", "gil"])
async def test_a_gap_is_shown_with_its_evidence(gap: str, visit, who: str) -> None:
    """How often, since when, what was asked, the tickets; few people are not counted."""
    browser = await visit(who)
    front = (await browser.get("/knowledge")).text
    assert 'href="/knowledge/gaps"' in front
    listed = (await browser.get("/knowledge/gaps?kind=no_article&language=en")).text
    assert gap in listed
    assert "4 times · fewer than 5 people" in listed
    page = (await browser.get(gap)).text
    assert all(question in page for question in SHIRTS)
    assert len(re.findall(r'href="/tickets/HR-\d+"', page)) == 4
    assert gap not in (await browser.get("/knowledge/gaps?kind=found")).text


async def test_the_draft_is_a_file_that_check_accepts(gap: str, visit, tmp_path) -> None:
    """It is named after the question, and says nothing of who asked."""
    browser = await visit("olga")
    answer = await browser.get(f"{gap}/draft")
    named = re.fullmatch(r'attachment; filename="([\w-]+\.md)"', answer.headers["content-disposition"])
    assert named
    (tmp_path / named[1]).write_bytes(answer.content)
    assert [fault for fault in check(tmp_path, ROOT / "routing_rules") if named[1] in fault.file] == []


async def test_the_draft_is_in_the_language_of_the_questions(company: Company, visit) -> None:
    """Whatever language those who asked have chosen for the pages."""
    for who in ("ana", "joe", "tomas"):
        asked(company.store, company.desk, who, "Onde posso estacionar o meu carro no escritório?")
    catch_up(company.store, company.desk)
    text = (await (await visit("olga")).get("/knowledge/gaps/1/draft")).text
    assert "language: pt" in text
    assert "## Resposta" in text


async def test_a_gap_is_dismissed_with_a_reason_and_put_back(gap: str, visit) -> None:
    """Twice the same click changes nothing."""
    browser = await visit("gil")
    assert (await browser.post(gap, then="dismiss", reason="")).status_code == 422
    for _ in range(2):
        assert (await browser.post(gap, then="dismiss", reason="The laundry does")).status_code == 303
    assert gap not in (await browser.get("/knowledge/gaps")).text
    assert gap in (await browser.get("/knowledge/gaps?state=dismissed")).text
    assert "The laundry does" in (await browser.get(gap)).text
    await browser.post(gap, then="reopen")
    assert gap in (await browser.get("/knowledge/gaps")).text
    assert (await browser.post(gap, then="burn")).status_code == 404


@pytest.mark.parametrize("path", ["/knowledge/gaps/9", "/knowledge/gaps/x", "/knowledge/gaps/1e3", "/knowledge/gaps/٣"])
async def test_what_is_no_gap_is_not_found(gap: str, visit, path: str) -> None:
    """Whatever stands in the address."""
    assert (await (await visit("olga")).get(path)).status_code == 404


async def test_the_page_speaks_portuguese(gap: str, visit) -> None:
    """To those who read it."""
    browser = await visit("olga")
    await browser.post("/preferences", language="pt")
    page = (await browser.get("/knowledge/gaps")).text
    assert "Perguntas sem resposta" in page
    assert "menos de 5 pessoas" in page
