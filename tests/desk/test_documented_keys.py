"""Every key that HR people can write in a rule, a role or a request type is explained to them."""

from pathlib import Path

import pytest

from deskbot.desk import conditions, requests, roles, routing

DOCS = Path(__file__).parents[2] / "docs/hr"
RULES = (*routing.RULE_KEYS, *routing.THEN_KEYS, *routing.EXAMPLE_KEYS, *roles.ROLE_KEYS, *roles.STRATEGIES)
CONDITIONS = (*conditions.KEYS, *conditions.CHANNELS, *conditions.PREVIOUS_KEYS, *routing.PRIORITIES)
REQUESTS = (*requests.REQUEST_KEYS, *requests.FIELD_KEYS, *requests.OPTION_KEYS, *requests.AUDIENCE_KEYS)
PARTS = (*requests.APPROVAL_KEYS, *requests.TASK_KEYS, *requests.KEY_DATE_KEYS, *requests.REPEATS)


@pytest.mark.parametrize("key", sorted({*RULES, *CONDITIONS, "lists", "spelled", "days", "between", "zone"}))
def test_the_guide_to_rules_explains(key: str) -> None:
    assert f"`{key}`" in (DOCS / "rules.md").read_text()


@pytest.mark.parametrize("key", sorted({*REQUESTS, *PARTS}))
def test_the_guide_to_request_types_explains(key: str) -> None:
    assert f"`{key}`" in (DOCS / "requests.md").read_text()
