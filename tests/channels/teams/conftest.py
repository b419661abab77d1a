"""A stand-in for Microsoft, for the tests of Teams."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.teams.service import Service, serving


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A stand-in for Microsoft on this machine."""
    async with serving() as running:
        yield running
