"""Several small questions as one query, so that a page stays inside its budget of queries."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    CharField,
    DateField,
    Expression,
    Field,
    FloatField,
    IntegerField,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

_TYPES: dict[str, Field[Any, Any]] = {
    "number": IntegerField(),
    "name": CharField(),
    "kind": CharField(),
    "day": DateField(),
    "value": FloatField(),
    "more": IntegerField(),
}


class Plain(Cast):
    """A cast whose values come out of both databases as they should: Django's turn over every value is left out."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Those of the field alone."""
        return self.output_field.get_db_converters(connection)


class Line(NamedTuple):
    """A row of an answer; what stands in it depends on the question, ``what``."""

    what: str
    number: int | None
    name: str | None
    kind: str | None
    day: date | None
    value: float | None
    more: int | None


def question(what: str, rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
    """A question whose answers are lines. ``rows`` are grouped already; ``columns`` are expressions over them."""
    made: dict[str, Expression] = {"line_what": Value(what, output_field=CharField())}
    for name, kind in _TYPES.items():
        made[f"line_{name}"] = Plain(columns.get(name, Value(None)), kind)
    asked: QuerySet[Any, Any] = rows.annotate(**made).values_list(*made)
    return asked


def together(*questions: QuerySet[Any, Any]) -> list[Line]:
    """All answers."""
    first, *others = (each.order_by() for each in questions)
    return list(map(Line._make, first.union(*others, all=True) if others else first))
