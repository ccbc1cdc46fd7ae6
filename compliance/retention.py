"""Erasing what was held long enough: by the declarations of the connectors, for each class of data.

To let a new kind of row be swept, add one entry to :data:`SWEEPS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.describing import describe
from accounts.models import ConnectedAccount
from analytics.models import AccountSnapshot, DayGain, Payload, PostSnapshot, TrackedPost
from compliance.models import Hold
from socialhub.platforms import registry
from socialhub.platforms.events import EventKind
from socialhub.platforms.policy import DataClass
from webhooks.models import Contact, Event, InboxItem, Incoming

EVERY = timedelta(hours=1)
SLACK = 1.5 * EVERY
"""Rows go so much before their time is over: the next look comes too late for them."""
_LIMIT = 2_000
_READ_AT_ONCE = 20
_REFRESH_AT = 2 / 3
_SPOKEN = (EventKind.COMMENT, EventKind.MENTION, EventKind.MESSAGE)


@dataclass(frozen=True)
class Sweep:
    """Rows of one class of data: ``name`` is what people call them, ``find`` gives those of a platform that were read
    before a time and ``empty`` erases them.
    """

    data: DataClass
    name: str
    find: Callable[[str, datetime], QuerySet[Any]]
    empty: Callable[[QuerySet[Any]], int]


def _held() -> QuerySet[Hold, Any]:
    return Hold.objects.values("account")


def _profiles(platform: str, before: datetime) -> QuerySet[Any]:
    rows = ConnectedAccount.objects.known().filter(platform=platform).exclude(pk__in=_held())
    shown = ~Q(handle="") | ~Q(avatar_url="") | ~Q(url="")
    return rows.alias(read=Coalesce("described_at", "connected_at")).filter(shown, read__lt=before)


def _nameless(rows: QuerySet[Any]) -> int:
    return rows.update(handle="", avatar_url="", url="", name="Name not kept", described_at=None)


def _people(platform: str, before: datetime) -> QuerySet[Any]:
    named = ~Q(name="") | ~Q(handle="") | ~Q(url="")
    rows = Contact.objects.filter(named, account__platform=platform, read_at__lt=before)
    return rows.exclude(account__in=_held())


def _words(platform: str, before: datetime) -> QuerySet[Any]:
    rows = InboxItem.objects.filter(account__platform=platform, read_at__lt=before, is_emptied=False)
    return rows.exclude(account__in=_held())


def _events(platform: str, before: datetime) -> QuerySet[Any]:
    rows = Event.objects.filter(account__platform=platform, kind__in=_SPOKEN, created_at__lt=before)
    return rows.exclude(data={}).exclude(account__in=_held())


def _calls(platform: str, before: datetime) -> QuerySet[Any]:
    read = Incoming.objects.filter(platform=platform, received_at__lt=before)
    return read.exclude(state=Incoming.State.RECEIVED)


def _texts(platform: str, before: datetime) -> QuerySet[Any]:
    """Words and links of posts made elsewhere. Those of ours were written here."""
    rows = TrackedPost.objects.filter(account__platform=platform, delivery=None, told_at__lt=before)
    return rows.exclude(text="", url="").exclude(account__in=_held())


def _totals(platform: str, before: datetime) -> QuerySet[Any]:
    """The latest figures of posts, where they have not been read since."""
    rows = TrackedPost.objects.filter(account__platform=platform, read_at__lt=before)
    return rows.exclude(totals={}, night_totals={}).exclude(account__in=_held())


def _figures(model: Any, at: str, account: str = "account") -> Callable[[str, datetime], QuerySet[Any]]:
    """Figures of that table, by when they were read."""

    def find(platform: str, before: datetime) -> QuerySet[Any]:
        rows = model._default_manager.filter(**{f"{account}__platform": platform, f"{at}__lt": before})
        return rows.exclude(**{f"{account}__in": _held()})  # type: ignore[no-any-return]

    return find


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


SWEEPS: tuple[Sweep, ...] = (
    Sweep(DataClass.PROFILE, "names and pictures of accounts", _profiles, _nameless),
    Sweep(
        DataClass.PEOPLE, "people in the inbox", _people, lambda rows: rows.update(name="", handle="", url="")
    ),
    Sweep(
        DataClass.WORDS, "words in the inbox", _words,
        lambda rows: rows.update(text="", url="", facts={}, is_emptied=True),
    ),
    Sweep(DataClass.WORDS, "words in events", _events, lambda rows: rows.update(data={})),
    Sweep(DataClass.CALLS, "calls as they came", _calls, _delete),
    Sweep(
        DataClass.PROFILE, "texts of posts made elsewhere", _texts,
        lambda rows: rows.update(text="", url="", facts={}),
    ),
    Sweep(DataClass.METRICS, "figures of posts", _figures(PostSnapshot, "read_at", "post__account"), _delete),
    Sweep(DataClass.METRICS, "figures of accounts", _figures(AccountSnapshot, "read_at"), _delete),
    Sweep(
        DataClass.METRICS, "latest figures of posts", _totals,
        lambda rows: rows.update(totals={}, night_totals={}, before_totals={}),
    ),
    Sweep(DataClass.METRICS, "answers about figures", _figures(Payload, "read_at"), _delete),
    Sweep(DataClass.METRICS, "gains of days", _figures(DayGain, "day"), _delete),
)  # fmt: skip


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Erase what is due everywhere; how many rows of each kind. What was erased is no longer found."""
    now = now or timezone.now()
    refresh_profiles(now)
    counts: dict[str, int] = {}
    for platform, one, keep in declared():
        found = one.find(platform, now - keep + min(SLACK, keep / 4))
        while keys := list(found.order_by("pk").values_list("pk", flat=True)[:_LIMIT]):
            counts[one.name] = counts.get(one.name, 0) + one.empty(
                found.model._default_manager.filter(pk__in=keys)
            )
    return counts


def refresh_profiles(now: datetime) -> int:
    """Read names and pictures anew before their time is over; how many were."""
    read = 0
    for key, connector in registry.connectors().items():
        keep = connector.policy.keep.get(DataClass.PROFILE)
        if keep is None:
            continue
        aging = ConnectedAccount.objects.usable().known().filter(platform=key)
        aging = aging.alias(read=Coalesce("described_at", "connected_at")).filter(
            read__lt=now - keep * _REFRESH_AT
        )
        read += sum(describe(account) for account in aging.select_related("workspace")[:_READ_AT_ONCE])
    return read


def declared() -> Iterator[tuple[str, Sweep, timedelta]]:
    """Every kind of row that a platform's terms set an end to."""
    for key, connector in registry.connectors().items():
        for one in SWEEPS:
            keep = connector.policy.keep.get(one.data)
            if keep is not None:
                yield key, one, keep
