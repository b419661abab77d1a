"""A ticket's clocks, their moments, and their explanation in words."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskbot.desk import sla
from deskbot.desk.calendars import parse_calendar
from deskbot.desk.sla import ClockEvent, Clocks, ClockState
from deskbot.desk.sla_clocks import ClockEventKind
from deskbot.desk.working_time import compile_calendar

LISBON = compile_calendar(
    parse_calendar(
        {
            "zone": "Europe/Lisbon",
            "hours": {day: ["09:00-13:00", "14:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
            "holidays": {"country": "PT"},
        },
        "lisbon",
    ),
    2026,
    2026,
)
POLICY = sla.parse_policy(
    {
        "first_response": {"urgent": "1h", "normal": "4h"},
        "next_reply": "8h",
        "resolution": "16h",
        "pauses": {
            "waiting_employee": {"nudge_after": "8h", "close_after": "40h"},
            "waiting_third_party": {"nudge_after": "8h", "resume_after": "16h"},
        },
        "ladder": [
            {"at": "75%", "tell": ["assignee"]},
            {"before": "30m", "tell": ["role_lead"], "clocks": ["first_response"]},
            {"at": "100%", "tell": ["assignee", "role_lead"]},
            {"after": "4h", "tell": ["ops_manager"]},
        ],
    },
    "ordinary",
)
LAW = sla.parse_policy(
    {"first_response": "7 days", "resolution": "3 months", "ladder": [{"at": "100%", "tell": ["assignee"]}]}
)


def at(text: str) -> datetime:
    """Return an instant of November 2026 in UTC, which is Lisbon's time then: "23 09:00"."""
    return datetime.fromisoformat(f"2026-11-{text.replace(' ', 'T')}").replace(tzinfo=UTC)


def event(text: str, kind: ClockEventKind, reason: str = "") -> ClockEvent:
    """Return an event."""
    return ClockEvent(at(text), kind, reason)


def found(*events: ClockEvent, now: str | None = None, **more: Any) -> Clocks:
    """Return the clocks of a history."""
    return sla.clocks(events, more.pop("policy", POLICY), LISBON, now=at(now) if now else None, **more)


OPENED = event("23 09:00", "opened")
REPLY = event("23 10:00", "public_reply")


def test_the_first_response_is_due_after_business_time() -> None:
    state = found(OPENED).first_response
    assert (state.due, state.met_at, state.breached) == (at("23 13:00"), None, None)


def test_a_persons_reply_meets_the_first_response() -> None:
    state = found(OPENED, REPLY).first_response
    assert (state.met_at, state.breached, state.elapsed_minutes) == (at("23 10:00"), False, 60)


def test_a_late_reply_is_a_breach() -> None:
    assert found(OPENED, event("23 14:00", "public_reply")).first_response.breached is True


def test_a_reply_at_the_due_instant_is_in_time() -> None:
    assert found(OPENED, event("23 13:00", "public_reply")).first_response.breached is False


def test_waiting_never_holds_back_the_first_response() -> None:
    clocks = found(OPENED, event("23 09:30", "paused", "waiting_employee"))
    assert clocks.first_response.due == at("23 13:00")
    assert clocks.resolution.due is None


def test_a_change_of_state_is_not_a_first_response() -> None:
    state = found(OPENED, event("23 10:00", "resolved")).first_response
    assert (state.met_at, state.stopped_at, state.breached) == (None, at("23 10:00"), None)


def test_priority_decides_the_target() -> None:
    assert found(OPENED, priority="urgent").first_response.due == at("23 10:00")


def test_the_next_reply_waits_from_the_first_unanswered_message() -> None:
    clocks = found(OPENED, REPLY, event("24 09:00", "employee_message"), event("24 12:00", "employee_message"))
    assert clocks.next_reply is not None
    assert clocks.next_reply.started == at("24 09:00")
    assert clocks.next_reply.due == at("24 18:00")


def test_messages_before_the_first_response_start_no_other_clock() -> None:
    assert found(OPENED, event("23 09:30", "employee_message")).next_reply is None


def test_every_turn_has_a_clock_of_its_own() -> None:
    clocks = found(
        OPENED, REPLY, event("24 09:00", "employee_message"), event("24 10:00", "public_reply"),
        event("25 09:00", "employee_message"),
    )  # fmt: skip
    assert clocks.next_reply is not None
    assert (clocks.next_reply.cycle, clocks.next_reply.met_at) == (2, None)
    assert [state.met_at for state in clocks.earlier_replies] == [at("24 10:00")]


