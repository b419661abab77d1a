"""Who reads a page, and how they like to read it."""

from dataclasses import dataclass

from deskbot.desk.access import Viewer


@dataclass(frozen=True, slots=True)
class Asker:
    """The one who asks for a page; `viewer` is None when nobody is signed in. `csrf` goes into every form."""

    viewer: Viewer | None
    csrf: str
    language: str
    theme: str = ""

    @property
    def zone(self) -> str:
        """The reader's time zone."""
        return self.viewer.person.zone if self.viewer else "UTC"
