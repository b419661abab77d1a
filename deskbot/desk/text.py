"""Text from outside, brought into the one form that every store and channel agrees on."""

import re
import unicodedata

_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text without NUL, with lone surrogates replaced by U+FFFD, in Unicode's NFC form.

    SQLite stores a NUL and PostgreSQL refuses it, and neither takes a lone surrogate: decided here, once.
    """
    if text.isascii():
        return text.replace("\x00", "")
    if _UNKEPT.search(text):
        text = text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
