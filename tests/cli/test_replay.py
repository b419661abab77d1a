"""`deskbot rules replay` from the command line, on a database of its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deskbot.cli import app, main
from tests.web.company import ROOT

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a demo company with some history."""
    monkeypatch.setenv("DESKBOT_ENV", "demo")
    monkeypatch.setenv("DESKBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DESKBOT_NOW", "2026-11-20T12:00:00+00:00")
    assert CliRunner().invoke(app, ["seed", "--tickets", "150", "--days", "90"]).exit_code == 0

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, ["rules", "replay", *words])

    return command


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shipped rules, with one of them sending its work elsewhere."""
    folder = tmp_path / "changed"
    shutil.copytree(ROOT / "routing_rules", folder)
    file = folder / "rules" / "hris.yaml"
    text = file.read_text()
    file.write_text(text.replace("    examples:", "    then: {role: service_desk}\n    examples:", 1))
    return folder


def test_a_changed_folder_is_replayed_the_same_each_time(run: Run, changed: Path) -> None:
    """JSON: one difference a line, the sums last; text: the same in words; both byte for byte alike when repeated."""
    first = run("--since", "2026-08-20", "--rules", str(changed), "--json")
    assert first.exit_code == 0
    assert run("--since", "2026-08-20", "--rules", str(changed), "--json").stdout == first.stdout
    *lines, sums = [json.loads(line) for line in first.stdout.splitlines()]
    moved = [line for line in lines if line["changes"].get("role") == ["hris", "service_desk"]]
    assert sums["changes"]["role"] == [{"from": "hris", "to": "service_desk", "tickets": len(moved)}]
    assert all(line["ticket"].startswith("HR-") for line in moved)
    text = run("--since", "2026-08-20", "--rules", str(changed))
    assert f"role: hris → service_desk, {len(moved)} tickets" in text.stdout
    named = run("--since", "2026-08-20", "--rules", str(changed), "--for", "nobody@example.com")
    assert "Nobody in the directory" in str(named.exception)


def test_without_a_folder_the_rules_of_now_stand_beside_the_time(run: Run) -> None:
    found = run("--since", "2026-08-20", "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout.splitlines()[-1])["tickets"] > 100


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "yesterday"), "--since takes a day"),
        (("--since", "2026-08-20", "--rules", "nowhere"), "nowhere has errors"),
    ],
)
def test_wrong_use_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...],
    sentence: str,
) -> None:  # fmt: skip
    """Exit status 2, nothing on standard output."""
    monkeypatch.setenv("DESKBOT_ENV", "demo")
    monkeypatch.setenv("DESKBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["deskbot", "rules", "replay", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert sentence in told.err
