"""When the weekly digest arrives: on each receiver's own Monday morning, once it can be true, and not days late."""

from datetime import UTC, datetime

from deskbot.actions.digest import Receiver
from deskbot.desk.digest import Week, last_week
from deskbot.jobs.digest import arrives, due

WEEK = Week(2026, 46)
DESK = "Europe/Lisbon"
LISBON, NEW_YORK, AUCKLAND = (
    Receiver(n, "payroll", zone, "en") for n, zone in enumerate((DESK, "America/New_York", "Pacific/Auckland"))
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_it_arrives_at_eight_on_monday_where_the_receiver_is() -> None:
    assert arrives(LISBON, WEEK, DESK) == at(16, 8)
    assert arrives(NEW_YORK, WEEK, DESK) == at(16, 13)


def test_it_waits_until_the_week_is_over_at_the_desk() -> None:
    assert arrives(AUCKLAND, WEEK, DESK) == at(16, 0)


def test_the_hour_stays_eight_when_clocks_change() -> None:
    before, after = Week(2026, 43), Week(2026, 42)
    assert arrives(LISBON, after, DESK) == datetime(2026, 10, 19, 7, tzinfo=UTC)
    assert arrives(LISBON, before, DESK) == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_nobody_gets_it_early_and_nobody_days_late() -> None:
    everybody = [LISBON, NEW_YORK, AUCKLAND]
    assert due(at(15, 23, 59), WEEK, DESK, everybody) == []
    assert due(at(16, 7, 59), WEEK, DESK, everybody) == [AUCKLAND]
    assert due(at(16, 8), WEEK, DESK, everybody) == [LISBON, AUCKLAND]
    assert due(at(17, 20), WEEK, DESK, everybody) == [LISBON, NEW_YORK, AUCKLAND]
    assert due(at(19, 8), WEEK, DESK, everybody) == []


def test_the_week_to_report_is_the_last_one_that_is_over() -> None:
    assert last_week(at(15, 23, 59), DESK) == Week(2026, 45)
    assert last_week(at(16, 0), DESK) == WEEK
