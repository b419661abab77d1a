"""Statements compiled once and run on the driver's own cursor: a fifth of the ORM's cost, for the hot paths.

A statement given to `run` must live as long as the process (a module's constant), because what was compiled is found
again by the statement's identity. Values pass through the columns' types in both directions, exactly as in the ORM.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect, Executable, Float, Table
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
    """How a row of a table is inserted when these columns are told: the statement, what turns each told value into
    the driver's, the values of the columns that were not told (as the driver takes them), and whether it has an id."""

    sql: str
    processors: tuple[Processor | None, ...]
    untold: tuple[Any, ...]
    has_id: bool


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
    dialect = session.info["dialect"]
    plan = _plan(model, tuple(values), unless_there, dialect)
    told = zip(plan.processors, values.values(), strict=True)
    row = [value if process is None or value is None else process(value) for process, value in told]
    with _Sending(session, plan.sql, inserts=True) as driver:
        cursor = driver.execute(plan.sql, (*row, *plan.untold))
    if not plan.has_id:
        return 0
    if dialect.name == "sqlite":
        return cursor.lastrowid if cursor.rowcount == 1 else 0
    found = cursor.fetchone()
    return found[0] if found else 0


def insert_each(
    session: Transaction,
    model: type[SQLModel],
    columns: tuple[str, ...],
    rows: Iterable[Sequence[Any]],
    *,
    unless_there: bool = False,
) -> list[int]:
    """Insert rows that tell the same columns, and return what `insert` would for each."""
    plan = _plan(model, columns, unless_there, session.info["dialect"])
    ready = [(*map(_driven, plan.processors, row), *plan.untold) for row in rows]
    with _Sending(session, plan.sql, inserts=True) as driver:
        if session.info["dialect"].name == "sqlite":
            sent = [driver.execute(plan.sql, row) for row in ready]
            return [cursor.lastrowid if plan.has_id and cursor.rowcount == 1 else 0 for cursor in sent]
        cursor = driver.cursor()
        cursor.executemany(plan.sql, ready, returning=plan.has_id)  # all on their way before the first answer
        if not plan.has_id:
            return [0] * len(ready)
        answers = [cursor.fetchone() for _ in _result_sets(cursor)]
        return [found[0] if found else 0 for found in answers]


def _driven(process: Processor | None, value: Any) -> Any:
    return value if process is None or value is None else process(value)


def _result_sets(cursor: Any) -> Iterator[None]:
    """Step through the answers to each row of an `executemany`."""
    more = True
    while more:
        yield
        more = cursor.nextset()


def _execute(session: Transaction, statement: Executable, values: Mapping[str, Any]) -> Any:
    """Turn the values into the driver's and run the statement; return the driver's cursor."""
    compiled = _compiled(statement, session.info["dialect"])
    row = {**compiled.fixed, **values}
    for name, process in compiled.incoming:
        if row[name] is not None:
            row[name] = process(row[name])
    return plain(session, compiled.sql, row if compiled.names is None else tuple(row[name] for name in compiled.names))


def plain(session: Transaction, sql: str, values: Any = ()) -> Any:
    """Run SQL as the driver takes it, after what the session still holds; return the driver's cursor.

    Errors are named as the ORM would name them.
    """
    with _Sending(session, sql) as driver:
        return driver.execute(sql, values)


class _Sending:
    """Write back what the session still holds, give the driver's connection, and name its errors as the ORM would.

    Before an insert only new rows are written back, for it may point to them; changed ones can wait.
    """

    __slots__ = ("_inserts", "_session", "_sql")

    def __init__(self, session: Transaction, sql: str, *, inserts: bool = False) -> None:
        self._session = session
        self._sql = sql
        self._inserts = inserts

    def __enter__(self) -> Any:
        if not self._session.in_transaction():  # the driver would commit each statement by itself
            raise RuntimeError("A prepared statement needs the transaction of a session that `Store` opened.")
        if not self._inserts or getattr(self._session, "new", None):
            self._session.flush()
        return self._session.info["driver"]

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        dialect = self._session.info["dialect"]
        family = dialect.loaded_dbapi.Error
        if isinstance(error, family):
            raise DBAPIError.instance(self._sql, None, error, family, hide_parameters=True, dialect=dialect) from error


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
    processes = (_result_processor(column.type, dialect) for column in returned)
    outgoing = tuple((place, process) for place, process in enumerate(processes) if process is not None)
    names = tuple(compiled.positiontup) if compiled.positional else None
    return _Compiled(str(compiled), names, fixed, tuple(incoming.items()), outgoing)


def _result_processor(kind: Any, dialect: Dialect) -> Processor | None:
    """Return what turns the driver's value back; both drivers give floats as they are, and ask for more to say so."""
    if isinstance(kind, Float):
        return None
    found: Processor | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


def _processors(types: Mapping[str, Any], dialect: Dialect) -> dict[str, Processor]:
    """Return what turns values into the driver's, for those that need it."""
    found = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()}
    return {name: process for name, process in found.items() if process is not None}


@lru_cache(maxsize=512)
def _plan(model: type[SQLModel], told: tuple[str, ...], unless_there: bool, dialect: Dialect) -> _Plan:
    """Write the insert statement of a table in which these columns are told and the others have their defaults."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    generated = table.autoincrement_column
    columns = {column.name: column for column in table.columns if column is not generated}
    fields = {name: model.model_fields[name] for name in columns}
    missing = {name for name, field in fields.items() if field.is_required()} - set(told)
    if wrong := sorted(missing | (set(told) - set(columns))):
        raise TypeError(f"{model.__name__}: missing or unknown {', '.join(wrong)}.")
    processors = _processors({name: column.type for name, column in columns.items()}, dialect)
    defaults = {n: field.get_default(call_default_factory=True) for n, field in fields.items() if n not in told}
    untold = {n: value for n, value in defaults.items() if value is not None}  # the database itself fills in NULL
    values = tuple(processors[name](value) if name in processors else value for name, value in untold.items())
    sql = _insert_sql(dialect, table, [*told, *untold], unless_there, generated)
    return _Plan(sql, tuple(processors.get(name) for name in told), values, generated is not None)


def _insert_sql(dialect: Dialect, table: Table, names: list[str], unless_there: bool, generated: Any) -> str:
    quote = dialect.identifier_preparer.quote
    mark = "?" if dialect.name == "sqlite" else "%s"
    sql = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608 - names of our own tables
    if unless_there:
        sql += " ON CONFLICT DO NOTHING"
    if generated is not None and dialect.name != "sqlite":
        sql += f" RETURNING {quote(generated.name)}"
    return sql
