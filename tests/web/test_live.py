"""Live updates: told when something changes, and cut off when the right to listen ends."""

import asyncio

from deskbot.web import live
from tests.web.company import Company


async def test_a_stream_tells_of_each_change_and_ends_with_the_right_to_listen(company: Company, monkeypatch) -> None:
    """The first event comes at once, for what changed while the page was on its way."""
    monkeypatch.setattr(live, "RECHECK_SECONDS", 0.01)
    allowed = True

    async def still() -> bool:
        return allowed

    events = live._events(company.app.state.site, ["ticket:1"], still)
    assert "changed" in await anext(events)
    company.bus.publish(["ticket:1", "ticket:2"])
    heard = ""
    while "changed" not in heard:
        heard = await asyncio.wait_for(anext(events), 2)
    allowed = False
    rest = [event async for event in events]
    assert all("changed" not in event for event in rest)
    assert company.bus._queues == {}


async def test_another_site_cannot_listen_with_somebodys_cookie(company: Company, visit) -> None:
    """Fetch Metadata tells where the request comes from."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    ana = await visit("ana")
    answer = await ana.get(f"/my/{ref}/events", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_nobody_listens_to_what_they_may_not_see(company: Company, visit) -> None:
    """As if it were not there."""
    ref = company.ticket("ana@acme.example", "My payslip is wrong", "payroll")
    for path in (f"/tickets/{ref}/events", f"/my/{ref}/events"):
        assert (await (await visit("joe")).get(path)).status_code == 404
