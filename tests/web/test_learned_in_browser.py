"""Questions to learn in a real browser: by keyboard, on a phone, accessible in both schemes and languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from deskbot.actions import learning
from deskbot.store import people
from deskbot.store.tables import CalibrationRun
from tests.web.company import Company
from tests.web.serving import browsing, context, serving, sign_in
from tests.web.test_in_browser import axe

pytestmark = pytest.mark.browser

QUESTIONS = ("may I teach yoga on Sundays", "can I drive a taxi at night", "may I sell my paintings")
BARS = [
    {"low": low / 100, "high": low / 100 + 0.2, "count": 40, "said": low / 100 + 0.1, "right": low / 120}
    for low in range(0, 100, 20)
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with browsing() as opened:
        yield opened


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, str, str]]:
    """A company in which three questions wait, with a refit to show, its address, and a ticket's reference."""
    with serving(tmp_path_factory.mktemp("desk")) as (company, address):
        section = next(
            one.id for one in company.desk.book.knowledge.sections if one.id.startswith("working-here/side-jobs.md#")
        )
        refs = [company.ticket("ana@acme.example", f"{one}?", "hr_generalist") for one in QUESTIONS]
        with company.store.write() as session:
            gil = people.viewer(session, company.id_of("gil@acme.example"))
            assert gil is not None
            for ref, question in zip(refs, QUESTIONS, strict=True):
                learning.resolved_with(session, company.desk, gil, ref, "", section, question)
            _refitted(session, company)
        yield company, address, refs[0]


def _refitted(session: Session, company: Company) -> None:
    figures = {"brier": [0.2, 0.18], "error": [0.11, 0.04], "before": BARS, "after": BARS}
    engine, now = company.desk.book.knowledge.engine, company.desk.now()
    session.add(CalibrationRun(engine=engine, outcomes=200, right=130, kept=True, figures=figures, at=now))


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds on the page."""
    page.evaluate(axe())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_and_the_reply_form_are_accessible(place, browser: Browser, dark: bool) -> None:
    """With offers, history and chart, and with the picker open."""
    _, address, ref = place
    with context(browser, address, dark=dark) as window:
        page = sign_in(window, "olga")
        page.goto("/knowledge/learned")
        page.get_by_role("button", name="Learn it").first.click()
        expect(page.get_by_role("heading", name="Learned")).to_be_visible()
        assert faults(page) == []
        window.clear_cookies()
        page = sign_in(window, "gil")
        page.goto(f"/tickets/{ref}")
        page.get_by_text("Which section answers it?").first.click()
        assert faults(page) == []


def test_questions_are_decided_by_keyboard_alone(place, browser: Browser) -> None:
    """Ctrl+Enter learns the one in hand and goes on to the next; after the last the heading has the focus."""
    _, address, _ = place
    with context(browser, address) as window:
        page = sign_in(window, "olga")
        page.goto("/knowledge/learned")
        page.locator("textarea").first.focus()
        page.keyboard.press("Control+Enter")
        expect(page.locator("textarea").first).to_have_value(QUESTIONS[1])
        expect(page.locator("textarea").first).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("textarea").first).to_have_value(QUESTIONS[2])
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Nothing waits for you")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "offers-title"
        expect(page.locator("li.learnt strong")).to_have_text([QUESTIONS[2], QUESTIONS[0]])


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_scrolls_sideways_on_a_phone(place, browser: Browser, width: int) -> None:
    _, address, ref = place
    with context(browser, address, phone=True) as window:
        page = sign_in(window, "olga")
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/knowledge/learned")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        window.clear_cookies()
        page = sign_in(window, "gil")
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/tickets/{ref}")
        page.get_by_text("Which section answers it?").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_section_is_searched_and_sent_with_the_reply(place, browser: Browser) -> None:
    """Enter in the search sends no reply; the picked section goes with it and is not picked again."""
    _, address, ref = place
    with context(browser, address) as window:
        page = sign_in(window, "gil")
        page.goto(f"/tickets/{ref}")
        page.fill("#reply-text", "Tell us before you begin.")
        page.get_by_text("Which section answers it?").first.click()
        page.fill("#section-q", "when is payday")
        page.press("#section-q", "Enter")
        pick = page.locator('#sections input[value^="pay/payday.md"]').first
        expect(pick).to_be_visible()
        assert page.input_value("#reply-text") == "Tell us before you begin."
        pick.check()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("answered it with pay/payday")).to_be_visible()
        expect(page.locator("#sections input").first).to_be_checked()
