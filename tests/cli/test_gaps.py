"""`deskbot kb gaps` and `kb draft` from the command line, on a database of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deskbot.cli import app
from deskbot.cli import gaps as commands
from deskbot.jobs.gaps import catch_up
from tests.clocks import SteppedClock
from tests.databases import open_store
from tests.questions import asked
from tests.web.company import found

Run = Callable[..., Result]
QUESTIONS = ("Who washes the team shirts?", "washing team shirts?", "Where do I wash the team shirts?")


@pytest.fixture
def run(sqlite_url: str, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a company with a gap of three questions."""
    company = found(open_store(sqlite_url), clock)
    for who, question in zip(("ana", "joe", "ines"), QUESTIONS, strict=True):
        asked(company.store, company.desk, who, question, role="hris")

    def opened(look: bool) -> tuple[object, object]:
        if look:
            catch_up(company.store, company.desk)
        return company.store, company.desk

    monkeypatch.setattr(commands, "_opened", opened)

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, ["kb", *words])

    return command


def test_gaps_are_listed_for_people_and_for_programs(run: Run) -> None:
    """One a line, the most asked first; before anybody looked there are none."""
    assert run("gaps").output == "No questions without an answer.\n"
    listed = run("gaps", "--look")
    assert "no article, 3 times, fewer than 5 people" in listed.output
    (line,) = run("gaps", "--json").output.splitlines()
    told = json.loads(line)
    assert (told["count"], told["people"], told["kind"], told["effect"]) == (3, None, "no_article", None)
    assert run("gaps", "--for", "lia@acme.example").output == "No questions without an answer.\n"
    assert run("gaps", "--since", "2026-11-24").output == "No questions without an answer.\n"


def test_a_draft_is_written_once_and_never_over_another(run: Run, tmp_path: Path) -> None:
    """Into a folder under its own name, or under the name given."""
    assert run("draft", "1", "--look").output.startswith("---\ntitle:")
    assert run("draft", "1", "--out", str(tmp_path)).exit_code == 0
    (made,) = tmp_path.glob("*.md")
    text = made.read_text()
    assert "kind: draft" in text
    made.write_text("mine")
    again = run("draft", "1", "--out", str(made))
    assert again.exit_code != 0
    assert made.read_text() == "mine"


@pytest.mark.parametrize(
    "words",
    [
        ("draft", "9"),
        ("gaps", "--since", "tomorrow"),
        ("gaps", "--for", "nobody@acme.example"),
        ("draft", "1", "--look", "--out", "/nowhere/at/all.md"),
    ],
)
def test_wrong_words_are_refused_in_a_sentence(run: Run, words: tuple[str, ...]) -> None:
    """And nothing is written."""
    refused = run(*words)
    assert refused.exit_code != 0
    assert refused.exception is not None
    assert str(refused.exception).endswith(".")
