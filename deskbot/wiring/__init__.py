"""The one place where settings become objects and adapters meet ports."""

import asyncio
import secrets
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskbot.adapters.bus import LocalBus
from deskbot.channels.slack.door import Answer, Door, Intake, Trusted
from deskbot.channels.teams.platform import PUBLIC, Platform
from deskbot.config import Settings, SettingsError, SystemClock, secret
from deskbot.desk.messages import RawDelivery
from deskbot.store.doorstep import Doorstep
from deskbot.store.group_commit import GroupCommit
from deskbot.wiring import memory

# What is behind the doors is imported where it is made: the doors listen before it is loaded, and the store alone
# takes longer to import than all that is needed to take deliveries in.
if TYPE_CHECKING:
    from deskbot.actions.desk import Desk
    from deskbot.adapters.content.watch import LiveContent
    from deskbot.channels.teams.door import Door as TeamsDoor
    from deskbot.desk.conversation import Turn
    from deskbot.ports import Content
    from deskbot.store.session import Store
    from deskbot.wiring.inside import Inside

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
SLACK_SETTLES = timedelta(seconds=12)


def derived(master: bytes, purpose: str) -> bytes:
    """Return a key of its own for each purpose, so that none can be used for another."""
    return sha256(purpose.encode() + b"\0" + master).digest()


def open_store(settings: Settings) -> "Store":
    """Open the database of these settings, at its present form."""
    from deskbot.store.sealing import Sealer
    from deskbot.store.session import Store

    if settings.database.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database, Sealer(derived(secret(settings), "sealing")))
    store.upgrade()
    return store


def open_doorstep(settings: Settings) -> Doorstep | None:
    """Open the inbox of an embedded database that is ready for it; None where the store must come first."""
    if not settings.database.startswith("sqlite:///"):
        return None
    return Doorstep.open(Path(settings.database.removeprefix("sqlite:///")), derived(secret(settings), "sealing"))


def make_desk(settings: Settings, store: "Store", content: "Content") -> "Desk":
    """Return the desk as actions see it."""
    from deskbot.actions.desk import Desk
    from deskbot.actions.tokens import Tokens
    from deskbot.adapters.pdf import LetterPress

    pushes = {"slack": settings.slack_on, "teams": settings.teams_on, "email": settings.mail_on}
    return Desk(
        clock=SystemClock(settings.now),
        content=content,
        sealer=store.sealer,
        tokens=Tokens(derived(secret(settings), "buttons")),
        randomness=secrets.token_bytes,
        base_url=settings.base_url.rstrip("/"),
        zone=settings.zone,
        demo=settings.may_pretend,
        pushes=frozenset(name for name, on in pushes.items() if on),
        external_contact=settings.external_contact or "",
        press=LetterPress(),
    )


def read_content(settings: Settings) -> "LiveContent":
    """Read the folders HR people own; the result reloads itself while the desk runs."""
    from deskbot.adapters.content.knowledge_cache import CACHE
    from deskbot.adapters.content.watch import LiveContent

    return LiveContent(settings.knowledge_dir, settings.rules_dir, cache=settings.data_dir / CACHE)


class Application:
    """Everything that serves: the doors first, the rest as soon as it is loaded.

    The doors of Slack and Teams stand on the inbox alone and listen at once; pages, articles and channels are loaded
    behind them. `first` is called before that, on the loading thread.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        settle: timedelta = SLACK_SETTLES,
        serving: bool = True,
        teams_platform: Platform = PUBLIC,
        first: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.first = first
        self.clock = SystemClock(settings.now)
        self.bus = LocalBus()
        self._doorstep = open_doorstep(settings)
        self.group = GroupCommit(self._doorstep or self.store, self._on_new)
        self.trusted = Trusted()
        self.intake = Intake(self.group.accept, self._interact, self.clock.now, self.trusted)
        secret_of_slack = settings.slack_signing_secret
        self.slack_door = Door(secret_of_slack, self.intake) if secret_of_slack else None
        self.teams_platform = teams_platform
        self.teams_door = self._teams_door() if settings.teams_on else None
        self.settle = settle
        self.serving = serving
        self._ready = asyncio.Event()
        self._loading: asyncio.Task[None] | None = None
        self._inside: Inside | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: deliveries of Slack and Teams at their doors, everything else by the pages."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self.slack_door is not None and scope.get("path") == "/slack/events":
            await self.slack_door(scope, receive, send)
        elif self.teams_door is not None and scope.get("path") == "/api/messages":
            await self.teams_door(scope, receive, send)
        else:
            await self._ready.wait()
            await self.inside.pages(scope, receive, send)

    async def start(self) -> None:
        """Listen now and load the rest behind."""
        self.bus.attach()
        self.bus.listen(self._on_topics)
        self._loading = asyncio.create_task(self._load())
        self._loading.add_done_callback(_end_when_failed)

    async def ready(self) -> None:
        """Wait until everything is loaded."""
        if self._loading is not None:
            await self._loading

    async def stop(self) -> None:
        """Finish what is in hand and close."""
        if self._loading is not None:
            self._loading.cancel()
            with suppress(asyncio.CancelledError):
                await self._loading
        if self._inside is not None:
            await self._inside.stop()
        self.group.close()
        if "store" in self.__dict__:
            self.store.close()
        if self._doorstep is not None:
            self._doorstep.close()

    @cached_property
    def store(self) -> "Store":
        """The database, opened when it is first needed."""
        store = open_store(self.settings)
        store.listeners.append(self.bus.publish)
        return store

    @property
    def inside(self) -> "Inside":
        """What is behind the doors: worker, deliverer, channels, pages. Await `ready` first."""
        if self._inside is None:
            raise RuntimeError("The desk is still loading.")
        return self._inside

    async def _load(self) -> None:
        self._inside = await asyncio.to_thread(_inside, self)
        self.group.through(self.store)
        await self._inside.start()
        self._ready.set()
        await asyncio.to_thread(memory.settle)

    def _on_new(self) -> None:
        if self._inside is not None:
            self._inside.worker.wake()

    def _on_topics(self, topics: list[str]) -> None:
        if self._inside is not None and "outbox" in topics:
            self._inside.deliverer.wake()

    async def _interact(self, raw: RawDelivery) -> Answer:
        await self._ready.wait()
        return await self.inside.respond(raw)

    async def _answer(self, key: str) -> "Turn | None":
        await self._ready.wait()
        return await self.inside.worker.answer(key)

    def _teams_door(self) -> "TeamsDoor":
        try:
            from deskbot.wiring import teams
        except ImportError as error:
            raise SettingsError("TEAMS_CLIENT_ID needs the teams extra: install deskbot[teams].") from error
        return teams.door(self.settings, self.teams_platform, self.group.accept, self._answer, self.clock.now)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _end_when_failed(loading: "asyncio.Task[None]") -> None:
    """A desk that cannot load must not look as if it were only slow: say why, and end."""
    if loading.cancelled() or (error := loading.exception()) is None:
        return
    import structlog

    structlog.get_logger().error(
        "the desk could not be loaded", error=str(error) or type(error).__name__, exc_info=error
    )
    signal.raise_signal(signal.SIGTERM)


def _inside(front: Application) -> "Inside":
    # Loaded on a thread after the doors listen: pages, articles and channels take the better part of a second.
    front.first()
    from deskbot.wiring.inside import Inside

    return Inside(front)
