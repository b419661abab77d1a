"""Every sentence the desk says, in the reader's language."""

from deskbot.desk.wording import en, pt

LANGUAGES = ("en", "pt")
_TEXTS = {"en": en.TEXTS, "pt": pt.TEXTS}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text `key` in `language` (English where the language is not there) with `values` put in."""
    text = _TEXTS.get(language, en.TEXTS).get(key) or en.TEXTS[key]
    return text.format(**values) if values else text
