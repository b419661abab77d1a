"""The guide for HR people: its examples can be read, and it leaves no key out."""

import re
from pathlib import Path

import yaml

from deskbot.desk import calendars, sla_policy

GUIDE = (Path(__file__).parents[2] / "docs" / "hr" / "sla.md").read_text()


def example(kind: str) -> str:
    """Return the example of a kind of file."""
    found = re.search(rf"```yaml {kind}\n(.*?)```", GUIDE, re.S)
    assert found
    return found[1]


def test_the_examples_of_the_guide_can_be_read() -> None:
    data = yaml.load(example("calendar"), Loader=yaml.BaseLoader)
    assert calendars.parse_calendar(data, "lisbon").ics == ("office.ics",)
    assert len(sla_policy.parse_policy(yaml.safe_load(example("policy")), "ordinary").ladder) == 4


def test_the_guide_explains_every_key() -> None:
    pauses = ("nudge_after", "close_after", "resume_after")
    for key in (*calendars.KEYS, *sla_policy.KEYS, *pauses):
        assert f"| `{key}` |" in GUIDE, key
