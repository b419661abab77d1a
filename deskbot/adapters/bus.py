"""What changed, told within the process: from committing threads to the event loop's open pages and workers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable

_WAITING = 100  # A page that is this far behind reloads anyway; older topics are dropped, not kept in memory.


class LocalBus:
    """A `ports.Bus` for one process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Callable[[list[str]], None]] = []
        self._queues: dict[str, set[asyncio.Queue[str]]] = {}

    def attach(self) -> None:
        """Deliver on the running event loop from now on."""
        self._loop = asyncio.get_running_loop()

    def publish(self, topics: Iterable[str]) -> None:
        """Say that these topics changed; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, list(topics))

    def listen(self, listener: Callable[[list[str]], None]) -> None:
        """Call `listener` on the event loop with everything that changes."""
        self._listeners.append(listener)

    def _deliver(self, topics: list[str]) -> None:
        for listener in self._listeners:
            listener(topics)
        for topic in topics:
            for queue in self._queues.get(topic, ()):
                if not queue.full():
                    queue.put_nowait(topic)

    async def subscribe(self, topics: Collection[str]) -> AsyncIterator[str]:
        """Yield those of `topics` that change, until the iterator is closed."""
        queue: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        for topic in topics:
            self._queues.setdefault(topic, set()).add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            for topic in topics:
                self._queues[topic].discard(queue)
                if not self._queues[topic]:
                    del self._queues[topic]
