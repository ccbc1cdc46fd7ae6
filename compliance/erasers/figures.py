"""What the platform counted of the account and its posts, and which posts were followed."""

from __future__ import annotations

from django.utils import timezone

from analytics.models import (
    Absence,
    AccountSnapshot,
    Collection,
    DayGain,
    Gap,
    Payload,
    PostSnapshot,
    TrackedPost,
)
from compliance.erasers.target import Busy, Target, remove


def stop_reading(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Nobody reads it any more. Whoever does right now is waited for: the answer would be kept."""
    mine = Collection.objects.filter(account=target.account_id)
    if mine.filter(lease_until__gt=timezone.now()).exists():
        raise Busy
    return mine.delete()[0], None


def erase_of_posts(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Figures of posts."""
    return remove(PostSnapshot.objects.filter(post__account=target.account_id), limit)


def erase_of_account(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Figures of the account."""
    return remove(AccountSnapshot.objects.filter(account=target.account_id), limit)


def erase_answers(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """The answers that figures were read from."""
    return remove(Payload.objects.filter(account=target.account_id), limit)


def erase_followed(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Which posts were followed, and what those made elsewhere said."""
    return remove(TrackedPost.objects.filter(account=target.account_id), limit)


def erase_derived(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What was added up, what was missing and why."""
    count = 0
    for model in (DayGain, Gap, Absence):
        count += model._default_manager.filter(account=target.account_id).delete()[0]
    return count, None
