"""What is behind the doors: the live content, the worker, the channels, the timers and the pages."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

import structlog

from deskbot.answers.markdown import to_html
from deskbot.channels.email.channel import EmailChannel
from deskbot.channels.slack.channel import SlackChannel
from deskbot.channels.slack.door import Answer
from deskbot.channels.slack.interactivity import Interactivity
from deskbot.channels.slack.socket_mode import SocketDoor
from deskbot.channels.terminal import Terminal
from deskbot.channels.webchat import WebChat
from deskbot.desk.sensitive import screen
from deskbot.jobs.deliver import Deliverer
from deskbot.jobs.learning import Learning
from deskbot.jobs.timers import Timers
from deskbot.jobs.work import Worker
from deskbot.ports import Channel, RawDelivery, TransportError
from deskbot.store import files
from deskbot.web import app as web
from deskbot.wiring.rephrasing import open_rephraser
from deskbot.wiring.semantics import Understanding

if TYPE_CHECKING:
    from deskbot.channels.teams.channel import TeamsChannel
    from deskbot.wiring import Application

log = structlog.get_logger()


async def _lasting(name: str, run: Callable[[], Coroutine[None, None, None]]) -> None:
    """Keep a loop running: when the database or anything else fails under it, it begins again a second later."""
    while True:
        try:
            await run()
            return
        except Exception as error:
            # The edge: whatever broke the loop, what waits in the inbox and the outbox must be taken up again.
            log.error("a loop broke and begins again", loop=name, error=type(error).__name__, exc_info=error)
            await asyncio.sleep(1)


class Inside:
    """Everything that is loaded once the doors listen."""

    def __init__(self, front: "Application") -> None:
        from deskbot.wiring import make_desk, read_content

        self.settings = front.settings
        self.serving = front.serving
        self.store = front.store
        self.content = read_content(front.settings)
        self.desk = make_desk(front.settings, front.store, self.content)
        Learning(self.store, self.desk, self.content).round()
        self.understanding = Understanding(front.settings, self.content)
        if not front.serving:
            self.understanding.attach()
        self._warm_up()
        self.chat = WebChat(to_html)
        self.slack = self._slack(front)
        self.teams = self._teams(front)
        self.channels = self._channels()
        self.rephraser = open_rephraser(front.settings)
        self.worker = Worker(self.store, self.desk, self.channels, self.rephraser)
        self.deliverer = Deliverer(self.store, front.clock, self.channels, front.settle)
        self.timers = Timers(self.store, self.desk, self.content)
        self.interactivity = (
            Interactivity(self.slack.api, self.worker.answer, self.desk.base_url) if self.slack else None
        )
        self.socket = self._socket(front)
        self.pages = web.create(
            self.desk,
            self.store,
            bus=front.bus,
            chat_channel=self.chat,
            accept=front.group.accept,
            answer=self.worker.answer,
            checks={"database": self._database_answers, "loops": self._loops_run},
            semantic=lambda: self.understanding.state,
        )
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the worker, the deliverer and the timers, and open the channels; nothing of it beside a server."""
        if not self.serving:
            return
        if self.slack is not None:
            await self.slack.start()
        if self.teams is not None:
            await self.teams.start()
        for name, work in self._loops():
            self._running.append(asyncio.create_task(_lasting(name, work), name=name))
        if self.socket is not None:
            try:
                await self.socket.start()
            except TransportError as error:
                log.error("slack socket", error=error.message)

    async def stop(self) -> None:
        """Finish what is in hand, then close the channels."""
        if self.socket is not None:
            await self.socket.close()
        self.worker.stop()
        self.deliverer.stop()
        self.timers.stop()
        self.understanding.stop()
        if self._running:
            await self._end()
        if self.rephraser is not None:
            await self.rephraser.close()

    async def _end(self) -> None:
        _, late = await asyncio.wait(self._running, timeout=8)
        for task in late:
            task.cancel()
        if self.slack is not None:
            await self.slack.close()
        if self.teams is not None:
            await self.teams.close()

    async def respond(self, raw: RawDelivery) -> Answer:
        """Answer what Slack waits for: a form, a refused form, a toast."""
        if self.interactivity is None:
            return Answer()
        return await self.interactivity.respond(raw)

    def _warm_up(self) -> None:
        """Have the detectors and the index compiled before the first person asks."""
        screen("a first word")
        self.content.current.knowledge.find("a first question", None)

    def _loops(self) -> list[tuple[str, Callable[[], Coroutine[None, None, None]]]]:
        return [
            ("worker", self.worker.run),
            ("deliverer", self.deliverer.run),
            ("timers", self.timers.run),
            ("understanding", self.understanding.run),
        ]

    def _channels(self) -> dict[str, Channel]:
        channels: list[Channel] = [self.chat, Terminal()]
        if self.slack is not None:
            channels.append(self.slack)
        if self.teams is not None:
            channels.append(self.teams)
        if self.settings.smtp_url and self.settings.mail_from:
            channels.append(self._mail(self.settings.smtp_url, self.settings.mail_from))
        return {channel.name: channel for channel in channels}

    def _mail(self, smtp_url: str, mail_from: str) -> EmailChannel:
        return EmailChannel(smtp_url, mail_from, base_url=self.desk.base_url, clock=self.desk.clock, to_html=to_html)

    def _slack(self, front: "Application") -> SlackChannel | None:
        token = self.settings.slack_bot_token
        if token is None:
            return None
        return SlackChannel(
            lambda team: token,
            base_url=self.desk.base_url,
            api_url=self.settings.slack_api_url,
            files=self._file,
            trusted=front.trusted,
        )

    def _teams(self, front: "Application") -> "TeamsChannel | None":
        if not self.settings.teams_on:
            return None
        from deskbot.wiring import teams

        return teams.channel(self.settings, front.teams_platform)

    def _socket(self, front: "Application") -> SocketDoor | None:
        token = self.settings.slack_app_token
        return SocketDoor(token, front.intake, self.settings.slack_api_url) if token and self.slack else None

    def _database_answers(self) -> None:
        with self.store.read() as session:
            session.connection().exec_driver_sql("SELECT 1")

    def _loops_run(self) -> None:
        ended = [task.get_name() for task in self._running if task.done()]
        if ended:
            raise RuntimeError(f"not running: {', '.join(ended)}")

    async def _file(self, attachment: int) -> bytes | None:
        return await asyncio.to_thread(self._content_of, attachment)

    def _content_of(self, attachment: int) -> bytes | None:
        with self.store.read() as session:
            row = files.by_id(session, attachment)
            return self.store.sealer.open_bytes(session, row.content) if row else None
