"""The weekly digest: what is counted, what is masked, why something was late, and the same figures for ever."""

from datetime import UTC, date, datetime, timedelta

import pytest

from deskbot.desk import digest
from deskbot.desk.digest import Asked, Breach, Case, Happening, Material, Pile, Week
from deskbot.desk.digest_words import sparkline, to_markdown
from deskbot.desk.errors import Invalid

WEEK = Week(2026, 46)
START = WEEK.start("Europe/Lisbon")
END = WEEK.before(-1).start("Europe/Lisbon")
RESTRICTED = frozenset({"leave", "employee_relations"})


def case(number: int, role: str = "payroll", tier: int = 2, **more: object) -> Case:
    return Case(f"HR-{number}", role, tier, START + timedelta(hours=number), **more)  # type: ignore[arg-type]


def figures(role: str = "", **material: object) -> dict[str, object]:
    made = Material(**material)  # type: ignore[arg-type]
    return digest.figures(WEEK, role, made, zone="Europe/Lisbon", as_of=END, restricted=RESTRICTED)


def test_a_week_is_an_iso_week_and_begins_on_monday_in_the_desks_zone() -> None:
    assert WEEK.monday == date(2026, 11, 9)
    assert datetime(2026, 11, 9, tzinfo=UTC) == START
    assert Week(2026, 44).start("America/New_York") == datetime(2026, 10, 26, 4, tzinfo=UTC)
    assert Week(2026, 45).start("America/New_York") == datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_the_first_days_of_january_belong_to_the_last_week_of_december() -> None:
    assert digest.week_of(date(2027, 1, 3)) == Week(2026, 53)
    assert Week(2026, 53).before(-1) == Week(2027, 1)


@pytest.mark.parametrize("text", ["2026-46", "2026-W54", "2025-W53", "46", "2026-W00"])
def test_what_is_not_a_week_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match="2026-W46"):
        digest.parse_week(text)


def test_opened_resolved_times_and_targets_are_counted() -> None:
    due = START + timedelta(days=2)
    opened = [
        case(n, answer_minutes=float(n * 10), answered_at=START + timedelta(days=n), first_due=due)
        for n in range(1, 11)
    ]
    told = figures(opened=opened, resolved=opened[:4])
    assert (told["opened"], told["resolved"]) == (10, 4)
    assert told["first_response"] == {"count": 10, "median": 55, "p90": 90, "in_target": 20.0}


def test_a_target_that_is_still_running_counts_neither_way() -> None:
    told = figures(opened=[case(1, first_due=END + timedelta(hours=1)), case(2, first_due=END - timedelta(hours=1))])
    assert told["first_response"]["in_target"] == 0.0  # type: ignore[index]
    told = figures(opened=[case(1, first_due=END + timedelta(hours=1))])
    assert told["first_response"]["in_target"] is None  # type: ignore[index]


def test_small_counts_of_restricted_work_appear_nowhere_totals_included() -> None:
    ordinary = [case(n) for n in range(1, 8)]
    protected = [case(n, "leave", 3) for n in range(20, 24)]
    told = figures(opened=ordinary + protected)
    assert told["opened"] == 7
    by_role = {row["role"]: row["opened"] for row in told["load"]}  # type: ignore[attr-defined]
    assert by_role == {"payroll": 7, "leave": None, "employee_relations": None}
    assert figures("leave", opened=protected)["opened"] is None
    assert figures("leave")["opened"] is None


def test_five_restricted_cases_are_counted() -> None:
    protected = [case(n, "leave", 3) for n in range(20, 25)]
    assert figures(opened=protected)["opened"] == 5
    assert figures("leave", opened=protected)["opened"] == 5


def test_a_masked_role_cannot_be_found_by_subtraction() -> None:
    opened = [case(1), *[case(n, "leave", 3) for n in range(10, 16)], case(20, "employee_relations", 4)]
    told = figures(opened=opened)
    known = sum(row["opened"] or 0 for row in told["load"])  # type: ignore[attr-defined]
    assert told["opened"] == known == 7


def test_the_trend_masks_small_restricted_counts_too() -> None:
    points = [(WEEK.before(1), {"payroll": (3, 2), "leave": (4, 1)}), (WEEK, {"payroll": (1, 1), "leave": (6, 0)})]
    assert [p["opened"] for p in figures(trend=points)["trend"]] == [3, 7]  # type: ignore[attr-defined]
    assert [p["opened"] for p in figures("leave", trend=points)["trend"]] == [None, 6]  # type: ignore[attr-defined]


def test_restricted_cases_are_never_named_among_the_late_ones() -> None:
    due = START + timedelta(days=1)
    breaches = [Breach(case(n, "leave", 3), "resolution", due, "not_finished") for n in range(6)]
    told = figures(breaches=[*breaches, Breach(case(9), "resolution", due, "unassigned")])["breaches"]
    assert told["count"] == 7  # type: ignore[index]
    assert [late["ref"] for late in told["list"]] == ["HR-9"]  # type: ignore[index]
    assert told["causes"] == {"unassigned": 1}  # type: ignore[index]


