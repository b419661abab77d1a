"""The page on which strangers check letters, as they meet it over HTTP."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from deskbot.actions import letters
from deskbot.adapters.bus import LocalBus
from deskbot.answers.markdown import to_html
from deskbot.channels.webchat import WebChat
from deskbot.store import people
from deskbot.store.group_commit import GroupCommit
from deskbot.store.session import Store
from deskbot.web import app as web
from deskbot.web import verify
from deskbot.web.sign_in import Tries
from tests.clocks import SteppedClock
from tests.letter_house import House, build

Browser = Callable[..., Any]


@pytest.fixture
def house(store: Store, clock: SteppedClock) -> House:
    return build(store, clock)


@pytest.fixture
def browser(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Return a function that makes one request as a stranger."""
    monkeypatch.setattr(verify, "_TRIES", Tries(verify.CHECKS_A_MINUTE))
    group = GroupCommit(house.store)

    async def nothing(key: str) -> None:
        return None

    app = web.create(
        house.desk, house.store, bus=LocalBus(), chat_channel=WebChat(to_html), accept=group.accept, answer=nothing
    )

    async def ask(method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **more)

    yield ask
    group.close()


def words(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1]))


async def test_a_code_shows_who_by_initials_and_never_more(house: House, browser: Browser) -> None:
    _, _, code = house.issue(house.ana, recipient="Banco Central")
    page = await browser("GET", f"/verify/{code}")
    shown = words(page)
    assert page.status_code == 200
    for part in ("This letter is valid.", "A. S.", "Meridian Tecnologia, Lda.", "23 November 2026"):
        assert part in shown
    for part in ("Ana", "Sousa", "Banco", code):
        assert part not in shown


async def test_a_typed_code_leads_to_its_page(house: House, browser: Browser) -> None:
    _, _, code = house.issue(house.ana)
    page = await browser("POST", "/verify", data={"code": code.lower().replace("-", " ")})
    assert page.status_code == 303
    assert page.headers["location"] == f"/verify/{code}"


async def test_a_dropped_file_is_compared_byte_by_byte(house: House, browser: Browser) -> None:
    _, pdf, _ = house.issue(house.ana)
    good = await browser("POST", "/verify", files={"file": ("l.pdf", pdf, "application/pdf")})
    bad = await browser("POST", "/verify", files={"file": ("l.pdf", pdf + b" ", "application/pdf")})
    assert "This letter is valid." in words(good)
    assert "This is not the file that we issued." in words(bad)


async def test_unknown_and_revoked_differ_in_one_word(house: House, browser: Browser) -> None:
    number, _, code = house.issue(house.ana)
    with house.store.write() as session:
        ana = people.viewer(session, house.ana)
        assert ana is not None
        letters.revoke(session, house.desk, ana, number)
    revoked = await browser("GET", f"/verify/{code}")
    unknown = await browser("GET", "/verify/0000-0000-0000-0000-0000-0000-00")
    assert "This letter is revoked as of 23 November 2026." in words(revoked)
    assert revoked.text.replace("revoked", "unknown") == unknown.text
    assert revoked.headers.keys() == unknown.headers.keys()
    assert revoked.status_code == unknown.status_code


async def test_guessing_is_slowed_down(browser: Browser) -> None:
    answers = [(await browser("GET", f"/verify/guess-{n}")).status_code for n in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert (await browser("GET", "/verify")).status_code == 200


async def test_a_hostile_code_is_not_echoed(browser: Browser) -> None:
    page = await browser("GET", "/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "alert(1)" not in page.text


async def test_a_huge_file_is_refused_in_words(browser: Browser) -> None:
    page = await browser("POST", "/verify", files={"file": ("l.pdf", b"x" * (verify.LARGEST + 1), "application/pdf")})
    assert page.status_code == 413
    assert "larger than any letter" in words(page)


def test_one_ipv6_household_is_one_peer() -> None:
    assert verify.network("2001:db8::1") == verify.network("2001:db8::ffff")
    assert verify.network("192.0.2.1") != verify.network("192.0.2.2")
