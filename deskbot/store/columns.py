"""Column types of our own: instants in UTC, sealed text, and plain JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core.core_schema import CoreSchema, is_instance_schema
from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Every constraint has a name, so that later migrations can change it on either database.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


_WITHOUT_ZONE = len("2026-11-23 09:00:00.000000")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; a naive one is refused, because it would be silently misread later."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every time back in UTC."""
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write SQLite's text ourselves: it keeps no zone, so UTC is meant, and this is four times faster."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def write(value: datetime | None) -> str | None:
            if value is not None and value.tzinfo is not UTC:
                value = self.process_bind_param(value, dialect)
            return None if value is None else value.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]

        return write

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's text as UTC."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _read


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written).replace(tzinfo=UTC)


class Sealed(bytes):
    """Encrypted text as it lies in the database; only a `Sealer` makes and opens it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let table models hold it: nothing but a `Sealed` will do."""
        return is_instance_schema(cls)


class SealedColumn(TypeDecorator[Sealed]):
    """A column that takes only `Sealed` values, so that no plain text can be written by mistake."""

    impl = LargeBinary
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | None]:
        """Refuse everything that has not been sealed."""
        return _only_sealed

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        """Mark what was read as sealed."""
        return None if value is None else Sealed(value)


def _only_sealed(value: bytes | None) -> bytes | None:
    if value is not None and not isinstance(value, Sealed):
        raise TypeError("This column takes sealed text only.")
    return value


def instant(*, index: bool = False, nullable: bool = False, **extra: Any) -> Any:
    """Declare a column of instants."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(**default, sa_type=Instant, index=index, nullable=nullable, **extra)


def sealed(*, nullable: bool = False) -> Any:
    """Declare a column of sealed text."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(**default, sa_type=SealedColumn, nullable=nullable)


def data(default_factory: Callable[[], Any] = dict) -> Any:
    """Declare a column of plain JSON; it holds ids, keys and figures, never people's words."""
    return Field(default_factory=default_factory, sa_column=Column(JSON, nullable=False))
