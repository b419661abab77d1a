"""A company for each test of the pages, and clients that are signed in to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
import structlog
from httpx import ASGITransport, AsyncClient

from deskbot.store.session import Store
from tests.clocks import SteppedClock
from tests.databases import open_store
from tests.web.company import Company, found


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Keep tracebacks short: the pretty ones take seconds and print every local value."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A store on a fresh SQLite file: pages do nothing that differs between databases."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
async def company(store: Store, clock: SteppedClock) -> AsyncIterator[Company]:
    """A small company with its desk."""
    built = found(store, clock)
    built.bus.attach()
    yield built
    built.group.close()


class Visitor:
    """A browser of one person, without scripts: it keeps cookies and sends the page's own token along."""

    def __init__(self, client: AsyncClient, company: Company) -> None:
        self.client = client
        self.company = company
        self.csrf = ""

    async def sign_in(self, who: str) -> "Visitor":
        """Become one of the company's people."""
        answer = await self.client.get(f"/sign-in/as/{who}@acme.example")
        assert answer.status_code == 303
        page = await self.client.get("/chat")
        self.csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        return self

    async def get(self, path: str, **more: object):  # type: ignore[no-untyped-def]
        """Open a page."""
        return await self.client.get(path, **more)  # type: ignore[arg-type]

    async def post(self, path: str, **fields: str):  # type: ignore[no-untyped-def]
        """Send a form of the page."""
        headers = {"sec-fetch-site": "same-origin"}
        return await self.client.post(path, data={"csrf": self.csrf, **fields}, headers=headers)


@pytest.fixture
async def visit(company: Company) -> AsyncIterator[Callable[..., "object"]]:
    """Return a function that opens a browser, signed in as somebody or as nobody."""
    async with AsyncExitStack() as stack:

        async def opened(who: str = "", **more: object) -> Visitor:
            transport = ASGITransport(app=company.app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
            client = await stack.enter_async_context(
                AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **more)  # type: ignore[arg-type]
            )
            visitor = Visitor(client, company)
            return await visitor.sign_in(who) if who else visitor

        yield opened
