"""The short form of the fault runs; `python3 run.py faults` is the long one."""

from pathlib import Path

import pytest

from tests.databases import postgres
from tests.faults import crash_points, kills

pytestmark = pytest.mark.faults


def test_ten_kills_lose_and_double_nothing_on_sqlite(tmp_path: Path) -> None:
    outcome = kills.run(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path, kills=10)
    assert outcome.good, outcome


@pytest.mark.postgres
def test_ten_kills_lose_and_double_nothing_on_postgresql(tmp_path: Path) -> None:
    with postgres(durable=True) as server:
        outcome = kills.run(server.create(), tmp_path, kills=10)
    assert outcome.good, outcome


def test_twenty_crashes_in_the_middle_of_writing_leave_every_acknowledged_row() -> None:
    outcome = crash_points.run(20)
    assert outcome.good, outcome.bad
