"""Wrong use of a command is one sentence and exit status 2."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ask", " "), "There is no question"),
        (("db", "backup", "missing/backup.db"), "missing/backup.db cannot be written"),
        (("serve", "--port", "99999"), "--port"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    """No stack trace, nothing on standard output."""
    command = [sys.executable, "-m", "deskbot", *words]
    environment = {"DESKBOT_DATA_DIR": str(tmp_path), "DESKBOT_ENV": "demo", "PATH": "/usr/bin:/bin"}
    found = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr


def test_a_port_that_is_taken_is_said_before_anything_is_built(tmp_path: Path) -> None:
    """No demo company is made for a server that cannot listen."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "deskbot", "demo", "--port", str(taken.getsockname()[1])]
        command += ["--data-dir", str(tmp_path / "demo")]
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Choose another with --port" in found.stderr
    assert not (tmp_path / "demo" / "deskbot.db").exists()
