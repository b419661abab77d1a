"""What was made of texts, kept for as long as the texts stay the same."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """Makes something of each named text, and makes it anew only when the text is another one."""

    def __init__(self, make: Callable[[str, str], Made]) -> None:
        self._make = make
        self.made: dict[str, tuple[str, Made]] = {}

    def of(self, texts: Mapping[str, str]) -> dict[str, Made]:
        """Return what is made of each of the texts, by name; others are forgotten."""
        now: dict[str, tuple[str, Made]] = {}
        for name, text in texts.items():
            was = self.made.get(name)
            now[name] = was if was is not None and was[0] == text else (text, self._make(name, text))
        self.made = now
        return {name: made for name, (_, made) in now.items()}
