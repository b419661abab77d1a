"""The rooms of the house: who may know whom, and what the pure ones may not touch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import ROOT, imported, modules

PURE = ("desk", "answers", "ports")
WORLDLY_MODULES = {
    "asyncio", "http", "io", "os", "pathlib", "random", "requests", "secrets", "selectors", "shutil", "socket",
    "sqlite3", "ssl", "subprocess", "tempfile", "time", "urllib.request",
}  # fmt: skip
WORLDLY_CALLS = {"open", "input", "print"}
CLOCKS = {"now", "utcnow", "today"}
LATE = (
    "deskbot/cli/",  # loads the heavy rooms once somebody asks for them
    "deskbot/wiring/",  # so does the wiring, after the doors listen
    "deskbot/store/engines.py",  # the class below needs PostgreSQL's driver, which is an extra
)


def test_the_import_contracts_hold() -> None:
    """Layers point one way, channels know nothing of one another, nothing goes in circles."""
    told = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout


def test_pure_rooms_import_nothing_of_the_world() -> None:
    """The rules of the desk and its knowledge read no file, no network and no clock."""
    found = [
        f"{file}:{node.lineno}: {module}"
        for file, tree in modules(*PURE)
        for node in ast.walk(tree)
        for module in imported(node)
        if module in WORLDLY_MODULES or module.split(".")[0] in WORLDLY_MODULES
    ]
    assert found == []


def test_pure_rooms_ask_no_clock_and_open_no_file() -> None:
    """The present instant is always an argument, and so is every text."""
    assert [f"{file}:{line}: {call}" for file, tree in modules(*PURE) for line, call in _worldly(tree)] == []


def _worldly(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in WORLDLY_CALLS:
            yield node.lineno, called.id
        if isinstance(called, ast.Attribute) and called.attr in CLOCKS and _is_clock(called.value):
            yield node.lineno, called.attr


def _is_clock(value: ast.expr) -> bool:
    """Whether this is the class `datetime` or `date` itself, however it was imported."""
    return isinstance(value, ast.Name | ast.Attribute) and ast.unparse(value).split(".")[-1] in {"datetime", "date"}


def test_no_room_is_entered_through_a_function() -> None:
    """An import of our own inside a function would hide a dependency; only wiring and commands load late."""
    found = [
        f"{file}:{inner.lineno}: {module}"
        for file, tree in modules()
        if not file.startswith(LATE)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        for module in imported(inner)
        if module.split(".")[0] == "deskbot"
    ]
    assert found == []


def test_settings_are_read_at_the_top_only() -> None:
    """Nothing below the wiring knows the settings or the environment; values are passed."""
    found = [
        f"{file}:{node.lineno}"
        for file, tree in modules("desk", "answers", "ports", "store", "actions", "web", "jobs", "channels", "adapters")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert found == []
