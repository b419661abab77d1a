"""English texts."""

TEXTS: dict[str, str] = {}
