"""Reading what was claimed, with all that a turn needs to know, in as few statements as can be."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import ConnectedAccount, Workspace
from publishing.claiming import Claim
from publishing.models import Delivery, Post, PostMedia
from publishing.statements import read

_WANTED = (
    (
        Delivery,
        (
            "id", "post", "account", "workspace", "server", "lane", "key", "own_parts", "kind", "options", "state",
            "due_at", "next_at", "lease_token", "step", "step_since", "facts", "is_begun", "in_doubt", "sent_at",
            "charged_at", "attempts", "looks", "url",
        ),
    ),
    (Post, ("id", "parts", "first_comment", "late_minutes")),
    (
        ConnectedAccount,
        (
            "id", "workspace", "platform", "login", "external_id", "host", "kind", "handle", "name", "url",
            "avatar_url", "person_id", "extra", "state", "scopes", "access_token", "refresh_token", "proof_key",
            "expires_at", "refresh_expires_at", "token_version", "refresh_due_at", "refresh_retry_at",
            "refresh_failures",
        ),
    ),
    (Workspace, ("id", "timezone", "late_minutes")),
)  # fmt: skip
"""What a turn reads."""
_DELIVERIES, _POSTS, _ACCOUNTS, _SPACES = (model._meta.db_table for model, _ in _WANTED)
_PLACED = PostMedia._meta.db_table
_JOINED = (
    f"{_DELIVERIES} JOIN {_POSTS} ON {_POSTS}.id = post_id JOIN {_ACCOUNTS} ON {_ACCOUNTS}.id = account_id "
    f"JOIN {_SPACES} ON {_SPACES}.id = {_ACCOUNTS}.workspace_id WHERE {_DELIVERIES}.id IN "
)


def load(claims: Iterable[Claim]) -> list[tuple[Claim, Delivery]]:
    """The claimed deliveries with all that a turn reads, in one query, and one more where any has media; without
    those that are another's now.
    """
    held = {claim.id: claim for claim in claims}
    if not held:
        return []
    marks = ", ".join(["%s"] * len(held))
    found = []
    for row, post, account, workspace in read(_WANTED, f"{_JOINED}({marks})", list(held)):
        if row.lease_token == held[row.pk].token:
            row.post, row.account, row.account.workspace = post, account, workspace
            found.append((held[row.pk], row))
    _place_media([delivery.post for _, delivery in found])
    return found


def _place_media(posts: list[Post]) -> None:
    """Give each post the files that it has: the most have none, and one plain query says so of all."""
    if not posts:
        return
    marks = ", ".join(["%s"] * len(posts))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT post_id FROM {_PLACED} WHERE post_id IN ({marks})", [p.pk for p in posts])  # noqa: S608 (marks only)
        having = {row[0] for row in cursor.fetchall()}
    empty = PostMedia.objects.none()
    for post in posts:
        if post.pk not in having:
            post._prefetched_objects_cache = {"placed": empty}  # type: ignore[attr-defined]
    placed = Prefetch("placed", PostMedia.objects.select_related("media"))
    prefetch_related_objects([post for post in posts if post.pk in having], placed)
