"""Everything about SLAs in one import: policies, a ticket's clocks, their moments, and their explanation in words."""

from deskbot.desk.sla_clocks import (
    ClockEvent,
    Clocks,
    ClockState,
    Moment,
    clocks,
    moments,
    next_moment,
    notice_time,
    pause_moments,
)
from deskbot.desk.sla_policy import CALENDAR_RULES, SlaPolicy, parse_policy
from deskbot.desk.sla_words import duration_words, explain_words, moment_words, promise, state_words

__all__ = [
    "CALENDAR_RULES",
    "ClockEvent",
    "ClockState",
    "Clocks",
    "Moment",
    "SlaPolicy",
    "clocks",
    "duration_words",
    "explain_words",
    "moment_words",
    "moments",
    "next_moment",
    "notice_time",
    "parse_policy",
    "pause_moments",
    "promise",
    "state_words",
]
