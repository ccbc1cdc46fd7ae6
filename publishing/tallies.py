"""Tallies of what publishers do, kept by the publishers themselves in batches, for `/metrics`.

They are counted from the lines of the flight recorder, so nothing is lost or counted twice whoever is killed, and
it does not matter which process does it. A look at them costs some hundred rows however long history is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet

from accounts.clock import database_now, in_line
from accounts.models import ConnectedAccount
from publishing.models import Delivery, StepLog, Tally, TallyMark
from publishing.states import AT_REST, State

EVENTS, FIRST, LIVE, DELIVERIES, ACCOUNTS = "events", "lag_first", "lag_live", "deliveries", "accounts"
"""Names: recorder lines by event and platform; seconds from due to the first turn and to being live, by platform
and upper bound; deliveries that are not at their end, by state; accounts in trouble, by what it is."""
BOUNDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, float("inf"))
SUM = "sum"
FAILING = "refresh_failing"

Numbers = dict[str, float]
PEOPLE = frozenset({"queued", "person"})
"""Events that are no turns."""
COMMITTED = timedelta(seconds=10)
"""After this long everybody who was writing a line has committed it, or never will."""
CENSUS_EVERY = timedelta(seconds=60)
MOST = 50_000
"""Lines in one go: what a busy hub writes in ten seconds."""


def keep() -> None:
    """Bring the tallies up to now, as far as it is time. For any process, as often as it likes."""
    with in_line():
        now = database_now()
        lines, census = _mark(EVENTS, now), _mark(DELIVERIES, now)
        if now - lines.at >= COMMITTED:
            _count_lines(lines, now)
        if now - census.at >= CENSUS_EVERY or not census.counted:
            _count_states(census, now)


def read() -> dict[str, dict[str, float]]:
    """All of them: name → labels → value."""
    found: dict[str, dict[str, float]] = {}
    for name, labels, value in Tally.objects.values_list("name", "labels", "value"):
        found.setdefault(name, {})[labels] = value
    return found


def counted_at() -> datetime | None:
    """How old the numbers by state are."""
    return TallyMark.objects.filter(name=DELIVERIES).values_list("at", flat=True).first()


def _mark(name: str, now: datetime) -> TallyMark:
    """A hub that had a past before its first mark begins to count now."""
    found = TallyMark.objects.filter(name=name).first()
    if found is not None:
        return found
    top = _top() if name == EVENTS else 0
    made, _ = TallyMark.objects.get_or_create(name=name, defaults={"counted": top, "ceiling": top, "at": now})
    return made


def _top() -> int:
    return StepLog.objects.aggregate(top=Max("pk"))["top"] or 0


@transaction.atomic
def _count_lines(mark: TallyMark, now: datetime) -> None:
    """The lines up to the mark's ceiling, or as many as fit; then the ceiling is raised."""
    reached = min(mark.ceiling, mark.counted + MOST)
    done = reached == mark.ceiling
    raised = {"ceiling": _top(), "at": now} if done else {}
    taken = TallyMark.objects.filter(pk=mark.pk, counted=mark.counted, ceiling=mark.ceiling, at=mark.at)
    if not taken.update(counted=reached, **raised):
        return  # another process is at it
    lines = StepLog.objects.filter(pk__gt=mark.counted, pk__lte=reached)
    _add(EVENTS, _events(lines))
    _add(FIRST, _lags(_first_turns(lines).values_list("delivery__server", "delivery__due_at", "at")))
    live = lines.filter(event="live")
    _add(LIVE, _lags(live.values_list("delivery__server", "delivery__due_at", "delivery__published_at")))


def _events(lines: QuerySet[StepLog]) -> Numbers:
    found: Numbers = defaultdict(float)
    for event, server, count in lines.values_list("event", "delivery__server").annotate(Count("pk")):
        found[f"{event}|{_platform(server)}"] += count
    return found


def _first_turns(lines: QuerySet[StepLog]) -> QuerySet[StepLog]:
    """The first line of a turn since each delivery was due."""
    turns = StepLog.objects.exclude(event__in=PEOPLE)
    before = turns.filter(
        delivery=OuterRef("delivery"), pk__lt=OuterRef("pk"), at__gte=OuterRef("delivery__due_at")
    )
    return lines.exclude(event__in=PEOPLE).filter(~Exists(before), at__gte=F("delivery__due_at"))


def _lags(rows: Iterable[tuple[str, datetime | None, datetime | None]]) -> Numbers:
    """How many fall under each bound and above the one before it, and their sum."""
    found: Numbers = defaultdict(float)
    for server, due, done in rows:
        if due is None or done is None:
            continue
        seconds = max((done - due).total_seconds(), 0.0)
        bound = next(bound for bound in BOUNDS if seconds <= bound)
        found[f"{_platform(server)}|{bound:g}"] += 1
        found[f"{_platform(server)}|{SUM}"] += seconds
    return found


def _platform(server: str) -> str:
    return server.partition(" ")[0]


@transaction.atomic
def _count_states(mark: TallyMark, now: datetime) -> None:
    """Rows that are not at their end: few beside history, and an index holds them."""
    if not TallyMark.objects.filter(pk=mark.pk, at=mark.at, counted=mark.counted).update(at=now, counted=1):
        return
    states = [state for state in State if state not in AT_REST]
    rows = Delivery.objects.filter(state__in=states).order_by().values_list("state").annotate(Count("pk"))
    _set(DELIVERIES, {**{state.value: 0 for state in states}, **dict(rows)})
    accounts = ConnectedAccount.objects.order_by()
    known = ConnectedAccount.State
    lost = [each for each in known if each != known.ACTIVE]
    counts = dict(
        accounts.exclude(state=known.ACTIVE).values_list("state").annotate(Count("pk")),
    )
    failing = accounts.filter(refresh_failures__gt=0).count()
    _set(ACCOUNTS, {**{each.value: 0 for each in lost}, **counts, FAILING: failing})


def _add(name: str, amounts: Numbers) -> None:
    for labels, amount in sorted(amounts.items()):
        if not Tally.objects.filter(name=name, labels=labels).update(value=F("value") + amount):
            Tally.objects.create(name=name, labels=labels, value=amount)


def _set(name: str, values: Numbers) -> None:
    for labels, value in sorted(values.items()):
        Tally.objects.update_or_create(name=name, labels=labels, defaults={"value": value})
