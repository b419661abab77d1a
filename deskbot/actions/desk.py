"""Everything an action needs besides its session: the clock, the live content, the sealer, and a few settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from deskbot.actions.tokens import Tokens
from deskbot.desk.errors import Unavailable
from deskbot.desk.letters import Sheet
from deskbot.ports import Clock, Content, Policybook, Press
from deskbot.store.sealing import Sealer


def no_press(sheet: Sheet) -> bytes:
    """Stand where a press would: a desk that was built without one prints no letters."""
    raise Unavailable("Letters cannot be printed here; HR will write yours by hand.")


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as actions see it.

    `pushes` names the channels whose replies leave through the outbox; the pages of the others read the conversation
    itself. `randomness` gives cryptographically strong bytes. `zone` is the desk's time zone, `press` prints letters.
    """

    clock: Clock
    content: Content
    sealer: Sealer
    tokens: Tokens
    randomness: Callable[[int], bytes]
    base_url: str = "http://127.0.0.1:8000"
    zone: str = "UTC"
    demo: bool = False
    pushes: frozenset[str] = field(default_factory=frozenset)
    external_contact: str = ""
    press: Press = no_press

    @property
    def book(self) -> Policybook:
        """The last good state of the files HR people own."""
        return self.content.current

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()
