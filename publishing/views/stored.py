"""What is stored, as the composer's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publishing.forms import ALWAYS_LATE, NEVER, WITHIN, Draft
from publishing.models import Post
from publishing.models.posts import ALWAYS


def draft_of(post: Post) -> Draft:
    """A stored post as the composer's fields."""
    placed = list(post.placed.all())
    deliveries = list(post.deliveries.all())
    return Draft(
        post=post.pk,
        title=post.title,
        channels=tuple(delivery.account_id for delivery in deliveries),
        parts=tuple(post.parts) or ("",),
        own={each.account_id: tuple(each.own_parts) for each in deliveries if each.own_parts is not None},
        media=tuple(each.media_id for each in placed),
        alts={each.media_id: each.alt for each in placed},
        places={each.media_id: each.part for each in placed},
        options={
            each.account_id: {**typed(each.options), **({"kind": each.kind} if each.kind else {})}
            for each in deliveries
        },
        comment=post.first_comment,
        late=_late(post.late_minutes),
        late_minutes=str(post.late_minutes) if _late(post.late_minutes) == WITHIN else "",
        again=any(delivery.is_repeat for delivery in deliveries),
    )


def _late(minutes: int | None) -> str:
    if minutes is None:
        return ""
    return NEVER if minutes == 0 else ALWAYS_LATE if minutes >= ALWAYS else WITHIN


def typed(values: Mapping[str, Any]) -> dict[str, str]:
    """Stored options as form fields would send them."""
    return {key: _typed(value) for key, value in values.items()}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(map(str, value))
    return str(value)