def test_waiting_for_the_employee_pauses_the_resolution() -> None:
    clocks = found(OPENED, REPLY, event("23 11:00", "paused", "waiting_employee"), event("24 11:00", "resumed"))
    assert clocks.resolution.due == at("25 11:00") + timedelta(hours=7)


def test_a_pause_the_policy_does_not_know_stops_nothing() -> None:
    clocks = found(OPENED, event("23 11:00", "paused", "lunch"))
    assert clocks.resolution.due == at("24 18:00")


def test_sealed_tickets_never_pause() -> None:
    clocks = found(OPENED, event("23 11:00", "paused", "waiting_employee"), tier=4)
    assert clocks.resolution.due == at("24 18:00")


def test_a_wait_for_somebody_outside_runs_on_after_its_cap() -> None:
    clocks = found(OPENED, REPLY, event("23 11:00", "paused", "waiting_third_party"), now="26 12:00")
    assert clocks.resolution.pauses[0].end == at("25 11:00")
    assert clocks.resolution.due == at("26 18:00")
    assert not clocks.resolution.paused


def test_a_second_wait_ends_the_first() -> None:
    clocks = found(
        OPENED, event("23 11:00", "paused", "waiting_employee"), event("23 12:00", "paused", "waiting_third_party"),
        event("23 15:00", "resumed"),
    )  # fmt: skip
    assert [(pause.begin, pause.end) for pause in clocks.resolution.pauses] == [
        (at("23 11:00"), at("23 12:00")),
        (at("23 12:00"), at("23 15:00")),
    ]


def test_the_time_between_resolved_and_reopened_does_not_count() -> None:
    clocks = found(OPENED, REPLY, event("23 11:00", "resolved"), event("25 11:00", "reopened"))
    assert clocks.resolution.met_at is None
    assert clocks.resolution.due == at("26 18:00")


def test_a_message_that_reopens_a_ticket_waits_for_a_reply() -> None:
    clocks = found(
        OPENED,
        REPLY,
        event("23 11:00", "resolved"),
        event("24 09:00", "employee_message"),
        event("24 09:00", "reopened"),
    )
    assert clocks.next_reply is not None
    assert clocks.next_reply.due == at("24 18:00")


def test_thanks_after_the_end_owe_no_reply() -> None:
    assert found(OPENED, REPLY, event("23 11:00", "resolved"), event("24 09:00", "employee_message")).next_reply is None


def test_a_period_of_the_law_runs_through_nights_and_pauses() -> None:
    clocks = found(OPENED, event("23 10:00", "paused", "waiting_employee"), policy=LAW)
    assert clocks.first_response.due == at("30 09:00")
    assert clocks.resolution.due == datetime(2027, 2, 23, 9, tzinfo=UTC)


def test_a_running_clock_knows_whether_it_is_late() -> None:
    assert found(OPENED, now="23 12:00").first_response.breached is None
    late = found(OPENED, now="23 15:00").first_response
    assert (late.breached, late.elapsed_minutes) == (True, 300)


def test_the_ladder_tells_before_at_and_after_the_due_instant() -> None:
    told = sla.moments(found(OPENED), POLICY, LISBON)
    first = [(m.at, m.kind, m.receivers) for m in told if m.clock == "first_response"]
    assert first == [
        (at("23 12:00"), "warning", ("assignee",)),
        (at("23 12:30"), "warning", ("role_lead",)),
        (at("23 13:00"), "breach", ("assignee", "role_lead")),
        (at("23 18:00"), "breach", ("ops_manager",)),
    ]


def test_a_pause_moves_a_moment_and_keeps_its_key() -> None:
    before = {m.key: m.at for m in sla.moments(found(OPENED, REPLY), POLICY, LISBON)}
    waited = found(OPENED, REPLY, event("23 11:00", "paused", "waiting_employee"), event("23 12:00", "resumed"))
    after = {m.key: m.at for m in sla.moments(waited, POLICY, LISBON)}
    assert before.keys() == after.keys()
    assert all(after[key] > before[key] for key in before)


def test_keys_are_unique_and_another_target_is_another_fact() -> None:
    normal = [m.key for m in sla.moments(found(OPENED), POLICY, LISBON)]
    urgent = [m.key for m in sla.moments(found(OPENED, priority="urgent"), POLICY, LISBON)]
    assert len(set(normal)) == len(normal)
    assert not {key for key in normal if key.startswith("first")} & set(urgent)


def test_a_clock_that_was_met_warns_nobody() -> None:
    assert all(m.clock == "resolution" for m in sla.moments(found(OPENED, REPLY), POLICY, LISBON))
    assert sla.moments(found(OPENED, REPLY, event("23 11:00", "resolved")), POLICY, LISBON) == ()


