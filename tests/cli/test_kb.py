"""`deskbot kb` as a script sees it."""

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from deskbot.cli.kb import app

KB = Path(__file__).parent.parent / "data" / "kb"
COMMAND = [sys.executable, "-m", "deskbot", "kb"]


def _kb(*arguments: str, lines: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=lines)


def _answer(lines: str, engine: str) -> Result:
    return _kb("answer", "--kb", str(KB / "clef"), "--engine", engine, lines=lines)


def test_each_line_is_answered_as_it_comes() -> None:
    """The second question is sent only after the first answer has been read."""
    command = [*COMMAND, "answer", "--kb", str(KB / "clef"), "--engine", "lexical"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, question in enumerate(
            ("which public holidays do we get off", "someone touched me and I want to report it")
        ):
            process.stdin.write(json.dumps({"id": number, "question": question}) + "\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            assert said["id"] == number
            assert set(said) == {"id", "decision", "confidence", "ranked", "ms"}
            assert 0 <= said["confidence"] <= 1
            assert len(said["ranked"]) <= 10
        process.stdin.close()
        assert process.wait(timeout=30) == 0
    assert said["decision"] == "sensitive"


def test_a_line_that_cannot_be_read_is_named_and_the_rest_goes_on() -> None:
    """Exit 2, one sentence with the line's number, and the good line is answered."""
    done = _answer('{"id": 1}\nnot json\n{"id": 2, "question": "holidays"}\n', "lexical")
    assert done.exit_code == 2
    assert "standard input:1: question missing" in done.stderr
    assert "standard input:2: this is not JSON" in done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [2]


def test_without_vectors_the_full_engine_says_so_and_serves() -> None:
    """One line on standard error; the answer is there."""
    done = _answer('{"id": 1, "question": "holidays"}\n', "full")
    assert done.exit_code == 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert len(done.stdout.splitlines()) == 1


def test_a_missing_folder_is_one_sentence() -> None:
    """Exit 2, and what to do."""
    done = _kb("answer", "--kb", "/nowhere")
    assert done.exit_code == 2
    assert "is not a folder" in done.stderr


def test_evaluation_skips_and_counts_questions_about_other_folders() -> None:
    """Only questions whose kb is the folder's name are asked."""
    options = ["--kb", str(KB / "clef"), "--questions", str(KB / "questions.jsonl"), "--engine", "lexical", "--json"]
    done = _kb("eval", *options)
    figures = json.loads(done.stdout)
    asked = [json.loads(line)["kb"] for line in (KB / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert figures["questions"] == asked.count("clef")
    assert figures["skipped"] == len(asked) - asked.count("clef")
    assert figures["recall_at_1"] >= 0.5
