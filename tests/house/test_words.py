"""What no file of the repository may say: addresses of package registries, and anything but the product."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, name, tracked

# Put together from parts, so that this file may be read by its own tests.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("crates", "io"),
    )
]
MACHINE = [
    "/".join(("", *parts)) for parts in (("work", "main"), ("work", "notes"), ("root", ""), ("work", ".library"))
]
LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-model.lock")


def texts() -> list[tuple[str, str]]:
    """Return name and text of every file of the repository that is text."""
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            found.append((name(path), data.decode("utf-8", "replace")))
    return found


@pytest.mark.parametrize("words", [REGISTRIES, MACHINE], ids=["registries", "machines"])
def test_no_file_names_an_address_that_only_some_can_reach(words: list[str]) -> None:
    """Packages are named, never their hosts, and no path of one machine is written down."""
    pattern = re.compile("|".join(re.escape(word) for word in words))
    found = [
        f"{file}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for file, text in texts()
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_requirements_are_locked_by_hash(lock: str) -> None:
    """Each package is pinned and carries its hashes; the lock names no index."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert all("==" in line[0] and any(word.startswith("--hash=sha256:") for word in line) for line in lines)
    assert "://" not in text


def test_what_runs_is_part_of_what_is_tested() -> None:
    """The requirements of the container are those of the tests, less the tools."""
    run, everything = (_pins(ROOT / lock) for lock in ("requirements-run.lock", "requirements.lock"))
    assert run.items() <= everything.items()
    assert not {"pytest", "mypy", "ruff", "playwright"} & run.keys()


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.\[\]-]+)==(\S+)", lock.read_text(), re.MULTILINE))
