"""What the sums of a replay are made of: moves, load, deadlines, and what is not told."""

from datetime import UTC, datetime

from deskbot.desk.outcome import Outcome, outcome_from
from deskbot.desk.replay import Case, Tally, Verdict, Verdicts, line

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PAYROLL = Outcome("payroll", 1, "normal", "payroll", "lisbon", "pay-amount")
HRIS = Outcome("hris", 1, "normal", "default", "lisbon", "hris-system")


def first(late: bool | None, target: float = 240, taken: float | None = 60) -> Verdicts:
    """A ticket that has a first response alone."""
    return {
        "first_response": Verdict(AT, late, target, taken),
        "next_reply": Verdict(),
        "resolution": Verdict(),
    }


def case(before: Outcome, after: Outcome, was: Verdicts, would: Verdicts, tier: int = 1) -> Case:
    return Case("HR-1001", AT, tier, before, after, was, would)


def sums(*cases: Case, days: int = 14) -> dict[str, object]:
    tally = Tally()
    for one in cases:
        tally.add(one)
    return tally.summary(days)


def test_what_stays_is_judged_by_its_own_times() -> None:
    missed = case(PAYROLL, PAYROLL, first(False), first(True))
    avoided = case(PAYROLL, PAYROLL, first(True), first(False))
    told = sums(missed, missed, avoided)["deadlines"]["first_response"]  # type: ignore[index]
    assert told == {
        "late_before": 1,
        "late_after": 2,
        "missed": 2,
        "avoided": 1,
        "moved": {"late_before": 0, "late_expected": 0},
    }


def test_what_moves_is_late_as_often_as_the_role_it_moves_to_takes_longer() -> None:
    """Of four answers of that role one took longer than the new target of 100 minutes: a quarter of two tickets."""
    pace = [
        case(HRIS, HRIS, first(False, taken=minutes), first(False, taken=minutes)) for minutes in (10, 50, 100, 101)
    ]
    moves = [case(PAYROLL, HRIS, first(True), first(False, target=100))] * 2
    told = sums(*pace, *moves)["deadlines"]["first_response"]  # type: ignore[index]
    assert told["moved"] == {"late_before": 2, "late_expected": 0.5}
    assert (told["late_before"], told["late_after"]) == (2, 0.5)


def test_a_role_without_a_past_is_as_quick_as_those_who_did_the_work() -> None:
    moves = [case(PAYROLL, HRIS, first(False), first(True)), case(PAYROLL, HRIS, first(False), first(False))]
    assert sums(*moves)["deadlines"]["first_response"]["moved"]["late_expected"] == 1  # type: ignore[index]


def test_load_is_told_in_tickets_a_week() -> None:
    told = sums(*[case(PAYROLL, HRIS, first(None), first(None))] * 7)["load"]
    assert told == [
        {"role": "hris", "before": 0, "after": 7, "per_week_before": 0, "per_week_after": 3.5},
        {"role": "payroll", "before": 7, "after": 0, "per_week_before": 3.5, "per_week_after": 0},
    ]


def test_protected_work_is_in_no_other_figure_and_told_from_five_up() -> None:
    hidden = case(PAYROLL, HRIS, first(False), first(True), tier=3)
    few, enough = sums(*[hidden] * 4), sums(*[hidden] * 5)
    assert set(few["restricted"].values()) == {None}  # type: ignore[attr-defined]
    assert enough["restricted"] == {"tickets": 5, "changed": 5, "moved": 5, "missed": 5, "avoided": None}
    assert (enough["tickets"], enough["changed"], enough["load"]) == (0, 0, [])


def test_a_ticket_that_may_not_be_known_has_neither_reference_nor_instant() -> None:
    one = case(PAYROLL, HRIS, first(False), first(True))
    known, hidden = line(one, True), line(one, False)
    assert (known["ticket"], known["changes"]["role"]) == ("HR-1001", ["payroll", "hris"])
    assert (hidden["ticket"], hidden["opened"], hidden["changes"]) == (None, None, known["changes"])
    assert hidden["deadlines"]["first_response"]["due"] is None


def test_another_rule_with_the_same_outcome_is_no_difference() -> None:
    one = case(PAYROLL, Outcome("payroll", 1, "normal", "payroll", "lisbon", "pay-other"), first(False), first(False))
    assert not one.differs
    assert sums(one)["by_another_rule"] == 1


def test_an_outcome_is_read_back_as_it_was_kept() -> None:
    assert outcome_from(PAYROLL.kept()) == PAYROLL
