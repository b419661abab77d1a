"""The package is what Teams takes, made from the desk's own settings."""

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import jsonschema
import pytest

from deskbot.channels.teams.manifest import manifest, package, png
from tests.channels.teams.activities import CLIENT, SCHEMAS

BASE = "https://hr.example.com"


def test_the_manifest_is_valid_and_names_the_bot_and_the_desk() -> None:
    schema = json.loads((SCHEMAS / "teams-app-manifest-1.29.schema.json").read_text())
    made = manifest(CLIENT, BASE)
    jsonschema.Draft4Validator(schema).validate(made)
    assert made["bots"][0]["botId"] == CLIENT
    assert made["validDomains"] == ["hr.example.com"]


def test_the_package_holds_the_manifest_and_both_icons_and_is_always_the_same() -> None:
    made = package(CLIENT, BASE)
    assert made == package(CLIENT, BASE)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(archive.read("manifest.json")) == manifest(CLIENT, BASE)
        assert struct.unpack(">II", archive.read("color.png")[16:24]) == (192, 192)
        assert struct.unpack(">II", archive.read("outline.png")[16:24]) == (32, 32)


def test_the_outline_icon_is_white_on_nothing() -> None:
    made = png(32, (0, 0, 0, 0), (255, 255, 255, 255))
    length = struct.unpack(">I", made[33:37])[0]
    rows = zlib.decompress(made[41 : 41 + length])
    pixels = {rows[row * 129 + 1 + 4 * x : row * 129 + 5 + 4 * x] for row in range(32) for x in range(32)}
    assert pixels == {b"\0\0\0\0", b"\xff\xff\xff\xff"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"TEAMS_CLIENT_ID": "my bot"}, "is not an application id"),
        ({"DESKBOT_BASE_URL": "http://hr.example.com"}, "https addresses only"),
        ({}, "is ready"),
    ],
)
def test_the_command_writes_the_package_or_says_what_is_missing(
    tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    settings = {"TEAMS_CLIENT_ID": CLIENT, "TEAMS_CLIENT_SECRET": "x", "TEAMS_TENANT_ID": "t", "DESKBOT_BASE_URL": BASE}
    command = [sys.executable, "-m", "deskbot", "teams", "package", "--out", str(tmp_path / "app.zip")]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **settings, **changed}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert sentence in done.stdout + done.stderr
    assert (tmp_path / "app.zip").exists() == (done.returncode == 0)
