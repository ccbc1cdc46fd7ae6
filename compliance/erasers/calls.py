"""What the platform told us: calls as they came, and the events inside."""

from __future__ import annotations

from typing import Any

from django.db.models import BinaryField, F, Func, IntegerField, Q, Value

from compliance.erasers.target import Busy, Target, remove
from webhooks.models import Event, Incoming

_WINDOW = 2_000
"""Calls whose bodies are searched in one piece of work."""


class Place(Func):
    """Where a word stands in a column of bytes, counted from one; zero where it does not."""

    output_field = IntegerField()
    template = "INSTR(%(expressions)s)"

    def __init__(self, column: str, word: str, **extra: Any) -> None:
        super().__init__(F(column), Value(word.encode(), output_field=BinaryField()), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same in the words of the standard, which has the needle first."""
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return super(Place, turned).as_sql(
            compiler, connection, template="POSITION(%(expressions)s)", arg_joiner=" IN ", **context
        )


def erase_calls(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Calls that told of the account, and those whose body names it or its person: whole, for what else they told
    is in rows of its own. One that waits to be read is read first.
    """
    calls = Incoming.objects.filter(platform=target.platform, pk__gt=mark).order_by("pk")
    window = list(calls.values_list("pk", flat=True)[:_WINDOW])
    if not window:
        return 0, None
    within = Incoming.objects.filter(platform=target.platform, pk__gt=mark, pk__lte=window[-1])
    told = within.filter(Q(events__account=target.account_id) | Q(account=target.account_id))
    places = {f"word_{number}": Place("body", word) for number, word in enumerate(target.words)}
    named = Q(pk__in=told.values("pk"))
    for place in places:
        named |= Q(**{f"{place}__gt": 0})
    found = dict(within.alias(**places).filter(named).values_list("pk", "state"))
    if Incoming.State.RECEIVED in found.values():
        raise Busy
    Incoming.objects.filter(pk__in=found).delete()
    return len(found), window[-1]


def erase_events(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Events of the account."""
    return remove(Event.objects.filter(account=target.account_id), limit)
