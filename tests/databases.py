"""Databases for tests: an SQLite file or a PostgreSQL database each, copied from a finished one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from deskbot.store.sealing import Sealer
from deskbot.store.session import Store

SECRET = b"the master key that every test uses"


class NoServer(Exception):
    """No PostgreSQL server is installed here."""


def find_server() -> Path:
    """Return the folder of the newest PostgreSQL server's programs."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        folders.append(Path(told))
    usable = [folder for folder in folders if (folder / "initdb").exists()]
    if not usable:
        raise NoServer("PostgreSQL is not installed (Debian: apt install postgresql); its tests were skipped.")
    return max(usable, key=_version)


def _version(folder: Path) -> float:
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return float(told.split()[2].split("devel")[0].split("rc")[0].split("beta")[0])


class Postgres:
    """A PostgreSQL server of our own on a Unix socket in a temporary folder.

    `durable` keeps fsync on, for tests that kill; without it a commit costs nothing and a crash may lose it.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._programs = find_server()
        self._folder = folder
        self._data = folder / "data"
        self._user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self._numbers = count(1)
        speed = "" if durable else " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200{speed}"

    def start(self) -> None:
        """Make the cluster if there is none, and start it."""
        if self._user:
            shutil.chown(self._folder, self._user)
        self._folder.chmod(0o755)
        if not self._data.exists():
            self._run("initdb", "-D", str(self._data), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        log = str(self._folder / "server.log")
        self._run("pg_ctl", "-D", str(self._data), "-o", self._options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; "immediate" is a crash."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def url(self, name: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql://desk@/{name}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """Copy a database and return the address of the copy."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement on the server's own database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        done = subprocess.run(
            command, user=self._user, cwd=self._folder, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Run a server with a finished database named `desk_template`, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="deskbot-pg-"))
    server = Postgres(folder, durable=durable)
    try:
        server.start()
        try:
            server.execute("CREATE DATABASE desk_template")
            upgraded(server.url("desk_template")).close()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_store(url: str) -> Store:
    """Open a store with the tests' master key."""
    return Store(url, Sealer(SECRET))


def upgraded(url: str) -> Store:
    """Open a store and bring its tables to the present form."""
    store = open_store(url)
    store.upgrade()
    return store