def test_a_paused_clock_warns_nobody_but_asks_again_and_closes() -> None:
    clocks = found(OPENED, REPLY, event("23 11:00", "paused", "waiting_employee"))
    assert sla.moments(clocks, POLICY, LISBON) == ()
    told = sla.pause_moments(clocks, LISBON)
    assert [(m.kind, m.at) for m in told] == [("nudge", at("24 11:00")), ("close", at("30 11:00"))]
    assert sla.next_moment(clocks, POLICY, LISBON, at("23 12:00")) == at("24 11:00")


def test_the_next_moment_is_after_now() -> None:
    clocks = found(OPENED)
    assert sla.next_moment(clocks, POLICY, LISBON, at("23 12:00")) == at("23 12:30")
    done = found(OPENED, REPLY, event("23 11:00", "resolved"))
    assert sla.next_moment(done, POLICY, LISBON, at("23 12:00")) is None


def test_a_notice_waits_for_the_receivers_hours() -> None:
    assert sla.notice_time(at("23 20:00"), LISBON) == at("24 09:00")
    assert sla.notice_time(at("23 10:00"), LISBON) == at("23 10:00")


def test_walking_from_moment_to_moment_meets_every_fact_once() -> None:
    clocks, now, told = found(OPENED), at("23 09:00"), []
    while (coming := sla.next_moment(clocks, POLICY, LISBON, now)) is not None:
        told += [m.key for m in sla.moments(clocks, POLICY, LISBON) if now < m.at <= coming]
        now = coming
    assert sorted(told) == sorted(m.key for m in sla.moments(clocks, POLICY, LISBON))


# --- In words -------------------------------------------------------------------------------------------------------


def test_the_promise_names_the_owner_the_time_and_the_holiday() -> None:
    due = datetime(2026, 12, 2, 14, tzinfo=UTC)
    said = sla.promise("Payroll", due, at("30 11:00"), "en", "Europe/Lisbon", LISBON)
    assert said == "Payroll answers by Wed 14:00; Tuesday is a holiday."
    dito = sla.promise("Salários", due, at("30 11:00"), "pt", "Europe/Lisbon", LISBON)
    assert dito == "Salários: resposta até quarta às 14:00; terça-feira é feriado."


def test_the_promise_is_in_the_readers_zone() -> None:
    said = sla.promise("Payroll", at("24 14:00"), at("23 11:00"), "en", "America/New_York", LISBON)
    assert said == "Payroll answers by Tue 09:00."


def test_a_promise_for_today_and_for_later() -> None:
    assert "by 14:00 today" in sla.promise("Payroll", at("23 14:00"), at("23 11:00"), "en", "Europe/Lisbon", LISBON)
    later = sla.promise(
        "Payroll", datetime(2026, 12, 15, 14, tzinfo=UTC), at("23 11:00"), "en", "Europe/Lisbon", LISBON
    )
    assert "by Tue 15 Dec 14:00" in later


def test_a_promise_that_was_not_kept_says_so() -> None:
    said = sla.promise("Payroll", at("23 14:00"), at("23 15:00"), "en", "Europe/Lisbon", LISBON)
    assert said == "Payroll is late: the answer was due 14:00 today."


def told(clocks: Clocks, now: str, language: str = "en", zone: str = "Europe/Lisbon") -> str:
    """Return the explanation of clocks."""
    return sla.explain_words(clocks, POLICY, LISBON, at(now), language, zone)


def test_the_clock_explains_itself_segment_by_segment() -> None:
    history = (
        event("27 16:00", "opened"), event("30 10:00", "public_reply"), event("30 10:00", "paused", "waiting_employee"),
        event("30 15:00", "resumed"),
    )  # fmt: skip
    assert told(found(*history, now="30 16:00"), "30 16:00") == (
        "**First response**: kept. It came Mon 30 Nov 10:00, after 3 h of 4 h.\n\n"
        "**Resolution**: 16 h of working time, from Fri 27 Nov 16:00.\n"
        "- Fri 27 Nov, 16:00–18:00: 2 h\n"
        "- Sat 28 Nov – Sun 29 Nov: closed\n"
        "- Mon 30 Nov, 09:00–10:00: 1 h\n"
        "- Mon 30 Nov 10:00 to Mon 30 Nov 15:00: paused, waiting for the employee\n"
        "- Mon 30 Nov, 15:00–18:00: 3 h\n"
        "- Tue 1 Dec: holiday (Restoration of Independence Day)\n"
        "- Wed 2 Dec, 09:00–13:00, 14:00–18:00: 8 h\n"
        "- Thu 3 Dec, 09:00–11:00: 2 h\n\n"
        "Together 16 h of 16 h: due Thu 3 Dec 11:00."
    )


