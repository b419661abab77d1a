"""Portuguese (European) texts."""

TEXTS: dict[str, str] = {}
