"""The one family of errors: each carries a sentence for the person who meets it."""

from dataclasses import dataclass
from typing import Literal


class DeskError(Exception):
    """Something a person asked for cannot be done; `message` says why and what to do, in one sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DeskError):
    """An input is wrong; `field` names the offending field where there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFound(DeskError):
    """There is no such thing, or the asker may not know that there is."""


class NotAllowed(DeskError):
    """The asker may know of the thing but may not do this with it."""


class Conflict(DeskError):
    """Somebody else was faster, or the thing has moved on since it was shown."""


class Unavailable(DeskError):
    """Something the desk rests on does not answer just now; trying again in a moment may help."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One finding of `deskbot check`: where, how bad, which check (`rule`), and a sentence that says what to do."""

    file: str
    line: int
    severity: Literal["error", "warning"]
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"
