"""SLA policies as HR people write them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from deskbot.desk.calendars import parse_calendar
from deskbot.desk.errors import Invalid
from deskbot.desk.sla import parse_policy
from deskbot.desk.sla_policy import CALENDAR_RULES, Period

RULES = Path(__file__).parents[2] / "routing_rules"


def test_a_single_target_is_that_of_every_priority() -> None:
    policy = parse_policy({"first_response": "1h 30m"}, "short")
    assert [policy.minutes("first_response", priority) for priority in ("low", "urgent")] == [90, 90]
    assert policy.minutes("resolution", "normal") is None


def test_a_priority_left_out_has_the_target_of_normal() -> None:
    policy = parse_policy({"first_response": {"urgent": 30, "normal": "8h"}}, "mixed")
    assert policy.minutes("first_response", "urgent") == 30
    assert policy.minutes("first_response", "high") == 480


def test_a_period_of_the_law_ends_on_the_same_day_of_a_later_month() -> None:
    assert Period(months=3).after(datetime(2026, 11, 30, 9, tzinfo=UTC)) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert Period(days=7).after(datetime(2026, 12, 28, 9, tzinfo=UTC)) == datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "field", "says"),
    [
        ({}, "", "needs a target"),
        ({"first_response": "soon"}, "first_response", "not a working time"),
        ({"first_response": True}, "first_response", "not a working time"),
        ({"first_response": 0}, "first_response", "not a working time"),
        ({"first_response": {"urgent": "1h"}}, "first_response", "needs a target for the priority normal"),
        ({"first_response": {"normal": "1 day"}}, "first_response.normal", "not a working time"),
        ({"first_response": {"normal": "1h", "top": "1h"}}, "first_response.top", "not a key"),
        ({"first_reply": "8h"}, "first_reply", "did you mean"),
        ({"first_response": "8h", "pauses": {"holiday": {}}}, "pauses.holiday", "known are"),
        (
            {"first_response": "8h", "pauses": {"waiting_employee": {"close_after": "8h", "resume_after": "8h"}}},
            "pauses.waiting_employee.resume_after",
            "not both",
        ),
        (
            {"first_response": "8h", "pauses": {"waiting_employee": {"nudge_after": "9h", "close_after": "8h"}}},
            "pauses.waiting_employee.nudge_after",
            "before the end",
        ),
        ({"first_response": "8h", "ladder": [{"tell": ["assignee"]}]}, "ladder.0", "needs one of"),
        ({"first_response": "8h", "ladder": [{"at": "75", "tell": ["assignee"]}]}, "ladder.0.at", "75%"),
        ({"first_response": "8h", "ladder": [{"at": "75%"}]}, "ladder.0", "somebody to 'tell'"),
        ({"first_response": "8h", "ladder": [{"at": "75%", "tell": ["boss"]}]}, "ladder.0.tell.0", "cannot be 'boss'"),
        (
            {
                "first_response": "8h",
                "ladder": [{"at": "75%", "tell": ["assignee"]}, {"at": "75%", "tell": ["role_lead"]}],
            },
            "ladder.1",
            "make them one",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(data: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy(data, "wrong")
    assert says in caught.value.message
    assert (caught.value.field or "") == field


@pytest.mark.parametrize("file", sorted((RULES / "sla").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_starter_policies_can_be_read_and_count_in_a_calendar_that_is_there(file: Path) -> None:
    policy = parse_policy(yaml.safe_load(file.read_text()), file.stem)
    calendars = {calendar.stem for calendar in (RULES / "calendars").glob("*.yaml")}
    assert policy.calendar in {*CALENDAR_RULES, *calendars}
    assert set(policy.title) == {"en", "pt"}
    assert any(step.kind == "breach" for step in policy.ladder)


@pytest.mark.parametrize("file", sorted((RULES / "calendars").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_starter_calendars_can_be_read(file: Path) -> None:
    assert parse_calendar(yaml.safe_load(file.read_text()), file.stem).version


def test_sealed_work_has_no_pauses_in_the_starter_policies() -> None:
    for name in ("employee-relations", "whistle-blowing"):
        assert not parse_policy(yaml.safe_load((RULES / "sla" / f"{name}.yaml").read_text()), name).pauses


def test_reports_are_acknowledged_in_seven_days_and_answered_in_three_months() -> None:
    policy = parse_policy(yaml.safe_load((RULES / "sla" / "whistle-blowing.yaml").read_text()), "whistle-blowing")
    assert policy.periods == {"first_response": Period(days=7), "resolution": Period(months=3)}
