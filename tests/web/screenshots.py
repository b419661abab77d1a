"""Draws the pictures of the README: `python -m tests.web.screenshots` writes docs/images."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.web.company import busy_week
from tests.web.serving import browsing, context, serving, sign_in

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def chat(page: Page, ref: str) -> None:
    """A question, its answer with the source, and a request."""
    page.goto("/chat")
    page.fill("#text", "How many vacation days do I have a year?")
    page.press("#text", "Enter")
    page.wait_for_selector(".cite")
    page.fill("#text", "I need a letter for my bank")
    page.press("#text", "Enter")
    page.locator("#thread > li.desk").nth(1).wait_for()


def queue(page: Page, ref: str) -> None:
    """What waits for whom."""
    page.goto("/queue")


def ticket(page: Page, ref: str) -> None:
    """One ticket with its conversation, a note and the clock."""
    page.goto(f"/tickets/{ref}")


SHOWN = (("chat", "ana", chat), ("queue", "olga", queue), ("ticket", "bea", ticket))


def main(target: Path = IMAGES) -> None:
    """Take every picture in light, dark and at phone width."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (company, address), browsing() as browser:
        ref = busy_week(company)[0]
        for look in ("light", "dark", "phone"):
            with context(browser, address, phone=look == "phone", dark=look == "dark", scale=2) as window:
                for name, who, show in SHOWN:
                    page = sign_in(window, who)
                    show(page, ref)
                    page.wait_for_timeout(300)
                    page.screenshot(path=target / f"{name}-{look}.png")
                    page.close()
                    window.clear_cookies()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
