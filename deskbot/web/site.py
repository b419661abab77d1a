"""What every page shares: the desk, the database, live updates, the chat's drawing, and a few settings."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, Request

from deskbot.actions.desk import Desk
from deskbot.desk.conversation import Turn
from deskbot.desk.messages import FileIn, Form, Reply
from deskbot.ports import Bus, RawDelivery
from deskbot.store.session import Store
from deskbot.web.page import Pages

Accept = Callable[[RawDelivery], Awaitable[bool]]
Answer = Callable[[str], Awaitable[Turn | None]]


class ChatChannel(Protocol):
    """The web chat as its pages need it: a door that makes deliveries, and a drawing of replies and forms."""

    def delivery(
        self,
        *,
        person_id: int,
        conversation: str,
        key: str,
        kind: str,
        received_at: datetime,
        text: str = "",
        verb: str = "",
        value: str = "",
        fields: Mapping[str, str] | None = None,
        files: Sequence[FileIn] = (),
        language: str = "en",
    ) -> RawDelivery:
        """Return what the person did as a delivery; `key` comes from the browser and is bound to the person."""

    def draw(self, reply: Reply, *, action: str, csrf: str, live: bool) -> str:
        """Return a reply as HTML; its buttons and form post to `action` and are there only while it is `live`."""

    def draw_form(
        self, form: Form, *, action: str, csrf: str, language: str, errors: Mapping[str, str] | None = None
    ) -> str:
        """Return a form as HTML that posts to `action`."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """How the semantic engine is doing: off, missing, loading, computing (`done` of `wanted` vectors) or ready."""

    word: Literal["off", "missing", "loading", "computing", "ready"]
    done: int = 0
    wanted: int = 0


def no_engine() -> Semantic:
    """Say that words alone are searched."""
    return Semantic("off")


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that pages are drawn from. `demo` allows one-click sign-in from this very machine."""

    desk: Desk
    store: Store
    bus: Bus
    chat: ChatChannel
    accept: Accept
    answer: Answer
    pages: Pages
    demo: bool = False
    health: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    semantic: Callable[[], Semantic] = no_engine

    @property
    def secure(self) -> bool:
        """Whether people reach the desk over https."""
        return urlsplit(self.desk.base_url).scheme == "https"


async def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site)]
