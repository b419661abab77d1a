"""The pages of the knowledge base: what a reader may not know of is not listed, not found, and not there."""

import re

import pytest

from deskbot.answers.audience import Audience
from tests.web.company import Company

READERS = {
    "ana": Audience("PT"),
    "tomas": Audience("PT", is_manager=True),
    "joe": Audience("US"),
    "paul": Audience("US", roles=frozenset({"payroll"})),
}


def _address(path: str) -> str:
    return f"/knowledge/{path.removesuffix('.md')}"


def _linked(page: str) -> set[str]:
    """Return the articles that a page links to."""
    return {href.partition("#")[0] for href in re.findall(r'href="(/knowledge/[^"?]+)"', page)}


@pytest.mark.parametrize("who", READERS)
async def test_hidden_articles_are_not_listed_not_found_and_look_as_if_they_were_not(
    company: Company, visit, who: str
) -> None:
    """The list holds what is visible and nothing else; a hidden page is the page of what never was."""
    knowledge, reader = company.desk.book.knowledge, await visit(who)
    hidden = [article for article in knowledge.articles if not article.audience.admits(READERS[who])]
    addresses = {_address(article.path) for article in hidden}
    assert len(hidden) >= 10
    listed = _linked((await reader.get("/knowledge")).text)
    assert len(listed) > 40
    assert not listed & addresses
    nowhere = await reader.get("/knowledge/nowhere/at-all")
    for article in hidden[::3]:
        page = await reader.get(_address(article.path))
        assert (page.status_code, page.text) == (404, nowhere.text)
        found = (await reader.get("/knowledge", params={"q": article.title})).text
        assert not _linked(found) & addresses


async def test_links_between_articles_lead_to_their_pages(visit) -> None:
    """A link to `final-pay.md` leads to the page of that article, and a table is drawn as one."""
    reader = await visit("joe")
    page = (await reader.get("/knowledge/leaving/resigning")).text
    assert "/knowledge/leaving/final-pay" in _linked(page)
    assert (await reader.get("/knowledge/leaving/final-pay")).status_code == 200
    assert "<th>Notice</th>" in page
