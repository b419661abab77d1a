"""Deliveries that come in at the same time are committed together: one sync of the disk serves them all."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from deskbot.desk.errors import DeskError, Unavailable
from deskbot.desk.messages import RawDelivery

_TOGETHER = 256  # deliveries in one commit
_ON_THE_SPOT = 64  # deliveries that the event loop commits itself while commits are quick; a thread costs more
_WAITING = 5_000  # deliveries that may wait before the door says so honestly
_QUICK_SECONDS = 0.003  # a commit faster than this may hold up the event loop
_WEIGHT = 0.2  # of the newest commit in the running mean


class Taker(Protocol):
    """What takes deliveries in: the store, or what stands in for it while it is loaded."""

    sqlite: bool

    def accept(self, deliveries: Sequence[RawDelivery]) -> list[bool]:
        """Commit deliveries together; for each, say whether it is new."""

    def busy(self) -> bool:
        """Say whether somebody in this process is writing just now."""


_Waiting = tuple[RawDelivery, "asyncio.Future[bool]"]


class GroupCommit:
    """The door's way into the inbox: `await accept(delivery)` returns once it is durable; True means it is new.

    All calls come from one event loop. While the disk is quick and nobody is writing, what came in together is
    committed on the spot; otherwise one thread commits whatever has gathered while it was at work. `on_new` is called
    on the loop after every commit that brought something new.
    """

    def __init__(self, store: Taker, on_new: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._on_new = on_new
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "inbox")
        self._called = False
        self._working = False
        self._usual = 0.0 if store.sqlite else 1.0

    def accept(self, delivery: RawDelivery) -> "asyncio.Future[bool]":
        """Return a future of whether the delivery is new, done after the commit; fails with `Unavailable`."""
        if len(self._waiting) >= _WAITING:
            raise Unavailable("The desk is taking in more than it can store; please try again in a moment.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((delivery, future))
        if not self._called and not self._working:
            self._called = True
            loop.call_soon(self._begin, loop)
        return future

    def through(self, store: Taker) -> None:
        """Take deliveries in through `store` from now on."""
        self._store = store

    def close(self) -> None:
        """Finish what was handed over and end the thread."""
        self._thread.shutdown()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commit what waits: here while that is quick, else on the thread."""
        self._called = False
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
        if len(batch) <= _ON_THE_SPOT and self._usual < _QUICK_SECONDS and not self._store.busy():
            self._tell(batch, self._commit(batch))
        else:
            self._working = True
            self._thread.submit(self._work, loop, batch)

    def _work(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting]) -> None:
        outcome = self._commit(batch)
        loop.call_soon_threadsafe(self._finish, loop, batch, outcome)

    def _finish(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], outcome: list[bool] | Exception) -> None:
        self._working = False
        if self._waiting:
            self._begin(loop)
        self._tell(batch, outcome)

    def _commit(self, batch: list[_Waiting]) -> list[bool] | Exception:
        """Commit a batch and return what was new, or the failure that every one of the batch is told."""
        begun = time.perf_counter()
        try:
            return self._store.accept([delivery for delivery, _ in batch])
        except DeskError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a door that waits must hear of any failure
            return error
        finally:
            if self._store.sqlite:
                self._usual += _WEIGHT * (time.perf_counter() - begun - self._usual)

    def _tell(self, batch: list[_Waiting], outcome: list[bool] | Exception) -> None:
        if isinstance(outcome, Exception):
            for _, future in batch:
                if not future.done():
                    future.set_exception(outcome)
            return
        for (_, future), new in zip(batch, outcome, strict=True):
            if not future.done():
                future.set_result(new)
        if any(outcome):
            self._on_new()
