"""Which live posts are followed: those that went out from here, as soon as they are out, and those made elsewhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import F, Q

from accounts.clock import database_now
from accounts.models import ConnectedAccount
from analytics.marks import MARKS, next_mark_at
from analytics.models import Collection, TrackedPost
from analytics.models.posts import EXCERPT
from publishing.models import Delivery
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.metrics import Published
from socialhub.platforms.values import Kind

OVERLAP = timedelta(minutes=2)
"""A transaction that was slow may show a post this much later than it says."""
LOOK_BACK = timedelta(days=3)
"""For posts that went out while no collector ran. What is older is found when posts are listed."""
EVERY = 10.0
"""Seconds between two looks."""
AT_ONCE = 500
log = logging.getLogger(__name__)


def able() -> list[str]:
    """The platforms whose figures can be read."""
    return [key for key, known in registry.connectors().items() if known.insights]


def ensure(now: datetime) -> int:
    """Give every account that can be read a row, and those that can be read again a time; gives how many."""
    accounts = ConnectedAccount.objects.filter(platform__in=able(), state=ConnectedAccount.State.ACTIVE)
    fresh = list(accounts.filter(collection=None).values_list("pk", flat=True))
    Collection.objects.bulk_create(
        [Collection(account_id=pk, next_at=now) for pk in fresh], ignore_conflicts=True
    )
    idle = Collection.objects.filter(account__in=accounts, next_at=None)
    return len(fresh) + idle.update(next_at=now, reason="", failures=0)


def keep_tracking(stopping: threading.Event) -> None:
    """Follow what goes out until told to stop. Any number may run."""
    since = database_now() - LOOK_BACK
    while not stopping.is_set():
        try:
            now = database_now()
            if track_fresh(since, now) < AT_ONCE:
                since = now
                stopping.wait(EVERY)
        except DatabaseError:
            log.exception("new posts could not be looked for; trying again")
            connections.close_all()
            stopping.wait(EVERY)
    connections.close_all()


def track_fresh(since: datetime, now: datetime) -> int:
    """Follow what has gone out since then, and let its account be read when the first figures are due."""
    out = Delivery.objects.filter(
        published_at__gte=since - OVERLAP, state=State.PUBLISHED, tracked=None, account__platform__in=able()
    ).exclude(remote_id="")
    found = list(out.order_by("published_at")[:AT_ONCE])
    return track(found, now)


def track(deliveries: Iterable[Delivery], now: datetime) -> int:
    """Follow these live posts. One that was found as made elsewhere is recognised as ours; gives how many are new."""
    rows = [each for each in deliveries if each.published_at is not None]
    known = {
        (row.account_id, row.external_id): row
        for row in TrackedPost.objects.filter(
            account__in={each.account_id for each in rows}, external_id__in={each.remote_id for each in rows}
        )
    }
    fresh: list[TrackedPost] = []
    for each in rows:
        row = known.get((each.account_id, each.remote_id))
        if row is None:
            fresh.append(_tracked(each, now))
        elif row.delivery_id is None:
            TrackedPost.objects.filter(pk=row.pk).update(delivery=each, kind=each.kind, text="", url=each.url)
    TrackedPost.objects.bulk_create(fresh, ignore_conflicts=True)
    _wake(fresh)
    return len(fresh)


def _tracked(delivery: Delivery, now: datetime) -> TrackedPost:
    at = delivery.published_at or now
    return TrackedPost(
        account_id=delivery.account_id,
        delivery=delivery,
        external_id=delivery.remote_id,
        kind=delivery.kind,
        url=delivery.url,
        published_at=at,
        found_at=now,
        told_at=now,
        mark_due_at=next_mark_at(at, at),
    )


def _wake(posts: Iterable[TrackedPost]) -> None:
    """Let accounts be read no later than their first mark."""
    for post in posts:
        Collection.objects.filter(account=post.account_id, next_at__gt=post.mark_due_at).update(
            next_at=post.mark_due_at
        )


def import_posts(
    account: ConnectedAccount, found: Iterable[Published], now: datetime, *, is_first: bool
) -> int:
    """Follow posts made elsewhere; those that went out from here are known already. Gives how many are new.

    On the first look at an account its posts have a past that nobody here has seen.
    """
    listed = {each.id: each for each in found if each.at <= now}
    ours = Delivery.objects.filter(account=account, remote_id__in=listed)
    track(ours.filter(state=State.PUBLISHED, tracked=None), now)
    known = TrackedPost.objects.filter(account=account, external_id__in=listed)
    parts = _other_parts(account, listed)
    new = listed.keys() - set(known.values_list("external_id", flat=True)) - parts
    rows = [_imported(account, listed[key], now, is_first=is_first) for key in listed if key in new]
    TrackedPost.objects.bulk_create(rows, ignore_conflicts=True)
    for row in known.filter(delivery=None):
        told = listed[row.external_id]
        TrackedPost.objects.filter(pk=row.pk).update(
            facts=dict(told.facts), text=told.text[:EXCERPT], url=told.url[:500], told_at=now
        )
    return len(rows)


def _other_parts(account: ConnectedAccount, listed: Mapping[str, Published]) -> set[str]:
    """Ids among these that are later parts of threads of ours: the thread is followed by its first part."""
    threads = Delivery.objects.filter(account=account, kind=Kind.THREAD, state=State.PUBLISHED)
    if not listed:
        return set()
    oldest = min(post.at for post in listed.values()) - timedelta(days=1)
    publishing = account.connector.publishing
    found: set[str] = set()
    for row in threads.filter(published_at__gte=oldest):
        ids = publishing.live_ids(row.remote_id, row.facts) if publishing else ()
        found |= set(ids) - {row.remote_id}
    return found


def _imported(account: ConnectedAccount, post: Published, now: datetime, *, is_first: bool) -> TrackedPost:
    age = now - post.at
    is_young = age < max(MARKS.values())
    return TrackedPost(
        account=account,
        external_id=post.id,
        kind=str(post.kind or ""),
        text=post.text[:EXCERPT],
        url=post.url[:500],
        has_past=is_first,
        facts=dict(post.facts),
        published_at=post.at,
        found_at=now,
        told_at=now,
        mark_due_at=next_mark_at(post.at, now) if is_young else None,
    )


def published(post: TrackedPost) -> Published:
    """The post as connectors know it."""
    kind = Kind(post.kind) if post.kind else None
    return Published(post.external_id, post.published_at, kind, post.text, post.url, post.facts)


def live_posts(account: ConnectedAccount) -> Any:
    """The followed posts of an account that were not taken down."""
    there = Q(delivery=None) | Q(delivery__removed_at=None)
    return TrackedPost.objects.filter(there, account=account).order_by(F("published_at").desc(), "-pk")
