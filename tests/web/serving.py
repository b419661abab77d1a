"""The company's pages behind a real server and in a real browser, for tests and for the pictures in the docs."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.clocks import SteppedClock
from tests.databases import upgraded
from tests.web.company import Company, found

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1360, "height": 860}


class _Server(uvicorn.Server):
    """A server in a thread; the signals stay with whoever runs the tests."""

    company: Company

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.company.bus.attach()
        await super().startup(sockets)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Company, str]]:
    """Serve a fresh company on a free port of this machine; yield it with its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    store = upgraded(f"sqlite:///{folder / 'desk.db'}")
    company = found(store, SteppedClock(), address)
    config = uvicorn.Config(
        company.app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    server.company = company
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield company, address
    finally:
        server.should_exit = True
        thread.join(10)
        company.group.close()
        store.close()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium: the machine's own, or the one that Playwright brings."""
    with sync_playwright() as playwright:
        own = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=own, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def context(
    browser: Browser, address: str, *, phone: bool = False, dark: bool = False, scale: float = 1
) -> BrowserContext:
    """Open a window of a size and scheme."""
    return browser.new_context(
        base_url=address,
        viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        device_scale_factor=scale,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )


def sign_in(window: BrowserContext, who: str) -> Page:
    """Open a page as one of the company's people."""
    page = window.new_page()
    page.goto(f"/sign-in/as/{who}@acme.example")
    return page
