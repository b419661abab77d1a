"""Statements compiled once and run on the driver's own cursor: a fifth of the ORM's cost, for the hot paths.

A statement given to `run` must live as long as the process (a module's constant), because what was compiled is found
again by the statement's identity. Values pass through the columns' types in both directions, exactly as in the ORM.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Executable, Table
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

Processor = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """A statement as the driver takes it, with what turns values into the driver's and back."""

    sql: str
    names: tuple[str, ...] | None  # the order of positional parameters; None when the driver takes them by name
    fixed: dict[str, Any]  # values written into the statement itself
    incoming: tuple[tuple[str, Processor], ...]
    outgoing: tuple[tuple[int, Processor], ...]


class _Plan(NamedTuple):
    """How a row of a table is inserted: the statement, the values it has unless told, and the name of its id."""

    statement: Executable
    columns: tuple[str, ...]
    names: frozenset[str]
    defaults: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    id: str | None


def run(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement that lives for the whole process and return its rows (none for a plain change)."""
    cursor = _execute(session, statement, values or {})
    rows = cursor.fetchall() if cursor.description else []
    cursor.close()
    outgoing = _compiled(statement, session.info["dialect"]).outgoing
    return [_converted(row, outgoing) for row in rows] if outgoing else rows


def change(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run a change that lives for the whole process and return how many rows it touched."""
    cursor = _execute(session, statement, values or {})
    count: int = cursor.rowcount
    cursor.close()
    return count


def insert(session: Session, model: type[SQLModel], values: Mapping[str, Any], *, unless_there: bool = False) -> int:
    """Insert one row and return its id (0 for a table without one).

    With `unless_there` a row that breaks a unique key is left out, and 0 is returned for it.
    """
    dialect = session.info["dialect"]
    plan = _plan(model, unless_there, dialect.name)
    row = {**plan.defaults, **{name: make() for name, make in plan.factories if name not in values}, **values}
    if row.keys() != plan.names:
        wrong = sorted(row.keys() ^ plan.names)
        raise TypeError(f"{model.__name__}: missing or unknown {', '.join(wrong)}.")
    cursor = _execute(session, plan.statement, row, plan.columns)
    try:
        if plan.id is None:
            return 0
        if dialect.name == "sqlite":
            return cursor.lastrowid if cursor.rowcount == 1 else 0
        found = cursor.fetchone()
        return found[0] if found else 0
    finally:
        cursor.close()


def _execute(
    session: Session, statement: Executable, values: Mapping[str, Any], columns: tuple[str, ...] | None = None
) -> Any:
    """Write what the session still holds back, then run the statement; return the driver's cursor."""
    if not session.in_transaction():  # the driver would commit each statement by itself
        raise RuntimeError("A prepared statement needs the transaction of a session that `Store` opened.")
    if session.autoflush:
        session.flush()
    dialect = session.info["dialect"]
    compiled = _compiled(statement, dialect, columns)
    row = {**compiled.fixed, **values}
    try:
        for name, process in compiled.incoming:
            row[name] = process(row[name])
        cursor = session.info["driver"].cursor()
        cursor.execute(compiled.sql, row if compiled.names is None else tuple(row[name] for name in compiled.names))
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            compiled.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error
    return cursor


def _converted(row: Sequence[Any], outgoing: tuple[tuple[int, Processor], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in outgoing:
        values[place] = process(values[place])
    return tuple(values)


@lru_cache(maxsize=1024)
def _compiled(statement: Executable, dialect: Dialect, columns: tuple[str, ...] | None = None) -> _Compiled:
    """Compile a statement for one engine's dialect; `columns` are those an insert fills."""
    compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
    fixed, incoming = {}, []
    for name, bind in compiled.binds.items():
        if not bind.required:
            fixed[name] = bind.effective_value
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            incoming.append((name, process))
    returned: list[Any] = list(getattr(statement, "exported_columns", ()))
    processes = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned)
    outgoing = tuple((place, process) for place, process in enumerate(processes) if process is not None)
    names = tuple(compiled.positiontup) if compiled.positional else None
    return _Compiled(str(compiled), names, fixed, tuple(incoming), outgoing)


@lru_cache(maxsize=256)
def _plan(model: type[SQLModel], unless_there: bool, dialect: str) -> _Plan:
    """Write the insert statement of a table, naming every column but a generated id."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    generated = table.autoincrement_column
    columns = tuple(column.name for column in table.columns if column is not generated)
    statement: Any = sql_insert(table)
    if unless_there:
        statement = (sqlite if dialect == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()
    if generated is not None and dialect != "sqlite":
        statement = statement.returning(generated)
    fields = {name: model.model_fields[name] for name in columns}
    factories: Any = tuple((name, field.default_factory) for name, field in fields.items() if field.default_factory)
    made = {name for name, _ in factories}
    defaults = {n: field.default for n, field in fields.items() if n not in made and not field.is_required()}
    identity = generated.name if generated is not None else None
    return _Plan(statement, columns, frozenset(columns), defaults, factories, identity)
