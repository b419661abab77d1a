"""What staffing promises: nobody away or party to it, deputies in their turn, and an empty pool is said aloud."""

from datetime import date

import pytest

from deskbot.desk.people import Absence, Membership
from deskbot.desk.staffing import choose

DAY = date(2026, 3, 2)
TEAM = [
    Membership("payroll", 1),
    Membership("payroll", 2, "lead"),
    Membership("payroll", 9, "deputy"),
    Membership("hris", 5),
]


def away(person: int, deputy: int | None = None) -> Absence:
    return Absence(person, date(2026, 3, 1), date(2026, 3, 8), deputy)


def test_the_one_with_fewest_open_tickets_takes_it() -> None:
    assert choose("payroll", TEAM, [], {1: 4, 2: 3}, DAY, "HR-1").person_id == 2


def test_a_tie_is_settled_by_the_reference_and_again_in_a_replay() -> None:
    picks = {ref: choose("payroll", TEAM, [], {}, DAY, ref).person_id for ref in map(str, range(40))}
    assert set(picks.values()) == {1, 2}
    assert picks == {ref: choose("payroll", TEAM[::-1], [], {}, DAY, ref).person_id for ref in picks}


def test_by_turn_the_next_one_takes_it() -> None:
    turns = [choose("payroll", TEAM, [], {1: 9}, DAY, "x", "turn", last=last).person_id for last in (None, 1, 2)]
    assert turns == [1, 2, 1]


def test_skills_asked_for_come_before_load() -> None:
    skills = {1: {"pt", "us-tax"}, 2: {"pt"}}
    found = choose("payroll", TEAM, [], {1: 9}, DAY, "x", "skill", skills=skills, wanted=["us-tax"])
    assert (found.person_id, found.why) == (1, "has the skills asked for")


def test_the_seeded_draw_ignores_load() -> None:
    assert choose("payroll", TEAM, [], {1: 0, 2: 99}, DAY, "a", "seeded") == choose(
        "payroll", TEAM, [], {}, DAY, "a", "seeded"
    )


def test_somebody_away_is_not_chosen_and_their_stand_in_comes_before_the_deputy() -> None:
    assert choose("payroll", TEAM, [away(1)], {}, DAY, "x").person_id == 2
    both = [away(1, deputy=7), away(2)]
    assert choose("payroll", TEAM, both, {}, DAY, "x").person_id == 7
    assert choose("payroll", TEAM, [away(1), away(2)], {}, DAY, "x").person_id == 9


def test_an_absence_counts_on_its_days_alone() -> None:
    assert choose("payroll", [TEAM[0]], [away(1)], {}, date(2026, 3, 9), "x").person_id == 1
    assert choose("payroll", [TEAM[0]], [away(1)], {}, date(2026, 3, 8), "x").empty_pool


def test_a_party_to_the_ticket_never_gets_it() -> None:
    assert choose("payroll", TEAM, [], {}, DAY, "x", parties={1}).person_id == 2
    assert choose("payroll", TEAM, [away(2)], {}, DAY, "x", parties={1}).person_id == 9


@pytest.mark.parametrize(("role", "word"), [("recruiting", "nobody is in the role"), ("hris", "away (1)")])
def test_an_empty_pool_is_an_alarm_and_says_why(role: str, word: str) -> None:
    found = choose(role, TEAM, [away(5)], {}, DAY, "x")
    assert (found.person_id, found.empty_pool) == (None, True)
    assert word in found.why
