"""Who may read an article: the conditions of its front matter against the person who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deskbot.desk.folding import fold

_WORDS = frozenset({"public", "employees", "everyone", "managers", "hr"})
_KEYS = frozenset({"country", "contract", "role"})


@dataclass(frozen=True, slots=True)
class Audience:
    """What is known of the asker that audience rules speak of.

    `country` is ISO 3166 alpha-2, `roles` are the HR roles the person holds. `sees_all` lifts every rule: for
    evaluation, checks and editors, never for a person in a channel. Somebody unlinked is no Audience but None.
    """

    country: str = ""
    contract: str = ""
    is_manager: bool = False
    roles: frozenset[str] = frozenset()
    language: str = "en"
    sees_all: bool = False


@dataclass(frozen=True, slots=True)
class AudienceRule:
    """Conditions of one article: every key given must hold, and within a key one of the values is enough.

    The words `managers` and `hr` name circles: being in one of those named is enough. HR may read what managers may.
    """

    words: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()
    contract: frozenset[str] = frozenset()
    role: frozenset[str] = frozenset()

    def admits(self, viewer: Audience | None) -> bool:
        """Return whether the viewer may find, count or read the article; None is somebody not linked."""
        if viewer is not None and viewer.sees_all:
            return True
        if "public" in self.words:
            return True
        return viewer is not None and self._admits_person(viewer)

    def _admits_person(self, viewer: Audience) -> bool:
        closed_circle = self.words & {"managers", "hr"}
        inside = bool(viewer.roles) or ("managers" in self.words and viewer.is_manager)
        return (
            (not closed_circle or inside)
            and (not self.country or viewer.country.casefold() in self.country)
            and (not self.contract or fold(viewer.contract) in self.contract)
            and (not self.role or bool(self.role & viewer.roles))
        )


EMPLOYEES = AudienceRule()


def parse_audience(value: object) -> tuple[AudienceRule, list[str]]:
    """Read the front matter's `audience` and return the rule and what is wrong with it, in sentences.

    Allowed are one of the words `public`, `employees` (the default), `managers`, `hr`; a condition such as
    `country: PT`; and lists or mappings of these. What cannot be understood closes the article to everybody but HR.
    """
    words: set[str] = set()
    conditions: dict[str, set[str]] = {key: set() for key in _KEYS}
    wrong: list[str] = []
    for key, item in _items(value):
        if not key and item in _WORDS:
            words.add(item)
        elif key in _KEYS and item:
            conditions[key].add(fold(item) if key == "contract" else item.casefold())
        else:
            wrong.append(f"audience `{key + ': ' if key else ''}{item}` is not known")
    if wrong:
        words = {"hr"}
    return AudienceRule(frozenset(words), **{key: frozenset(values) for key, values in conditions.items()}), wrong


def _items(value: object) -> Iterable[tuple[str, str]]:
    """Flatten every spelling of an audience into (key, value) pairs; a bare word has the key ""."""
    if value is None or value == "":
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            for item in inner if isinstance(inner, list | tuple) else [inner]:
                yield str(key).strip().casefold(), str(item).strip()
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _items(item)
    else:
        for part in str(value).split(","):
            key, colon, item = part.partition(":")
            yield (key.strip().casefold(), item.strip()) if colon else ("", key.strip().casefold())
