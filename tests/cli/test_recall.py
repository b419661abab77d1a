"""`deskbot kb changes` and `kb correct` on a desk of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deskbot.actions.receive import receive
from deskbot.cli.kb import app
from deskbot.config import load
from deskbot.desk.errors import Conflict, NotFound
from deskbot.desk.messages import Inbound
from deskbot.store import people
from deskbot.wiring import make_desk, open_store, read_content
from tests.web.company import ROOT, hire

PARKING = (
    "---\ntitle: Parking\nowner: benefits\nreview: 2030-01-01\n---\n# Parking\n\n## Permits\n\n"
    "A parking permit for the garage costs 40 EUR.\n"
)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one article of a desk in which Ana was told 40 EUR."""
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "parking.md").write_text(PARKING)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DESKBOT_DATA_DIR": tmp_path / "data",
        "DESKBOT_KNOWLEDGE_DIR": knowledge,
        "DESKBOT_RULES_DIR": ROOT / "routing_rules",
        "DESKBOT_SECRET": "a secret of forty characters or even more",
    }.items():
        monkeypatch.setenv(name, str(value))
    settings = load()
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    hire(store, desk.now())
    with store.write() as session:
        ana = people.by_email(session, "ana@acme.example")
        assert ana is not None
        inbound = Inbound(
            channel="webchat",
            delivery="d",
            scope="",
            sender=str(ana.id),
            conversation="talk",
            place=str(ana.id),
            private=True,
            text="what does a parking permit for the garage cost",
            sent_at=desk.now(),
        )
        assert receive(session, desk, inbound).turn.replies[0].citations
    store.close()
    return knowledge / "parking.md"


@pytest.fixture
def run() -> Callable[..., str]:
    """Run a command and return what it prints."""

    def command(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done.output

    return command


def test_changes_are_listed_and_a_correction_needs_yes(page: Path, run: Callable[..., str]) -> None:
    """Without --yes nothing is done; with it the correction goes out once."""
    assert "No text" in run("changes")
    page.write_text(PARKING.replace("40 EUR", "55 EUR"))
    (change,) = [json.loads(line) for line in run("changes", "--json").splitlines()]
    assert (change["class"], change["people"], change["reasons"]) == ("material", 1, ["40 EUR → 55 EUR"])
    number = str(change["id"])
    assert "--yes" in run("correct", number, status=1)
    assert "sent to 1" in run("correct", number, "--yes")
    with pytest.raises(Conflict):
        run("correct", number, "--yes")
    assert "No text" in run("changes")
    assert "sent to 1" in run("changes", "--history")


def test_a_typo_is_in_the_history_alone_and_an_unknown_number_is_refused(page: Path, run: Callable[..., str]) -> None:
    """Nobody is corrected about spelling."""
    page.write_text(PARKING.replace("garage", "garrage"))
    assert "No text" in run("changes")
    assert "editorial" in run("changes", "--history")
    with pytest.raises(NotFound):
        run("correct", "999", "--yes")


def test_nobody_needs_to_be_told_is_kept_with_its_reason(page: Path, run: Callable[..., str]) -> None:
    """The decision can be taken from the command line too."""
    page.write_text(PARKING.replace("40 EUR", "55 EUR"))
    (change,) = [json.loads(line) for line in run("changes", "--json").splitlines()]
    assert "dismissed" in run("correct", str(change["id"]), "--not-needed", "Told in person", "--yes")
