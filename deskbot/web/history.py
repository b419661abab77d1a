"""A ticket's events as sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deskbot.desk.texts import say
from deskbot.store.tables import Event
from deskbot.web.thread import Line

# Messages speak for themselves, and a change of state says what pauses, resumptions and endings would say again.
_SILENT = frozenset({"public_reply", "note", "employee_message", "bot_message", "attached", "paused", "form_answered"})
_BY_STATE = frozenset({"resolved", "closed", "resumed", "reopened"})


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a ticket, in words."""

    at: datetime
    words: str
    line: Line | None = None


def people_in(history: Sequence[Event]) -> set[int | None]:
    """Return the ids of everybody the events speak of."""
    return {event.actor_id for event in history} | {
        value for event in history for key in ("to", "person") if isinstance(value := event.data.get(key), int)
    }


def timeline(
    history: Sequence[Event], said: Sequence[Line], names: Mapping[int, str], roles: Mapping[str, str], language: str
) -> list[Happened]:
    """Return events and messages as one story, in order of time."""
    told = [Happened(event.at, words) for event in history for words in _words(event, names, roles, language)]
    spoken = [Happened(line.at, "", line) for line in said]
    return sorted([*spoken, *told], key=lambda entry: (entry.at, entry.line is None))


def _words(event: Event, names: Mapping[int, str], roles: Mapping[str, str], language: str) -> Iterator[str]:
    if event.kind in _SILENT or (event.kind in _BY_STATE and event.actor_kind != "employee"):
        return
    who = names.get(event.actor_id or 0) or say("web.event.desk", language)
    values = {"who": who, "to": "", "role": "", "person": ""} | _values(event, names, roles, language)
    key = f"web.event.{event.kind}"
    if event.kind == "assigned":
        key = "web.event.unassigned" if event.data.get("to") is None else _assigned(event)
    yield say(key, language, **values)


def _assigned(event: Event) -> str:
    if event.actor_id is None:
        return "web.event.assigned_by_rule"
    return "web.event.taken" if event.data.get("to") == event.actor_id else "web.event.assigned"


def _values(event: Event, names: Mapping[int, str], roles: Mapping[str, str], language: str) -> dict[str, str]:
    data, to = event.data, event.data.get("to")
    if event.kind == "state_changed":
        return {"to": say(f"ticket.state.{to}", language)}
    if event.kind == "section_cited":
        return {"section": str(data.get("section", "")).replace(".md", "", 1)}
    if event.kind == "priority_changed":
        return {"to": say(f"ticket.priority.{to}", language)}
    if event.kind == "tier_changed":
        return {"to": say(f"web.tier.{to}", language)}
    if event.kind in ("assigned", "routed"):
        role = str(data.get("role") or to)
        person = to if event.kind == "assigned" else data.get("person")
        someone = names.get(person if isinstance(person, int) else 0, "")
        return {"to": someone, "role": roles.get(role, role), "person": someone}
    return {}