def test_the_explanation_says_how_late() -> None:
    said = told(found(OPENED, now="24 10:30"), "24 10:30")
    assert "Together 9 h 30 min of 4 h: it was due Mon 23 Nov 13:00 and is 5 h 30 min late." in said


def test_a_clock_that_stands_still_says_why() -> None:
    said = told(found(OPENED, REPLY, event("23 11:00", "paused", "waiting_third_party")), "23 12:00")
    waiting = told(found(OPENED, REPLY, event("23 11:00", "paused", "waiting_employee")), "23 12:00")
    assert "paused, waiting for somebody outside HR" in said
    assert "since Mon 23 Nov 11:00: paused, waiting for the employee" in waiting
    assert "2 h of 16 h are used; the clock stands still." in waiting


def test_the_explanation_is_in_portuguese_too() -> None:
    said = told(found(OPENED), "23 10:00", "pt")
    assert "**Primeira resposta**: 4 h de tempo útil" in said
    assert "o prazo termina segunda 23 nov 13:00" in said


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
@pytest.mark.parametrize("seed", range(25))
def test_the_minutes_told_add_up_to_the_engines_figure(seed: int, zone: str) -> None:
    """Random histories with odd seconds: each clock's lines sum to what the clock has counted."""
    clocks, now = random_clocks(seed)
    for state in clocks.states:
        words = sla.state_words(state, now, "en", zone)
        lines = [line for line in words.splitlines() if line.startswith("- ")]
        if not lines:
            continue
        total = sum(minutes_in(line.rpartition(": ")[2]) for line in lines if re.search(r"\d\d–", line))
        assert total == minutes_in(re.search(r"(?:Together |^)([\dhmin ]+) of ", words, re.M)[1])  # type: ignore[index]


@pytest.mark.parametrize("seed", range(200))
def test_random_histories_keep_the_clocks_promises(seed: int) -> None:
    """What holds for every history: sums, verdicts, sealed tickets, and events that clocks do not know."""
    clocks, now = random_clocks(seed)
    for state in (*clocks.states, *clocks.earlier_replies):
        until = state.ended_at or now
        segments = LISBON.explain(state.started, until, state.pauses)
        assert sum(segment.minutes for segment in segments) == pytest.approx(state.elapsed_minutes, abs=1e-6)
        assert_verdict(state, until)
    sealed, _ = random_clocks(seed, tier=4)
    assert all(pause.reason == "resolved" for state in sealed.states for pause in state.pauses)
    moments = sla.moments(clocks, POLICY, LISBON)
    assert list(moments) == sorted(moments, key=lambda moment: (moment.at, moment.key))
    assert len({moment.key for moment in moments}) == len(moments)


def assert_verdict(state: ClockState, until: datetime) -> None:
    """A clock is late exactly when it has counted more than its target."""
    if state.due is not None and state.target is not None:
        counted = LISBON.elapsed(state.started, until, state.pauses)
        assert (until > state.due) >= (counted > state.target + 1e-6)
        assert LISBON.elapsed(state.started, state.due, state.pauses) == pytest.approx(state.target, abs=1e-6)
    if state.met_at is not None:
        assert state.breached == (state.due is not None and state.met_at > state.due)


def random_clocks(seed: int, tier: int = 1) -> tuple[Clocks, datetime]:
    """Return the clocks of a made-up history, and the instant they are computed for."""
    chance = random.Random(seed)
    now = at("02 08:00") + timedelta(seconds=chance.randrange(10 * 86_400))
    kinds: tuple[ClockEventKind, ...] = (
        "public_reply", "employee_message", "paused", "resumed", "resolved", "reopened", "priority_changed",
    )  # fmt: skip
    history = [ClockEvent(now, "opened")]
    for _ in range(chance.randrange(12)):
        now += timedelta(seconds=chance.randrange(2 * 86_400))
        reason = chance.choice(("waiting_employee", "waiting_third_party", "lunch"))
        history.append(ClockEvent(now, chance.choice(kinds), reason))
    now += timedelta(seconds=chance.randrange(3 * 86_400))
    policy = replace(POLICY, pauses={}) if chance.random() < 0.2 else POLICY
    return sla.clocks(history, policy, LISBON, chance.choice(("urgent", "normal")), tier, now), now


def minutes_in(words: str) -> int:
    """Return the minutes of a length in words."""
    parts = re.fullmatch(r"(?:(\d+) h)? ?(?:(\d+) min)?", words.strip())
    assert parts, words
    return int(parts[1] or 0) * 60 + int(parts[2] or 0)
