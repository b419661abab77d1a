"""What the clock wakes: the sweep, closing, digests, the reload of files. Timers only wake; rows decide."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from deskbot.actions import sweep
from deskbot.actions.desk import Desk
from deskbot.jobs import digest
from deskbot.jobs.gaps import Gaps
from deskbot.jobs.learning import Learning, Taught
from deskbot.jobs.recall import Recall
from deskbot.store.session import Store

log = structlog.get_logger()


class Files(Taught, Protocol):
    """The files HR people own, as they lie on disk, with what the desk learned besides."""

    def poll(self) -> bool:
        """Look whether they changed and take the change up; True when the live state is a new one."""


class Timers:
    """Runs the desk's recurring work on a scheduler in memory; every piece of work is safe to run twice."""

    def __init__(self, store: Store, desk: Desk, content: Files) -> None:
        self._store = store
        self._desk = desk
        self._content = content
        self._recall = Recall(store, desk)
        self._gaps = Gaps(store, desk)
        self._learning = Learning(store, desk, content)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Run until `stop`."""
        self._every(2, "files", self._look)
        self._every(5, "recall", self._recall.round)
        self._every(15, "sweep", lambda: self._within(lambda s: sweep.sweep(s, self._desk, self._desk.now())))
        self._every(60, "gaps", self._gaps.round)
        self._every(300, "close", lambda: self._within(lambda s: sweep.close_resolved(s, self._desk, self._desk.now())))
        self._every(600, "refit", self._learning.refit)
        self._every(600, "digest", lambda: digest.run(self._store, self._desk, self._desk.now()))
        self._scheduler.start()
        try:
            await self._stopped.wait()
        finally:
            self._scheduler.shutdown(wait=False)

    def stop(self) -> None:
        """End."""
        self._stopped.set()

    def _look(self) -> None:
        """Take up changed files, then what was learned: one after the other, because both replace the snapshot."""
        self._content.poll()
        self._learning.round()

    def _every(self, seconds: int, name: str, work: Callable[[], object]) -> None:
        self._scheduler.add_job(
            self._safely, "interval", seconds=seconds, args=(name, work), id=name, coalesce=True, max_instances=1
        )

    async def _safely(self, name: str, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except Exception as error:
            # The edge: one failed round must not end the timer; the next round does the work.
            log.error("timer failed", timer=name, error=type(error).__name__, exc_info=error)

    def _within(self, work: Callable[[Session], object]) -> object:
        with self._store.write() as session:
            return work(session)
