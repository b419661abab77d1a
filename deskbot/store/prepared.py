"""Statements compiled once and run on the driver's own cursor: a fifth of the ORM's cost, for the hot paths.

A statement given to `run` must live as long as the process (a module's constant), because what was compiled is found
again by the statement's identity. Values pass through the columns' types in both directions, exactly as in the ORM.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect, Executable, Table
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

Processor = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """A statement as the driver takes it, with what turns values into the driver's and back."""

    sql: str
    names: tuple[str, ...] | None  # the order of positional parameters; None when the driver takes them by name
    fixed: dict[str, Any]  # values written into the statement itself
    incoming: tuple[tuple[str, Processor], ...]
    outgoing: tuple[tuple[int, Processor], ...]


class _Plan(NamedTuple):
    """How a row of a table is inserted: the statement, every column with its value unless told, and the id's name."""

    sql: str
    positional: bool
    defaults: dict[str, Any]  # as the driver takes them, in the order of the statement
    required: frozenset[str]
    processors: dict[str, Processor]
    id: str | None


class Transaction(Protocol):
    """What a prepared statement needs: a session that `Store` opened, or a transaction without the ORM."""

    @property
    def info(self) -> dict[Any, Any]:
        """Hold `driver`, the driver's connection, and `dialect`, SQLAlchemy's view of it."""

    def in_transaction(self) -> bool:
        """Say whether the transaction is still open."""

    def flush(self) -> None:
        """Write back what is held."""


def run(session: Transaction, statement: Executable, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement that lives for the whole process and return its rows (none for a plain change)."""
    cursor = _execute(session, statement, values or {})
    rows = cursor.fetchall() if cursor.description else []
    outgoing = _compiled(statement, session.info["dialect"]).outgoing
    return [_converted(row, outgoing) for row in rows] if outgoing else rows


def change(session: Transaction, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run a change that lives for the whole process and return how many rows it touched."""
    cursor = _execute(session, statement, values or {})
    count: int = cursor.rowcount
    return count


def insert(
    session: Transaction, model: type[SQLModel], values: Mapping[str, Any], *, unless_there: bool = False
) -> int:
    """Insert one row and return its id (0 for a table without one).

    With `unless_there` a row that breaks a unique key is left out, and 0 is returned for it.
    """
    info = session.info
    plan = _plan(model, unless_there, info["dialect"])
    row = plan.defaults.copy()
    for name, value in values.items():
        process = plan.processors.get(name)
        row[name] = value if process is None or value is None else process(value)
    if len(row) != len(plan.defaults) or not plan.required <= values.keys():
        wrong = sorted((row.keys() - plan.defaults.keys()) | (plan.required - values.keys()))
        raise TypeError(f"{model.__name__}: missing or unknown {', '.join(wrong)}.")
    cursor = _send(session, plan.sql, tuple(row.values()) if plan.positional else row)
    if plan.id is None:
        return 0
    if plan.positional:
        return cursor.lastrowid if cursor.rowcount == 1 else 0
    found = cursor.fetchone()
    return found[0] if found else 0


def _execute(session: Transaction, statement: Executable, values: Mapping[str, Any]) -> Any:
    """Turn the values into the driver's and run the statement; return the driver's cursor."""
    compiled = _compiled(statement, session.info["dialect"])
    row = {**compiled.fixed, **values}
    for name, process in compiled.incoming:
        if row[name] is not None:
            row[name] = process(row[name])
    return _send(session, compiled.sql, row if compiled.names is None else tuple(row[name] for name in compiled.names))


def _send(session: Transaction, sql: str, values: Any) -> Any:
    """Write back what the session still holds, run the statement, and name an error as the ORM would."""
    if not session.in_transaction():  # the driver would commit each statement by itself
        raise RuntimeError("A prepared statement needs the transaction of a session that `Store` opened.")
    session.flush()
    info = session.info
    try:
        return info["driver"].execute(sql, values)
    except info["dialect"].loaded_dbapi.Error as error:
        dialect = info["dialect"]
        family = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(sql, None, error, family, hide_parameters=True, dialect=dialect) from error


def _converted(row: Sequence[Any], outgoing: tuple[tuple[int, Processor], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in outgoing:
        values[place] = process(values[place])
    return tuple(values)


@lru_cache(maxsize=1024)
def _compiled(statement: Executable, dialect: Dialect) -> _Compiled:
    """Compile a statement for one engine's dialect."""
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    incoming = _processors({name: bind.type for name, bind in compiled.binds.items()}, dialect)
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
    returned: list[Any] = list(getattr(statement, "exported_columns", ()))
    processes = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned)
    outgoing = tuple((place, process) for place, process in enumerate(processes) if process is not None)
    names = tuple(compiled.positiontup) if compiled.positional else None
    return _Compiled(str(compiled), names, fixed, tuple(incoming.items()), outgoing)


def _processors(types: Mapping[str, Any], dialect: Dialect) -> dict[str, Processor]:
    """Return what turns values into the driver's, for those that need it."""
    found = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()}
    return {name: process for name, process in found.items() if process is not None}


@lru_cache(maxsize=256)
def _plan(model: type[SQLModel], unless_there: bool, dialect: Dialect) -> _Plan:
    """Write the insert statement of a table, naming every column but a generated id."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    generated = table.autoincrement_column
    columns = [column.name for column in table.columns if column is not generated]
    statement: Any = sql_insert(table)
    if unless_there:
        statement = (sqlite if dialect.name == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()
    if generated is not None and dialect.name != "sqlite":
        statement = statement.returning(generated)
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    processors = _processors({name: table.columns[name].type for name in columns}, dialect)
    fields = {name: model.model_fields[name] for name in compiled.positiontup or columns}
    required = frozenset(name for name, field in fields.items() if field.is_required())
    defaults: dict[str, Any] = dict.fromkeys(fields)
    for name in fields.keys() - required:
        value = fields[name].get_default(call_default_factory=True)
        defaults[name] = processors[name](value) if name in processors and value is not None else value
    identity = generated.name if generated is not None else None
    return _Plan(str(compiled), bool(compiled.positional), defaults, required, processors, identity)
