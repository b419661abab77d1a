"""The pages of changed texts in a real browser: accessible, at phone width, and decided by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.company import Company
from tests.web.serving import browsing, context, serving, sign_in
from tests.web.test_changes import PARKING, asked, only, read, told
from tests.web.test_in_browser import axe

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with browsing() as opened:
        yield opened


@pytest.fixture
def place(tmp_path) -> Iterator[tuple[Company, str]]:
    """A company in which two people were told 40 EUR, and it is 55 EUR now."""
    with serving(tmp_path) as (company, address):
        read(company, PARKING)
        asked(company, "ana")
        asked(company, "joe")
        read(company, PARKING.replace("40 EUR", "55 EUR"))
        yield company, address


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(place, browser: Browser, dark: bool) -> None:
    """axe finds nothing on the empty list, the list, the change, the confirmation and the receipts."""
    company, address = place
    found, wide = [], []
    with context(browser, address, dark=dark, phone=True) as window:
        page = sign_in(window, "bea")

        def look(name: str) -> None:
            page.evaluate(axe())
            outcome = page.evaluate("async () => (await axe.run()).violations")
            found.extend((name, v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in outcome)
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 800})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((name, width))

        page.goto("/knowledge")
        look("handbook")
        page.goto("/knowledge/changes")
        look("list")
        page.goto(f"/knowledge/changes/{only(company).id}")
        look("change")
        page.get_by_role("button", name="Send the correction").click()
        look("confirmation")
        page.get_by_role("button", name="Yes, send").click()
        expect(page.get_by_text("2 of 2 sent")).to_be_visible()
        look("receipts")
        page.goto("/knowledge/changes")
        look("history")
    assert found == []
    assert wide == []


def test_a_decision_by_keyboard_alone(place, browser: Browser) -> None:
    """Open the change, send, confirm, without a mouse."""
    company, address = place
    with context(browser, address) as window:
        page = sign_in(window, "bea")
        page.goto("/knowledge/changes")
        page.get_by_role("link", name=re.compile("Parking")).first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Send the correction").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Yes, send")).to_be_focused()
        assert told(company) == 0
        page.keyboard.press("Enter")
        expect(page.get_by_text("2 of 2 sent")).to_be_visible()
    assert told(company) == 2
