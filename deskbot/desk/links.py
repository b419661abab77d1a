"""Which links the desk lets through, the same for every channel and page."""

import re
from urllib.parse import urlsplit

_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SITE_PATH = re.compile(r"/(?![/\\])|#|\?")


def safe_link(url: str) -> str | None:
    """Return the link if people may follow it, else None.

    Allowed are absolute `https`, `http`, `mailto` and `tel` addresses and paths of this site (`/my`, `#part`, `?q=`).
    Everything else is refused: other schemes, `//host`, relative paths, hidden or control characters, user names
    before the host (`https://bank.example@evil.example`), and addresses longer than 2,000 characters.
    """
    if not url or len(url) > 2000:
        return None
    link = url.strip(" ")
    if _CONTROL.search(link):
        return None
    if _SITE_PATH.match(link):
        return link if "\\" not in link else None
    return link if _allowed(link) else None


def _allowed(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme.lower() not in _SCHEMES:
        return False
    if parts.scheme.lower() in {"mailto", "tel"}:
        return bool(parts.path) and not parts.netloc
    return bool(parts.hostname) and "@" not in parts.netloc and "\\" not in link
