"""Connections to PostgreSQL on which no wait is endless.

The server's own timeouts do not end a commit that waits for a lost standby, nor anything on a server that is frozen.
So a thread watches every wait from this side, and breaks the connection off when one takes too long.
"""

import os
import socket
import threading
import time
from collections.abc import Generator
from typing import Any

import psycopg

SECONDS = 15.0  # longer than any statement may take, so that the server's own timeout speaks first


class _Watch:
    """Knows which connections wait, and until when they may."""

    def __init__(self) -> None:
        self._waits: dict[Any, float] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, connection: Any) -> None:
        """Note that a wait begins; the first one ever starts the thread."""
        with self._lock:
            self._waits[connection] = time.monotonic() + SECONDS
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()

    def end(self, connection: Any) -> None:
        """Note that it has ended; from then on the connection is safe from being broken off."""
        with self._lock:
            self._waits.pop(connection, None)

    def _run(self) -> None:
        while True:
            time.sleep(min(1.0, SECONDS / 4))
            with self._lock:
                late = [connection for connection, until in self._waits.items() if until < time.monotonic()]
                for connection in late:
                    del self._waits[connection]
                    _break_off(connection)


_WATCH = _Watch()


class Impatient(psycopg.Connection[Any]):
    """A connection that is broken off when the server does not answer in time; set `patient` for long work."""

    patient = False

    def wait(self, gen: Generator[Any, Any, Any], *rest: Any, **named: Any) -> Any:
        """Wait for the server as always, but not for ever."""
        if self.patient:
            return super().wait(gen, *rest, **named)
        _WATCH.begin(self)
        try:
            return super().wait(gen, *rest, **named)
        finally:
            _WATCH.end(self)


def _break_off(connection: psycopg.Connection[Any]) -> None:
    """Shut the socket, so that whoever waits on it hears that the connection is lost."""
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        return  # it was closed in the meantime
