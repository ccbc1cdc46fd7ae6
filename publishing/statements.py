"""The statements of every turn, written out: building them anew costs more than the database takes for them.

Measured on 200 text posts (``bench.throughput``): the query builder took a quarter of a turn's time, and reading
what was claimed through it half of all that a publisher computed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

Columns = tuple[tuple[type[models.Model], tuple[str, ...]], ...]
"""Models with the names of the fields that are wanted of each."""


def update_where(model: type[models.Model], values: Mapping[str, Any], **where: Any) -> int:
    """Set columns of the rows that match all of ``where``; gives how many there were. Plain values only."""
    sets, given = _equalities(model, values, ", ")
    conditions, matched = _equalities(model, where, " AND ")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {_table(model)} SET {sets} WHERE {conditions}", [*given, *matched])  # noqa: S608 (names of columns)
        return int(cursor.rowcount)


def insert(rows: Sequence[models.Model]) -> None:
    """Add rows of one model in one statement. Their ids stay unknown."""
    if not rows:
        return
    columns, given, casts = _values(rows)
    marks = ", ".join([f"({', '.join(['%s'] * len(casts))})"] * len(rows))
    statement = f"INSERT INTO {_table(type(rows[0]))} ({columns}) VALUES {marks}"  # noqa: S608 (names of columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


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
    sets, given = _equalities(model, values, ", ")
    conditions, matched = _equalities(model, where, " AND ")
    columns, added, casts = _values(rows)
    marks = ", ".join([f"({', '.join(f'%s::{cast}' for cast in casts)})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH changed AS (UPDATE {_table(model)} SET {sets} WHERE {conditions} RETURNING 1)"  # noqa: S608 (names of columns)
            f" INSERT INTO {_table(type(rows[0]))} ({columns})"
            f" SELECT added.* FROM (VALUES {marks}) AS added WHERE EXISTS (SELECT 1 FROM changed)",
            [*given, *matched, *added],
        )
        return int(cursor.rowcount) > 0


def _values(rows: Sequence[models.Model]) -> tuple[str, list[Any], list[str]]:
    """The columns of rows without their key, the values of all of them, and the type of each column."""
    columns, casts = _columns(type(rows[0]), connection.vendor)
    fields = [field for field in type(rows[0])._meta.concrete_fields if not field.primary_key]
    given = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    return columns, given, casts


@functools.cache
def _columns(model: type[models.Model], vendor: str) -> tuple[str, list[str]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    types = [str(field.db_type(connection)) for field in fields]
    # A cast to varchar(n) would cut what is too long without a word.
    return names, ["text" if kind.startswith("varchar") else kind for kind in types]


def read(columns: Columns, source: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of ``source`` (what follows FROM) as one object a model. Fields that were not wanted stay deferred."""
    listed, readers = _plan(columns, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {source}", values)  # noqa: S608 (names of columns; the caller's constant)
        rows = cursor.fetchall()
    return [tuple(reader(row) for reader in readers) for row in rows]


@functools.cache
def _plan(columns: Columns, vendor: str) -> tuple[str, list[Callable[[Sequence[Any]], models.Model]]]:
    listed: list[str] = []
    readers = []
    for model, names in columns:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        readers.append(_reader(model, fields, len(listed)))
        listed += [f"{_table(model)}.{connection.ops.quote_name(field.column)}" for field in fields]
    return ", ".join(listed), readers


def _reader(
    model: type[models.Model], fields: list[Any], start: int
) -> Callable[[Sequence[Any]], models.Model]:
    """Makes an object of the part of a row that begins at ``start``."""
    names = [field.attname for field in fields]
    conversions = []
    for at, field in enumerate(fields):
        column = field.get_col(_table(model))
        steps = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        if steps:
            conversions.append((at, column, steps))

    def make(row: Sequence[Any]) -> models.Model:
        values = list(row[start : start + len(names)])
        for at, column, steps in conversions:
            for step in steps:
                values[at] = step(values[at], column, connection)
        return model.from_db("default", names, values)

    return make


def _equalities(
    model: type[models.Model], values: Mapping[str, Any], separator: str
) -> tuple[str, list[Any]]:
    columns, given = [], []
    for name, value in values.items():
        field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        columns.append(f"{connection.ops.quote_name(str(field.column))} = %s")
        given.append(field.get_db_prep_save(value, connection))
    return separator.join(columns), given


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
