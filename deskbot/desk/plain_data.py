"""Reading what people wrote in a file: each mistake becomes one sentence with the dotted path of its place."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rapidfuzz import process

from deskbot.desk.errors import Invalid


class Plain:
    """A mapping from a file. `path` is where it stands ("rules.0.when"), `what` names it in sentences ("a rule")."""

    def __init__(self, data: object, path: str, what: str) -> None:
        if not isinstance(data, Mapping):
            raise Invalid(f"{what} must be a mapping of keys to values, not {_kind(data)}", path)
        self.data: Mapping[str, Any] = data
        self.path = path
        self.what = what

    def __contains__(self, key: str) -> bool:
        return self.data.get(key) is not None

    def at(self, key: str) -> str:
        """Return the dotted path of `key` in here."""
        return f"{self.path}.{key}" if self.path else key

    def invalid(self, message: str, key: str | None = None) -> Invalid:
        """Return the error that says `message` about `key`, or about the whole."""
        return Invalid(message, self.at(key) if key else self.path)

    def allow(self, keys: Collection[str]) -> None:
        """Refuse every key that is not one of `keys`, with the nearest known one."""
        for key in self.data:
            if key not in keys:
                raise self.invalid(f"'{key}' is not a key of {self.what}; {nearest(key, keys)}", key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; one without a default is required."""
        value = self.data.get(key)
        if value is None or value == "":
            if default is None:
                raise self.invalid(f"{self.what} needs '{key}'", key if key in self.data else None)
            return default
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            raise self.invalid(f"'{key}' must be text, not {_kind(value)}", key)
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text stands for a list of one, nothing for an empty one."""
        value = self.data.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(item, list | dict) or item is None or item == "":
                raise Invalid(f"'{key}' must be a list of texts; this one is {_kind(item)}", f"{self.at(key)}.{index}")
        return tuple(str(item).lower() if isinstance(item, bool) else str(item).strip() for item in items)

    def whole(self, key: str, default: int | None = None, low: int = 0, high: int = 10**9) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.data.get(key, default)
        if value is None:
            raise self.invalid(f"{self.what} needs '{key}', a whole number")
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.invalid(f"'{key}' must be a whole number, not {_kind(value)}", key)
        if not low <= value <= high:
            raise self.invalid(f"'{key}' must be from {low} to {high}, not {value}", key)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.invalid(f"'{key}' must be true or false, not {_kind(value)}", key)
        return value

    def one_of(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        """Return one of the words in `options`."""
        value = self.text(key, default)
        if value not in options and value != default:
            raise self.invalid(f"'{key}' cannot be '{value}'; {nearest(value, options)}", key)
        return value

    def inner(self, key: str, what: str) -> "Plain":
        """Return the mapping under `key`; an absent one is empty."""
        return Plain(self.data.get(key) if self.data.get(key) is not None else {}, self.at(key), what)

    def inners(self, key: str, what: str) -> tuple["Plain", ...]:
        """Return the mappings listed under `key`."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.invalid(f"'{key}' must be a list, not {_kind(value)}", key)
        return tuple(Plain(item, f"{self.at(key)}.{index}", what) for index, item in enumerate(value))

    def by_language(self, key: str, required: bool = True) -> dict[str, str]:
        """Return texts by language; a plain text is English."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return {"en": value.strip()}
        if value is None and not required:
            return {}
        if not isinstance(value, Mapping):
            raise self.invalid(f"{self.what} needs '{key}' by language, such as {{en: ..., pt: ...}}", key)
        inner = self.inner(key, f"'{key}'")
        inner.allow(LANGUAGES)
        if "en" not in inner:
            raise self.invalid(f"'{key}' needs an English text (en)", key)
        return {language: inner.text(language) for language in inner.data}


LANGUAGES = ("en", "pt")


def nearest(word: str, known: Collection[str]) -> str:
    """Return "did you mean ..." when a known word is near, else the list of known words."""
    found = process.extractOne(word, sorted(known), score_cutoff=70)
    if found:
        return f"did you mean '{found[0]}'?"
    return "known are " + ", ".join(sorted(known)[:20])


def _kind(value: object) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the text '{value}'"
