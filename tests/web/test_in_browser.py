"""The pages in a real browser: accessible, without a policy violation, at phone width, by keyboard, live."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from deskbot.actions import tickets as actions
from deskbot.jobs.gaps import catch_up
from tests.questions import asked
from tests.web.company import Company, busy_week
from tests.web.serving import browsing, context, serving, sign_in

pytestmark = pytest.mark.browser

PAGES = (
    ("", "/sign-in"),
    ("", "/sign-in/set-up"),
    ("", "/verify"),
    ("ana", "/chat"),
    ("ana", "/chat/{talk}"),
    ("ana", "/my"),
    ("ana", "/my/{ref}"),
    ("ana", "/requests"),
    ("ana", "/requests/employment-letter"),
    ("ana", "/knowledge"),
    ("ana", "/knowledge?q=payday"),
    ("ana", "/knowledge/pay/payday"),
    ("ana", "/nothing-here"),
    ("bea", "/queue"),
    ("bea", "/queue?q=nothing+like+this"),
    ("bea", "/tickets/{ref}"),
    ("olga", "/queue"),
    ("olga", "/tickets/{ref}"),
    ("olga", "/rules"),
    ("olga", "/digests/2026-W47"),
    ("olga", "/knowledge/gaps"),
    ("olga", "/knowledge/gaps?state=dismissed"),
    ("olga", "/knowledge/gaps/1"),
    ("adam", "/admin"),
)


def axe() -> str:
    """Return axe-core's script from the folder of test clients."""
    places = [os.environ.get("DESKBOT_TEST_CLIENTS", ""), "node_modules"]
    for place in places:
        script = Path(place) / "axe-core" / "axe.min.js"
        if place and script.exists():
            return script.read_text()
    pytest.skip("axe-core is not installed; `npm install axe-core` or set DESKBOT_TEST_CLIENTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, str, str]]:
    """A company with a busy week, its address, and the reference of a ticket with a conversation."""
    with serving(tmp_path_factory.mktemp("desk")) as (company, address):
        for who in ("ana", "joe", "ines"):
            asked(company.store, company.desk, who, "Who washes the team shirts?", role="hris")
        catch_up(company.store, company.desk)
        yield company, address, busy_week(company)[0]


def talk_of(page: Page) -> str:
    """Return the key of Ana's newest conversation, made when there is none with an answer."""
    page.goto("/chat")
    page.fill("#text", "How long is the probation period?")
    page.press("#text", "Enter")
    page.wait_for_selector(".cite")
    return page.url.rsplit("/", 1)[1]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible_and_obeys_its_own_policy(place, browser: Browser, dark: bool) -> None:
    """axe finds nothing, and the console stays empty, in both schemes."""
    _, address, ref = place
    script, found = axe(), []
    with context(browser, address, dark=dark) as window:
        talk = talk_of(sign_in(window, "ana"))
        for who, path in PAGES:
            window.clear_cookies()
            page = sign_in(window, who) if who else window.new_page()
            said: list[ConsoleMessage] = []
            page.on("console", lambda message, into=said: into.append(message))
            page.goto(path.format(ref=ref, talk=talk))
            page.wait_for_load_state("load")
            page.evaluate(script)
            outcome = page.evaluate("async () => (await axe.run()).violations")
            found += [(path, v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in outcome]
            loud = [m.text for m in said if "404" not in m.text]
            found += [(path, "console", loud)] if loud else []
            page.close()
    assert found == []


def test_no_page_scrolls_sideways_on_a_phone(place, browser: Browser) -> None:
    """At 390 and at 320 pixels."""
    _, address, ref = place
    wide = []
    with context(browser, address, phone=True) as window:
        talk = talk_of(sign_in(window, "ana"))
        for who, path in PAGES:
            window.clear_cookies()
            page = sign_in(window, who) if who else window.new_page()
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(path.format(ref=ref, talk=talk))
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((path, width))
            page.close()
    assert wide == []


def test_a_conversation_by_keyboard_alone(place, browser: Browser) -> None:
    """Ask, press Ask HR, and read the reference, without a mouse."""
    _, address, _ = place
    with context(browser, address) as window:
        page = sign_in(window, "joe")
        page.goto("/chat")
        page.locator("#text").press_sequentially("How long is the probation period?")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("I forgot.")
        expect(page.locator("#text")).to_have_value("How long is the probation period?\nI forgot.")
        page.keyboard.press("Enter")
        page.wait_for_selector("#thread > li.desk")
        expect(page.locator("#text")).to_have_value("")
        page.get_by_role("button", name="Ask HR").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#thread")).to_contain_text(re.compile(r"HR-\d+ is open"))


def test_a_specialists_answer_appears_without_reloading(place, browser: Browser) -> None:
    """And the open queue shows the new ticket by itself."""
    company, address, _ = place
    with context(browser, address) as mine, context(browser, address) as theirs:
        queue = sign_in(theirs, "bea")
        queue.goto("/queue")
        ref = company.ticket("ana@acme.example", "Where is my 13th salary?", "payroll")
        expect(queue.locator(".queue")).to_contain_text(ref)
        page = sign_in(mine, "ana")
        page.goto(f"/my/{ref}")
        page.wait_for_timeout(200)
        company.act("bea@acme.example", actions.reply, ref, "It comes **with November**.")
        expect(page.locator("#thread")).to_contain_text("It comes with November.")


def test_replying_and_noting_from_the_ticket_page(place, browser: Browser) -> None:
    """Two composers, a quote from a matching article, and a property that saves itself."""
    company, address, _ = place
    ref = company.ticket("ana@acme.example", "When is payday, and is it different in December?", "payroll")
    with context(browser, address) as window:
        page = sign_in(window, "bea")
        page.goto(f"/tickets/{ref}")
        page.keyboard.press("n")
        page.keyboard.type("Check the calendar first.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".entry.note")).to_contain_text("Check the calendar first.")
        page.get_by_role("button", name="Quote in reply").first.click()
        expect(page.locator("#reply-text")).to_have_value(re.compile(r"^> .+/knowledge/", re.S))
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".entry.hr")).to_have_count(1)
        expect(page.locator("#reply-text")).to_have_value("")
        page.get_by_label("Priority").select_option("urgent")
        expect(page.locator(".timeline")).to_contain_text("Beatriz Nunes set the priority to Urgent")
        expect(page.get_by_label("Priority")).to_have_value("urgent")


def test_what_somebody_has_opened_stays_open_when_the_ticket_changes(place, browser: Browser) -> None:
    """And what they are writing stays as well."""
    company, address, _ = place
    ref = company.ticket("ana@acme.example", "Where is my tax form?", "payroll")
    with context(browser, address) as window:
        page = sign_in(window, "bea")
        page.goto(f"/tickets/{ref}")
        page.get_by_text("How this is counted").click()
        page.locator("#reply-text").fill("Half a sentence")
        company.act("paul@acme.example", actions.note, ref, "I have seen it.")
        expect(page.locator(".entry.note")).to_contain_text("I have seen it.")
        expect(page.locator(".clock details")).to_have_attribute("open", "")
        expect(page.locator("#reply-text")).to_have_value("Half a sentence")


def test_the_queue_by_keyboard(place, browser: Browser) -> None:
    """j and k walk, Ctrl+K searches, ? shows the keys, Enter opens."""
    _, address, _ = place
    with context(browser, address) as window:
        page = sign_in(window, "bea")
        page.goto("/queue")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.locator("[data-row] a").first).to_be_focused()
        page.keyboard.press("?")
        expect(page.locator("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.keyboard.type("bonus")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=bonus**")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/HR-*")


def test_a_form_in_the_chat_shows_its_errors_and_conditional_fields(place, browser: Browser) -> None:
    """A field that depends on another appears with it; what is wrong is said beside it."""
    _, address, _ = place
    with context(browser, address) as window:
        page = sign_in(window, "joe")
        page.goto("/chat")
        page.locator("#text").press_sequentially("I need an employment letter for my bank")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Fill in the form").click()
        form = page.locator("form.formcard")
        expect(form.get_by_label("Who will get the letter")).to_be_hidden()
        form.get_by_label("Yes").check()
        expect(form.get_by_label("Who will get the letter")).to_be_visible()
        form.get_by_role("button").click()
        expect(form.locator(".error").first).to_be_visible()
        form.get_by_label("What is it for").select_option("bank")
        form.get_by_label("English").check()
        form.get_by_label("No", exact=True).check()
        form.get_by_role("button").click()
        expect(page.locator("#thread")).to_contain_text(re.compile(r"HR-\d+"))
        expect(form).to_have_count(0)


def test_the_chat_works_without_scripts(place, browser: Browser) -> None:
    """Ask and read the answer with a plain form."""
    _, address, _ = place
    with browser.new_context(base_url=address, java_script_enabled=False) as window:
        page = sign_in(window, "joe")
        page.goto("/chat")
        page.fill("#text", "How long is the probation period?")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".cite")).to_be_visible()
