"""What every test may ask for: a store on either database, a clock that is moved by hand, and no network."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskbot.store.session import Store
from tests.clocks import SteppedClock
from tests.databases import NoServer, Postgres, find_server, open_store, postgres, upgraded

# Words alone, unless a test is about meaning: the sentence model takes longer to load than most tests run.
os.environ["DESKBOT_SEMANTIC"] = "off"
_CONNECT = socket.socket.connect
_CONNECT_EX = socket.socket.connect_ex
_LOOK_UP = socket.getaddrinfo
_HERE = ("127.", "::1", "localhost")


class NetworkUsed(AssertionError):
    """A test reached for something beyond this machine."""


def _refuse_far(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and not str(host).startswith(_HERE):
        raise NetworkUsed(f"A test tried to reach {host}; only loopback is allowed.")


def _connect(self: socket.socket, address: Any) -> None:
    _refuse_far(address)
    _CONNECT(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_far(address)
    return _CONNECT_EX(self, address)


def _look_up(host: Any, *rest: Any, **named: Any) -> Any:
    if host not in (None, "", b"", "0.0.0.0", "::"):
        _refuse_far((host.decode() if isinstance(host, bytes) else host,))
    return _LOOK_UP(host, *rest, **named)


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Let no test reach beyond this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        patch.setattr(socket.socket, "connect_ex", _connect_ex)
        patch.setattr(socket, "getaddrinfo", _look_up)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server for this run of the tests."""
    try:
        find_server()
    except NoServer as absent:
        if os.environ.get("CI"):
            pytest.fail(str(absent))
        pytest.skip(str(absent))
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "desk.db"
    upgraded(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database with all tables."""
    shutil.copy(_sqlite_template, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with all tables, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.create("desk_template")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a fresh database."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands at Monday 23 November 2026, 09:00 UTC, until the test moves it."""
    return SteppedClock()
