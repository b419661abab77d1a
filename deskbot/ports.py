"""What the desk needs from outside and has in several real forms: a clock, channels, and the files HR people own."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from deskbot.answers.knowledge import EVERYTHING, Knowledge
from deskbot.desk.errors import Fault
from deskbot.desk.letters import Letters, Sheet
from deskbot.desk.messages import Inbound, Reply
from deskbot.desk.messages import RawDelivery as RawDelivery
from deskbot.desk.requests import Catalogue
from deskbot.desk.roles import Role
from deskbot.desk.routing import Decision, Facts, Router

# How probable it must be that an article is about a question before its owner may get the work.
LIKELY = 0.5


class Clock(Protocol):
    """Tells the time; the only place where the desk reads it."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox on its way.

    `key` is unique and travels with the message where the platform allows it, so that it can be found again.
    `place` is the room and `conversation` the thread in it; both are empty when the desk writes first, and `address`
    is then what the channel stored about the person. `kind` is "reply" (post), "update" (change the message
    `external_id`) or "notice" (a message that starts a conversation).
    """

    key: str
    channel: str
    kind: str
    place: str
    conversation: str
    reply: Reply
    address: Mapping[str, Any] = field(default_factory=dict)
    external_id: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says about one of its users; `refused` names why no one is linked (guest, bot, other company)."""

    email: str | None
    name: str = ""
    refused: str | None = None


class TransportError(Exception):
    """A channel could not take a message.

    `permanent`: trying again will not help. `ambiguous`: it may have arrived, so look before sending again.
    `retry_after`: seconds the platform asked to wait.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, ambiguous: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after


class Channel(Protocol):
    """A place where people talk. One contract suite runs over every channel."""

    name: str

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Turn a verified raw delivery into what people did; an empty list when there is nothing to do."""

    async def deliver(self, outgoing: Outgoing) -> str:
        """Send and return the platform's id of the message; raise `TransportError` when it was not taken."""

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look for an earlier attempt of this very message and return its id, or None when it is not there."""

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """Ask the platform who this is; None when it cannot be asked."""


@runtime_checkable
class FetchesFiles(Protocol):
    """A channel whose deliveries only name the files people sent."""

    async def fetch(self, kind: str, body: bytes, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Return what `parse` gave with the files' bytes; raise `TransportError` to be asked again later."""


@runtime_checkable
class Threaded(Protocol):
    """A channel in which people can answer below a message that started no conversation yet."""

    def below(self, outgoing: Outgoing, external_id: str) -> tuple[str, str] | None:
        """Return the place and the key of the conversation below a delivered message; None where it had one before."""


@dataclass(frozen=True, slots=True)
class Policybook:
    """Everything HR people wrote, read and compiled: one immutable snapshot that a change replaces as a whole.

    `router` decides with the compiled rules; `roles`, `calendars`, `policies` (SLA) and `requests` are by key;
    `letters` holds letter templates and employers. `faults` are what `check` says, `version` is a hash of all files.
    """

    knowledge: Knowledge
    router: Router
    roles: Mapping[str, Role]
    requests: Catalogue
    calendars: Mapping[str, Any] = field(default_factory=dict)
    policies: Mapping[str, Any] = field(default_factory=dict)
    crisis: Any = None
    retention: Mapping[str, Any] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    faults: tuple[Fault, ...] = ()
    version: str = ""

    def route(self, facts: Facts) -> Decision:
        """Return who gets the work: by the rules, else by the owners of articles that are likely about it.

        A protected or sealed text (tier 3 and 4) is never searched for.
        """
        decision = self.router.decide(facts)
        if decision.rule is not None or facts.tier >= 3 or not facts.text:
            return decision
        if self.knowledge.find(facts.text, EVERYTHING, facts.language, 1).confidence < LIKELY:
            return decision
        return self.router.decide(facts, tuple(self.knowledge.roles_for(facts.text).items()))


class Press(Protocol):
    """Prints letters."""

    def __call__(self, sheet: Sheet) -> bytes:
        """Return the letter as a PDF file; raise `DeskError` when a character in it cannot be printed."""


class LanguageModelError(Exception):
    """A language model gave nothing that can be used; `reason` is one word for logs, never words of a text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LanguageModel(Protocol):
    """Writes a text. There is none unless the operator sets one."""

    async def complete(self, system: str, user: str, longest: int) -> str:
        """Return what it writes, about `longest` characters at most; raise `LanguageModelError` for what is no text."""

    async def close(self) -> None:
        """Let go of its connections."""


class Content(Protocol):
    """Holds the live snapshot of the files and swaps it when they change."""

    @property
    def current(self) -> Policybook:
        """The snapshot to decide with; take it once for a piece of work."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as they lie on disk now."""


class Bus(Protocol):
    """Tells open pages and loops what changed, after the commit; losing a topic costs freshness, never correctness."""

    def publish(self, topics: Iterable[str]) -> None:
        """Say that these topics changed; may be called from any thread."""

    def subscribe(self, topics: Collection[str]) -> AsyncIterator[str]:
        """Yield those of `topics` that change, until the iterator is closed."""
