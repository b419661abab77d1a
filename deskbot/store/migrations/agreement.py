"""How the tables' models and the migrations are compared and written down."""

from typing import Any, Literal

from sqlalchemy.types import TypeDecorator

# The words of tickets lie in tables that each database makes in its own way; no model stands for them.
_NOT_MODELLED = "ticket_words"


def _concerns_a_model(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    return not (kind == "table" and (name or "").startswith(_NOT_MODELLED))


def _written(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write a column type as plain SQLAlchemy, so that a migration never changes when our own types do."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "compare_type": True,
    "include_object": _concerns_a_model,
    "render_item": _written,
}
