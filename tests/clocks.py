"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class SteppedClock:
    """Tells the time it was set to; `advance(minutes=5)` moves it."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the present instant of the test."""
        return self._now

    def advance(self, step: timedelta | None = None, **amount: float) -> datetime:
        """Move on by a step, given whole or as timedelta's words, and return the new time."""
        self._now += step if step is not None else timedelta(**amount)
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to an instant."""
        self._now = now.astimezone(UTC)
