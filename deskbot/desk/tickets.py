"""A ticket's states, what may follow what, its reference, and the kinds of its events."""

from typing import Literal

State = Literal["new", "open", "waiting_employee", "waiting_third_party", "resolved", "closed"]
STATES: tuple[State, ...] = ("new", "open", "waiting_employee", "waiting_third_party", "resolved", "closed")
WAITING: frozenset[str] = frozenset({"waiting_employee", "waiting_third_party"})
FINISHED: frozenset[str] = frozenset({"resolved", "closed"})

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")

EventKind = Literal[
    "opened",
    "routed",
    "assigned",
    "employee_message",
    "public_reply",
    "bot_message",
    "note",
    "state_changed",
    "paused",
    "resumed",
    "resolved",
    "reopened",
    "closed",
    "priority_changed",
    "tier_changed",
    "subject_changed",
    "attached",
    "message_edited",
    "message_deleted",
    "form_answered",
    "letter_issued",
    "warned",
    "breached",
    "nudged",
    "rated",
    "section_cited",
    "viewed",
]

_NEXT: dict[str, frozenset[str]] = {
    "new": frozenset({"open", "waiting_employee", "waiting_third_party", "resolved"}),
    "open": frozenset({"waiting_employee", "waiting_third_party", "resolved"}),
    "waiting_employee": frozenset({"open", "waiting_third_party", "resolved"}),
    "waiting_third_party": frozenset({"open", "waiting_employee", "resolved"}),
    "resolved": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
}


def can_become(state: str, following: str, tier: int) -> bool:
    """Whether a ticket may go from `state` to `following`; a sealed ticket (tier 4) never waits, so never pauses."""
    if tier >= 4 and following in WAITING:
        return False
    return following in _NEXT[state]


def reference(number: int) -> str:
    """Return the reference of an ordinary ticket, such as HR-1042."""
    return f"HR-{number}"


_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def sealed_reference(randomness: bytes) -> str:
    """Return a reference for a ticket of tier 4, such as ER-7QX2MA, from six or more random bytes.

    It carries no order and no count; the letters I and O and the digits 0 and 1 are left out.
    """
    return "ER-" + "".join(_ALPHABET[byte % 32] for byte in randomness[:6])
