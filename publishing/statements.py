"""The statements of every turn, written out: building them anew costs more than the database takes for them.

Measured on 200 text posts (``bench.throughput``): the query builder took a quarter of a turn's time, and reading
what was claimed through it half of all that a publisher computed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models.base import ModelState

Columns = tuple[tuple[type[models.Model], tuple[str, ...]], ...]
"""Models with the names of the fields that are wanted of each."""


Reader = Callable[[Sequence[Any], Any], models.Model]


def update_where(model: type[models.Model], values: Mapping[str, Any], **where: Any) -> int:
    """Set columns of the rows that match all of ``where``; gives how many there were. Plain values only."""
    with connection.cursor() as cursor:
        cursor.execute(_update(model, tuple(values), tuple(where)), _given(model, values, where))
        return int(cursor.rowcount)


def insert(rows: Sequence[models.Model]) -> None:
    """Add rows of one model in one statement. Their ids stay unknown."""
    if not rows:
        return
    columns, casts = _columns(type(rows[0]), connection.vendor)
    marks = ", ".join([f"({', '.join(['%s'] * len(casts))})"] * len(rows))
    statement = f"INSERT INTO {_table(type(rows[0]))} ({columns}) VALUES {marks}"  # noqa: S608 (names of columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(rows))


def update_and_insert(
    model: type[models.Model], values: Mapping[str, Any], rows: Sequence[models.Model], **where: Any
) -> bool:
    """:func:`update_where` and, if that changed something, :func:`insert`: both or neither. Whether it did.

    On PostgreSQL this is one statement, and so one way to the database and back instead of four.
    """
    if not rows:
        return update_where(model, values, **where) > 0
    if connection.vendor != "postgresql":
        with transaction.atomic():
            changed = update_where(model, values, **where) > 0
            if changed:
                insert(rows)
        return changed
    columns, casts = _columns(type(rows[0]), connection.vendor)
    marks = ", ".join([f"({', '.join(f'%s::{cast}' for cast in casts)})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH changed AS ({_update(model, tuple(values), tuple(where))} RETURNING 1)"  # noqa: S608 (names of columns)
            f" INSERT INTO {_table(type(rows[0]))} ({columns})"
            f" SELECT added.* FROM (VALUES {marks}) AS added WHERE EXISTS (SELECT 1 FROM changed)",
            [*_given(model, values, where), *_values(rows)],
        )
        return int(cursor.rowcount) > 0


def _values(rows: Sequence[models.Model]) -> list[Any]:
    """The values of rows, without their keys, one row after the other."""
    fields = _fields(type(rows[0]))
    return [_prepared(field, field.pre_save(row, add=True)) for row in rows for field in fields]


_AS_THEY_ARE: dict[type[models.Field[Any, Any]], frozenset[type]] = {
    models.CharField: frozenset({str}),
    models.BooleanField: frozenset({bool}),
    models.FloatField: frozenset({float}),
    models.BigIntegerField: frozenset({int}),
    models.PositiveIntegerField: frozenset({int}),
    models.PositiveSmallIntegerField: frozenset({int}),
}
"""Fields of exactly these classes hand exactly such values to the database unchanged, after a long way round."""


def _prepared(field: models.Field[Any, Any], value: Any) -> Any:
    """The value as the database takes it."""
    if value is None or type(value) in _AS_THEY_ARE.get(type(field), ()):
        return value
    return field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


@functools.cache
def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@functools.cache
def _columns(model: type[models.Model], vendor: str) -> tuple[str, list[str]]:
    """The columns of a model without its key, and the type of each."""
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in _fields(model))
    types = [str(field.db_type(connection)) for field in _fields(model)]
    # A cast to varchar(n) would cut what is too long without a word.
    return names, ["text" if kind.startswith("varchar") else kind for kind in types]


def read(columns: Columns, source: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of ``source`` (what follows FROM) as one object a model. Fields that were not wanted stay deferred."""
    listed, readers = _plan(columns, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {source}", values)  # noqa: S608 (names of columns; the caller's constant)
        rows = cursor.fetchall()
    here = connections[DEFAULT_DB_ALIAS]
    return [tuple(reader(row, here) for reader in readers) for row in rows]


@functools.cache
def _plan(columns: Columns, vendor: str) -> tuple[str, list[Reader]]:
    listed: list[str] = []
    readers = []
    for model, names in columns:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        readers.append(_reader(model, fields, len(listed)))
        listed += [f"{_table(model)}.{connection.ops.quote_name(field.column)}" for field in fields]
    return ", ".join(listed), readers


def _reader(model: type[models.Model], fields: list[Any], start: int) -> Reader:
    """Makes an object of the part of a row that begins at ``start``.

    What `Model.from_db` does, without looking for each of the model's fields among those that were read, and without
    `pre_init` and `post_init`, to which nothing here listens.
    """
    names = [field.attname for field in fields]
    conversions = []
    for at, field in enumerate(fields):
        column = field.get_col(_table(model))
        steps = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        conversions += [(at, column, step) for step in steps]

    def make(row: Sequence[Any], here: Any) -> models.Model:
        values = list(row[start : start + len(names)])
        for at, column, step in conversions:
            values[at] = step(values[at], column, here)
        made = model.__new__(model)
        made.__dict__.update(zip(names, values, strict=True))
        made._state = ModelState()
        made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
        return made

    return make


@functools.cache
def _update(model: type[models.Model], names: tuple[str, ...], where: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_column(model, name)} = %s" for name in names)
    conditions = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    return f"UPDATE {_table(model)} SET {sets} WHERE {conditions}"  # noqa: S608 (names of columns)


def _column(model: type[models.Model], name: str) -> str:
    field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    return str(connection.ops.quote_name(str(field.column)))


def _given(model: type[models.Model], *parts: Mapping[str, Any]) -> list[Any]:
    """The values as the database takes them, in their order."""
    field_of = model._meta.get_field
    return [_prepared(field_of(name), value) for part in parts for name, value in part.items()]  # type: ignore[arg-type]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
