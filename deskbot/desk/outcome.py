"""What opening a ticket comes to: role, tier, priority, policy, calendar; and the facts behind it, as they are kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from deskbot.desk.people import Person
from deskbot.desk.routing import Facts, Priority

# What rules may ask about a person. Names and addresses are left to the directory: the id finds them.
PERSON_FACTS = (
    *("title", "department", "manager_id", "manager_email", "employer", "office", "country", "zone", "contract"),
    *("hours", "start_date", "end_date", "status", "language", "is_manager", "facts"),
)
_DATES = ("start_date", "end_date")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a ticket goes and by which targets; `rule` is None where no rule matched."""

    role: str
    tier: int
    priority: Priority
    policy: str
    calendar: str
    rule: str | None = None
    request_type: str | None = None

    def kept(self) -> dict[str, Any]:
        """Return it as it is kept in the decision record."""
        return asdict(self)


def outcome_from(kept: Mapping[str, Any]) -> Outcome:
    """Read an outcome back from a decision record, or from the data of the event `opened`."""
    return Outcome(
        role=str(kept.get("role", "")),
        tier=int(kept.get("tier", 1)),
        priority=kept.get("priority", "normal"),
        policy=str(kept.get("policy") or ""),
        calendar=str(kept.get("calendar") or ""),
        rule=kept.get("rule"),
        request_type=kept.get("request_type"),
    )


def keep_facts(facts: Facts, role: str | None, policy: str | None) -> dict[str, Any]:
    """Return what a ticket was routed with, apart from words: those lie in its message and its form's answers.

    `worded` is false where the words were held back from the rules; `role` and `policy` were given by whoever opened.
    """
    person = facts.person if isinstance(facts.person, Person) else None
    told = {key: getattr(person, key) for key in PERSON_FACTS} if person else {}
    told.update({key: told[key].isoformat() for key in _DATES if told.get(key)})
    return {
        "person": {key: dict(value) if key == "facts" else value for key, value in told.items()},
        "language": facts.language,
        "channel": facts.channel,
        "request_type": facts.request_type,
        "tier": facts.tier,
        "previous_ticket": dict(facts.previous_ticket) if facts.previous_ticket else None,
        "worded": bool(facts.text),
        "role": role,
        "policy": policy,
    }


def person_facts_from(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Read the facts about a person back, ready for `dataclasses.replace` of the person of today."""
    told = {key: kept[key] for key in PERSON_FACTS if key in kept}
    told.update({key: date.fromisoformat(told[key]) for key in _DATES if told.get(key)})
    return told
