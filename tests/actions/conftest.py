"""The shipped knowledge and rules, a small company, and people who talk to its desk."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from deskbot.actions.desk import Desk
from deskbot.actions.tokens import Tokens
from deskbot.adapters.content.read import read
from deskbot.adapters.pdf import LetterPress
from deskbot.ports import Policybook
from deskbot.store import people
from deskbot.store.session import Store
from tests.actions.talking import Talker
from tests.clocks import SteppedClock
from tests.web.company import ROOT, FixedContent, hire


@pytest.fixture(scope="session")
def shipped() -> Policybook:
    """The knowledge base and rules as they are shipped, read once."""
    return read(ROOT / "knowledge", ROOT / "routing_rules")


@pytest.fixture
def desk(store: Store, clock: SteppedClock, shipped: Policybook) -> Desk:
    """A desk for a small company, with Slack switched on."""
    hire(store, clock.now())
    return Desk(
        clock=clock,
        content=FixedContent(shipped),
        sealer=store.sealer,
        tokens=Tokens(b"t" * 32),
        randomness=os.urandom,
        base_url="https://hr.example.com",
        zone="Europe/Lisbon",
        demo=True,
        pushes=frozenset({"slack"}),
        press=LetterPress(),
    )


@pytest.fixture
def talker(store: Store, desk: Desk) -> Callable[..., Talker]:
    """Start a conversation as somebody, by default in the web chat."""

    def start(email: str, channel: str = "webchat", **more: object) -> Talker:
        with store.write() as session:
            row = people.by_email(session, email)
            assert row is not None
            assert row.id is not None
            sender = str(row.id)
            if channel == "slack" and people.identity(session, "slack", "", sender) is None:
                people.link(session, "slack", "", sender, row.id, "email", desk.now())
        return replace(Talker(store, desk, sender, channel), **more)  # type: ignore[arg-type]

    return start