def test_sealed_cases_never_show_what_they_are_about() -> None:
    sealed = [case(n, "employee_relations", 4, request_type="harassment", tags=("x",)) for n in range(9)]
    told = figures("employee_relations", opened=sealed)
    assert told["opened"] == 9
    assert told["recurring"] == {"request_types": [], "tags": [], "sections": []}


def test_recurring_issues_are_those_that_come_more_than_once() -> None:
    opened = [case(n, request_type="bank_change" if n < 4 else "other", tags=("bank",)) for n in range(5)]
    told = figures(opened=opened, asked=Asked({"pay/payday.md#when": 3, "x.md": 1}, no_article=2))
    assert told["recurring"] == {
        "request_types": [{"key": "bank_change", "count": 4}],
        "tags": [{"key": "bank", "count": 5}],
        "sections": [{"key": "pay/payday.md#when", "count": 3}],
    }
    assert told["questions"]["no_article"] == 2  # type: ignore[index]


def test_the_backlog_is_counted_by_age() -> None:
    piles = [
        Pile("payroll", False, digest.age_bucket(END - timedelta(days=d), END), 1, 2) for d in (0, 2, 5, 10, 20, 99)
    ]
    told = figures(backlog=piles)["backlog"]
    assert told["count"] == 12  # type: ignore[index]
    assert [age["count"] for age in told["ages"]] == [2] * 6  # type: ignore[index]


OPENED = START + timedelta(hours=1)
DUE = OPENED + timedelta(hours=8)


def happened(hours: float, kind: str, **data: object) -> Happening:
    return Happening(OPENED + timedelta(hours=hours), kind, data)


@pytest.mark.parametrize(
    ("clock", "history", "cause"),
    [
        ("first_response", [], "unassigned"),
        ("first_response", [happened(9, "assigned", to=1)], "unassigned"),
        ("first_response", [happened(0, "assigned", to=None)], "unassigned"),
        ("first_response", [happened(0, "assigned", to=1), happened(2, "routed", person=2)], "handed_over"),
        ("first_response", [happened(5, "assigned", to=1)], "assigned_late"),
        ("first_response", [happened(0, "assigned", to=1)], "not_answered"),
        ("resolution", [happened(0, "assigned", to=1), happened(3, "paused")], "waited"),
        ("resolution", [happened(0, "assigned", to=1), happened(3, "reopened")], "reopened"),
    ],
)
def test_a_cause_is_told_from_what_happened_before_the_target_ran_out(
    clock: digest.Clock, history: list[Happening], cause: str
) -> None:
    late = Case("HR-1", "payroll", 2, OPENED)
    assert digest.cause_of(late, clock, DUE, history) == cause


def test_a_case_is_replayed_to_what_it_was() -> None:
    today = case(1, "benefits", 3, assignee_id=9, resolved_at=END, csat=5)
    was = digest.replay(
        today,
        [
            happened(0, "opened", role="payroll", tier=2),
            happened(0, "assigned", to=4),
            happened(1, "public_reply"),
            happened(2, "resolved"),
            happened(3, "reopened"),
        ],
    )
    assert (was.role, was.tier, was.assignee_id, was.resolved_at, was.csat) == ("payroll", 2, 4, None, None)
    assert was.answered_at == OPENED + timedelta(hours=1)


def test_the_words_name_the_figures_in_both_languages() -> None:
    due = START + timedelta(days=1)
    told = figures(
        opened=[case(n, answer_minutes=130.0) for n in range(12)],
        breaches=[Breach(case(9), "resolution", due, "unassigned")],
        trend=[(WEEK.before(1), {"payroll": (10, 8)}), (WEEK, {"payroll": (12, 0)})],
        backlog=[Pile("payroll", False, 0, None, 3)],
    )
    english = to_markdown(told, "en", {"payroll": "Payroll"}, "https://hr.example")
    assert "# HR desk, week 46 (9 November – 15 November 2026)" in english
    assert "**Opened: 12** (+2 on the week before)" in english
    assert "half within 2 h 10 min" in english
    assert "[HR-9](https://hr.example/tickets/HR-9) · Payroll · resolution: nobody had it" in english
    assert "Abertos: 12" in to_markdown(told, "pt", {})


def test_a_week_without_work_is_quiet() -> None:
    told = figures()
    assert digest.is_quiet(told)
    assert "quiet week" in to_markdown(told, "en", {})


def test_a_sparkline_has_a_bar_for_each_count_and_a_dash_for_a_masked_one() -> None:
    assert sparkline([0, 4, None, 8]) == "▁▅–█"
    assert sparkline([]) == ""
