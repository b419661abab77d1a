"""The desk's loops outlive what breaks under them."""

import pytest

from deskbot.desk.errors import Unavailable
from deskbot.wiring import inside


async def test_a_loop_that_breaks_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that was away for a while costs no message its worker."""
    waited: list[float] = []

    async def at_once(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(inside.asyncio, "sleep", at_once)
    runs: list[str] = []

    async def run() -> None:
        runs.append("run")
        if len(runs) < 3:
            raise Unavailable("The database cannot be reached.")

    await inside._lasting("worker", run)
    assert len(runs) == 3
    assert waited == [1, 1]
