"""The section picked at a ticket, the page of questions that wait for a nod, and who sees it."""

import re

import pytest

from deskbot.actions import learning
from deskbot.store import learning as stored
from deskbot.store import people
from tests.web.company import Company

GIL, ANA = "gil@acme.example", "ana@acme.example"
SECTION = "working-here/side-jobs.md"


@pytest.fixture
def ref(company: Company) -> str:
    """A ticket about a side job."""
    return company.ticket(ANA, "Somebody asked me to teach yoga on Sundays, whom must I tell?", "hr_generalist")


@pytest.fixture
def section(company: Company) -> str:
    """A section of the article about side jobs."""
    return next(one.id for one in company.desk.book.knowledge.sections if one.id.startswith(SECTION + "#"))


def teach(company: Company, ref: str, section: str, question: str) -> int:
    """Offer a question and return its number."""
    with company.store.write() as session:
        viewer = people.viewer(session, company.id_of(GIL))
        assert viewer is not None
        learning.resolved_with(session, company.desk, viewer, ref, "", section, question)
        return stored.offered(session)[-1].id or 0


async def test_the_reply_form_suggests_sections_and_the_question_to_learn(company: Company, visit, ref: str) -> None:
    """Sections to pick from with none picked, and the requester's words."""
    page = (await (await visit("gil")).get(f"/tickets/{ref}")).text
    assert 'name="section" value="" checked' in page
    assert re.search(r'name="section" value="[\w/.-]+\.md', page)
    assert "teach yoga on Sundays, whom must I tell?</textarea>" in page


async def test_protected_tickets_have_no_section_to_pick(company: Company, visit) -> None:
    ref = company.ticket(ANA, "I need some weeks off for my health", "leave", tier=3)
    page = (await (await visit("lia")).get(f"/tickets/{ref}")).text
    assert "reply-text" in page
    assert 'name="section"' not in page


async def test_sections_are_found_by_words(company: Company, visit, ref: str) -> None:
    """For those who may answer the ticket; to everybody else it is not there."""
    scripted = {"headers": {"hx-request": "true"}}
    found = await (await visit("gil")).get(f"/tickets/{ref}/sections?q=when is payday", **scripted)
    assert 'value="pay/payday.md' in found.text
    assert (await (await visit("gil")).get(f"/tickets/{ref}/sections?q=payday")).headers["location"].startswith("/know")
    for who in ("bea", "ana", "adam"):
        assert (await (await visit(who)).get(f"/tickets/{ref}/sections?q=payday", **scripted)).status_code == 404


async def test_a_reply_with_a_section_comes_before_the_editors_and_a_nod_is_kept(
    company: Company, visit, ref: str, section: str
) -> None:
    """From the reply form to the list of what was learned; the second click on either form does nothing."""
    gil, olga = await visit("gil"), await visit("olga")
    fields = {"key": "k1", "text": "Tell us.", "section": section, "question": "may I teach yoga on Sundays"}
    for _ in range(2):
        assert (await gil.post(f"/tickets/{ref}/reply", then="resolve", **fields)).status_code == 303
    assert "answered it with working-here/side-jobs#" in (await gil.get(f"/tickets/{ref}")).text
    page = (await olga.get("/knowledge/learned")).text
    assert "may I teach yoga on Sundays</textarea>" in page
    (number,) = re.findall(r'id="offer-(\d+)"', page)
    for _ in range(2):
        answer = await olga.post(f"/knowledge/learned/{number}", then="accept", question="may I teach on Sundays")
        assert answer.status_code == 303
    page = (await olga.get("/knowledge/learned")).text
    assert "Nothing waits for you" in page
    assert "<strong>may I teach on Sundays</strong>" in page
    with company.store.read() as session:
        assert stored.accepted(session) == {section: ("may I teach on Sundays",)}


async def test_the_handbook_says_how_many_questions_wait(company: Company, visit, ref: str, section: str) -> None:
    """To those who may decide about them."""
    teach(company, ref, section, "may I teach yoga on Sundays")
    assert "Questions to learn (1)" in (await (await visit("olga")).get("/knowledge")).text
    assert "Questions to learn (0)" in (await (await visit("bea")).get("/knowledge")).text
    assert "Questions to learn" not in (await (await visit("ana")).get("/knowledge")).text


async def test_employees_find_no_such_page(company: Company, visit, ref: str, section: str) -> None:
    """Neither to read nor to post to; a specialist of another role sees nothing and may decide nothing."""
    number = teach(company, ref, section, "may I teach yoga on Sundays")
    ana, bea = await visit("ana"), await visit("bea")
    assert (await ana.get("/knowledge/learned")).status_code == 404
    assert (await ana.post(f"/knowledge/learned/{number}", question="may I teach")).status_code == 404
    assert "yoga" not in (await bea.get("/knowledge/learned")).text
    assert (await bea.post(f"/knowledge/learned/{number}", question="may I teach")).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "a", "99999999999999999999", "%00", "1e3", "٣"])
async def test_a_number_that_is_none_is_not_there(visit, number: str) -> None:
    """However large; the page says that there is no such thing, as for any other."""
    answer = await (await visit("olga")).post(f"/knowledge/learned/{number}", then="decline")
    assert answer.status_code == 404


async def test_words_that_may_not_stand_there_are_refused_in_one_sentence(
    company: Company, visit, ref: str, section: str
) -> None:
    number = teach(company, ref, section, "may I teach yoga on Sundays")
    olga = await visit("olga")
    answer = await olga.post(f"/knowledge/learned/{number}", question="may ana.sousa@acme.example teach yoga")
    assert answer.status_code == 422
    assert "“ana.sousa@acme.example” does not belong in an article" in answer.text
    assert "may I teach yoga" in (await olga.get("/knowledge/learned")).text


async def test_a_script_gets_the_list_alone_with_the_next_question_in_focus(
    company: Company, visit, ref: str, section: str
) -> None:
    other = company.ticket("joe@acme.example", "Can I drive a taxi at night?", "hr_generalist")
    first = teach(company, ref, section, "may I teach yoga on Sundays")
    teach(company, other, section, "can I drive a taxi at night")
    olga = await visit("olga")
    olga.client.headers["hx-request"] = "true"
    part = (await olga.post(f"/knowledge/learned/{first}", then="decline")).text
    assert "<html" not in part
    assert re.search(r"data-focus>can I drive a taxi", part)


async def test_the_page_speaks_portuguese(company: Company, visit, ref: str, section: str) -> None:
    teach(company, ref, section, "may I teach yoga on Sundays")
    olga = await visit("olga")
    olga.client.cookies.set("deskbot_language", "pt")
    page = (await olga.get("/knowledge/learned")).text
    assert "Perguntas a aprender" in page
    assert "Deixar de fora" in page
