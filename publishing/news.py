"""What webhooks tell of posts. They are hints: a running delivery looks at once, and what it sees decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import ConnectedAccount, Workspace
from publishing import recording
from publishing.models import Delivery
from publishing.states import State
from socialhub.platforms.events import EventKind
from webhooks.models import Event
from webhooks.signals import AboutPost, event_received, poll_wished, posts_asked, posts_described

POSTS_FIRST = timedelta(minutes=1)
"""How soon a post of the account has to be due that its comments are not asked for."""
HURRIES = frozenset({EventKind.POST_LIVE, EventKind.POST_FAILED})


@receiver(event_received, dispatch_uid="publishing.news")
def take_note(event: Event, **kwargs: Any) -> None:
    """Look at once instead of at the next poll; note what is no longer there."""
    if event.kind in HURRIES:
        hurry(event)
    elif event.kind == EventKind.POST_REMOVED and event.subject:
        note_removal(event)


def hurry(event: Event) -> int:
    """Let deliveries of the account that wait for its platform go on now; gives how many.

    A row that somebody holds is left alone, and so is one in doubt: its waits have a reason of their own.
    """
    waiting = Delivery.objects.filter(
        account=event.account, state=State.PUBLISHING, lease_until=None, in_doubt=False, attempts=0
    )
    now = database_now()
    return waiting.filter(next_at__gt=now).update(next_at=now)


def note_removal(event: Event) -> int:
    """A live post was taken down on its platform: the record stays and says so."""
    gone = Delivery.objects.filter(
        account=event.account, state=State.PUBLISHED, remote_id=event.subject, removed_at=None
    )
    now = database_now()
    found = list(gone.values_list("pk", flat=True))
    for number in found:
        recording.write(number, "person", at=now, note="It was taken down on the platform.")
    return Delivery.objects.filter(pk__in=found).update(removed_at=now)


@receiver(posts_asked, dispatch_uid="publishing.news.latest_posts")
def latest_posts(account: ConnectedAccount, most: int, **kwargs: Any) -> list[str]:
    """The platform's ids of the latest live posts of an account, newest first."""
    live = Delivery.objects.filter(account=account, state=State.PUBLISHED, removed_at=None)
    newest = live.exclude(remote_id="").order_by("-published_at")
    return list(newest.values_list("remote_id", flat=True)[:most])


@receiver(poll_wished, dispatch_uid="publishing.news.posts_go_first")
def posts_go_first(account: ConnectedAccount, now: datetime, **kwargs: Any) -> datetime | None:
    """Until when an account is left alone: its posts leave now or within the minute."""
    soon = Delivery.objects.filter(account=account, next_at__lte=now + POSTS_FIRST)
    return now + POSTS_FIRST if soon.exists() else None


@receiver(posts_described, dispatch_uid="publishing.news.describe_posts")
def describe_posts(
    workspace: Workspace, ids: Iterable[tuple[int, str]], **kwargs: Any
) -> dict[tuple[int, str], AboutPost]:
    """What the inbox shows of our posts, by account and the platform's id."""
    wanted = set(ids)
    rows = Delivery.objects.filter(
        post__workspace=workspace,
        account__in={account for account, _ in wanted},
        remote_id__in={number for _, number in wanted},
    )
    return {
        (row.account_id, row.remote_id): AboutPost(
            str(row.post),
            reverse("publishing:post", args=[workspace.slug, row.post_id]),
            row.published_at,
        )
        for row in rows.select_related("post")
        if (row.account_id, row.remote_id) in wanted
    }
