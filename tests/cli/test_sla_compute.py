"""`deskbot sla compute`: one answer for each line, as it comes, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deskbot.cli.sla import app

RULES = Path(__file__).parents[2] / "routing_rules"
OFFICE = {"zone": "Europe/Lisbon", "hours": {"mon": ["09:00-13:00", "14:00-18:00"]}}
START = "2026-11-23T12:00:00+00:00"


def compute(*lines: Any, rules: Path = RULES) -> Result:
    """Run the command over lines; a text is a line as it is."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return CliRunner().invoke(app, ["compute", "--rules", str(rules)], input=text)


def answer(line: Any) -> dict[str, Any]:
    """Return the answer to one line."""
    result = compute(line)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_line_is_answered_with_due_and_explanation() -> None:
    assert answer({"id": "a", "calendar": OFFICE, "start": START, "minutes": 90}) == {
        "id": "a",
        "due": "2026-11-23T14:30:00+00:00",
        "explain": [
            {"from": "2026-11-23T12:00:00+00:00", "to": "2026-11-23T13:00:00+00:00", "minutes": 60, "why": "open"},
            {"from": "2026-11-23T13:00:00+00:00", "to": "2026-11-23T14:00:00+00:00", "minutes": 0, "why": "closed"},
            {"from": "2026-11-23T14:00:00+00:00", "to": "2026-11-23T14:30:00+00:00", "minutes": 30, "why": "open"},
        ],
    }


def test_a_calendar_of_the_rules_can_be_named() -> None:
    assert (
        answer({"id": 1, "calendar": "new-york", "start": START, "minutes": 60})["due"] == "2026-11-23T10:00:00-05:00"
    )


def test_a_pause_without_an_end_is_never_due() -> None:
    for pause in ([START], [START, None]):
        found = answer({"id": 1, "calendar": OFFICE, "start": START, "minutes": 60, "pauses": [pause]})
        assert found["due"] is None
        assert found["explain"][-1]["why"].startswith("pause")


def test_closures_are_read_from_the_ics_files_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261123\r\nSUMMARY:Move\r\nEND:VEVENT\r\n"
    (tmp_path / "office.ics").write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n")
    monkeypatch.chdir(tmp_path)
    found = answer({"id": 1, "calendar": {**OFFICE, "ics": ["office.ics"]}, "start": START, "minutes": 60})
    assert found["due"] == "2026-11-30T10:00:00+00:00"
    assert found["explain"][0]["why"] == "holiday: Move"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "line 1: this is not a JSON object"),
        ("[1]", "line 1: this is not a JSON object"),
        ("[" * 100_000, "line 1: this is not a JSON object"),
        ({"id": 1, "start": START, "minutes": 60}, "'calendar' is the name"),
        ({"id": 1, "calendar": "lisbn", "start": START, "minutes": 60}, "did you mean 'lisbon'?"),
        (
            {"id": 1, "calendar": {**OFFICE, "hours": {"mon": ["9"]}}, "start": START, "minutes": 60},
            "calendar.hours.mon.0",
        ),
        ({"id": 1, "calendar": OFFICE, "start": "2026-11-23T12:00:00", "minutes": 60}, "with an offset"),
        ({"id": 1, "calendar": OFFICE, "start": "0001-01-01T00:00:00+14:00", "minutes": 60}, "out of reach"),
        ({"id": 1, "calendar": OFFICE, "start": "9999-12-31T23:00:00Z", "minutes": 60}, "out of reach"),
        ({"id": 1, "calendar": OFFICE, "start": START, "minutes": -1}, "a number from 0"),
        ({"id": 1, "calendar": OFFICE, "start": START, "minutes": True}, "a number from 0"),
        ('{"id": 1, "calendar": "always", "start": "2026-11-23T12:00:00Z", "minutes": NaN}', "a number from 0"),
        ({"id": 1, "calendar": OFFICE, "start": START, "minutes": 60, "pauses": [[]]}, "pauses.0"),
        (
            {"id": 1, "calendar": OFFICE, "start": START, "minutes": 60, "pauses": [[START, "2020-01-01T00:00Z"]]},
            "before it",
        ),
        ({"id": 1, "calendar": {**OFFICE, "ics": ["no.ics"]}, "start": START, "minutes": 60}, "no file 'no.ics'"),
    ],
)
def test_a_line_that_cannot_be_read_is_a_sentence_and_exit_2(line: Any, says: str) -> None:
    result = compute(line, {"id": 2, "calendar": OFFICE, "start": START, "minutes": 0})
    wrong, right = (json.loads(row) for row in result.stdout.splitlines())
    assert says in wrong["error"]
    assert right["due"] == START
    assert result.exit_code == 2
