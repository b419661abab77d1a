"""`deskbot kb eval` on golden questions: a change that makes an answer worse fails with before and after."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deskbot.cli.kb import app

PAGES = {
    "payday.md": "# Payday\n\nSalaries are paid on the 25th.\n\n## Newcomers\n\nLate starters wait.\n",
    "parking.md": "# Parking\n\nThe garage has places for bicycles and cars.\n",
    "pt.md": "---\ntitle: Meal card\naudience:\n  country: [PT]\n---\n# Meal card\n\nIt holds 9 euros a day.\n",
    "us.md": "---\ntitle: Commuter card\naudience:\n  country: [US]\n---\n# Commuter card\n\nA card for the subway.\n",
    "_golden/all.yaml": """\
- {question: on which day are salaries paid, section: "payday.md#payday"}
- {question: where can I park my bicycle, section: "parking.md#parking"}
- {question: "what is on the meal card", section: "pt.md#meal-card"}
- {question: "how many days have I left", decision: personal}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small knowledge base with golden questions and their recorded results."""
    for name, text in PAGES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert _eval(tmp_path, "--record").exit_code == 0
    return tmp_path


def _eval(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["eval", "--kb", str(folder), *options])


def test_what_was_recorded_passes(folder: Path) -> None:
    """Every question gets what it got, and the table says so."""
    done = _eval(folder)
    assert done.exit_code == 0
    (total,) = [line.split() for line in done.stdout.splitlines() if line.startswith("all ")]
    assert total[:4] == ["all", "4", "1.000", "1.000"]


def test_a_worse_answer_fails_with_before_and_after(folder: Path) -> None:
    """Nothing about bicycles any more: the question is named with its line, and what came and comes."""
    (folder / "parking.md").write_text("# Garage\n\nThe doors close at ten.\n")
    done = _eval(folder)
    assert done.exit_code == 1
    worse = done.stdout[done.stdout.index("Worse than recorded (1)") :]
    assert "all.yaml:2: where can I park my bicycle" in worse
    assert "before answer: parking.md#parking" in worse
    assert "after  " in worse
    assert _eval(folder, "--record").exit_code == 0
    assert _eval(folder).exit_code == 0


def test_another_heading_for_the_same_text_is_not_worse(folder: Path) -> None:
    """The golden question moves along with the heading."""
    page = folder / "payday.md"
    page.write_text(page.read_text().replace("# Payday", "# When salaries are paid"))
    golden = folder / "_golden/all.yaml"
    golden.write_text(golden.read_text().replace("payday.md#payday", "payday.md#when-salaries-are-paid"))
    assert _eval(folder).exit_code == 0


def test_a_new_question_that_finds_nothing_fails_until_it_is_recorded(folder: Path) -> None:
    """Nobody notices a wrong answer that was never right."""
    golden = folder / "_golden/all.yaml"
    golden.write_text(golden.read_text() + '- {question: rules for zeppelins, section: "parking.md#parking"}\n')
    done = _eval(folder, "--json")
    assert done.exit_code == 1
    (changed,) = json.loads(done.stdout)["worse"]
    assert (changed["question"], changed["line"], changed["before"]) == ("rules for zeppelins", 5, None)
    assert changed["after"] == {"decision": "unknown", "section": "", "place": 0}


def test_a_question_is_asked_as_the_people_its_section_is_for(folder: Path) -> None:
    """The meal card is for Portugal: asked as somebody in the United States it is not found."""
    golden = folder / "_golden/all.yaml"
    golden.write_text('- {question: what is on the meal card, section: "pt.md#meal-card", as: {country: US}}\n')
    assert json.loads(_eval(folder, "--json").stdout)["recall_at_3"] == 0.0


def test_a_folder_without_golden_questions_is_one_sentence(tmp_path: Path) -> None:
    """Exit 2, and what to do."""
    done = _eval(tmp_path)
    assert done.exit_code == 2
    assert "holds no golden questions" in done.stderr


def test_only_what_words_alone_find_is_recorded(folder: Path) -> None:
    """The model may not be installed where the record is read."""
    done = _eval(folder, "--record", "--engine", "full")
    assert done.exit_code == 2
    assert "--engine" in done.stderr
