"""The verbs of writing: saving a draft, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import ConnectedAccount, User, Workspace
from publishing import labelling
from publishing.contents import assemble, choose_kind, comment_for, options_of, placed_media, texts_of
from publishing.models import Delivery, MediaFile, Post, PostMedia
from publishing.states import EDITABLE, State
from socialhub.platforms.options import OptionType
from socialhub.platforms.rules import Violation
from socialhub.platforms.values import Content, Kind


class Conflict(Exception):
    """What was sent does not fit what is stored; the text says what to do."""


@dataclass(frozen=True)
class Placed:
    """A file of the library in a post."""

    media: int
    part: int = 0
    alt: str = ""


@dataclass(frozen=True)
class Target:
    """One account to publish to: own texts (``None`` = the shared ones), wanted kind, answered options."""

    account: int
    own_parts: tuple[str, ...] | None = None
    kind: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Composition:
    """A post as composed, by ids of the workspace's own accounts and files.

    ``planned_at`` is when a draft is meant to go out (aware); what is scheduled keeps its time.
    ``labels`` of None are left as they are.
    """

    parts: tuple[str, ...]
    targets: tuple[Target, ...] = ()
    media: tuple[Placed, ...] = ()
    title: str = ""
    first_comment: str = ""
    planned_at: datetime | None = None
    late_minutes: int | None = None
    labels: tuple[str, ...] | None = None


def save(
    *, workspace: Workspace, author: User | None, composition: Composition, post: Post | None = None
) -> Post:
    """Store a composition as a draft (or into ``post``). Foreign ids are refused, sent deliveries untouched."""
    accounts = _own(
        ConnectedAccount.objects.filter(workspace=workspace), [t.account for t in composition.targets]
    )
    wanted = [placed.media for placed in composition.media] + _option_files(composition, accounts)
    files = _own(MediaFile.objects.filter(workspace=workspace), wanted)
    with transaction.atomic():
        if post is None:
            post = Post(workspace=workspace, author=author)
        elif not is_editable(_locked(post)):
            raise Conflict("This post has gone out or is going out right now. Duplicate it to change it.")
        post.parts = list(composition.parts) or [""]
        post.title, post.first_comment = composition.title, composition.first_comment
        post.late_minutes = composition.late_minutes
        if post.pk is None or post.state == State.DRAFT:
            post.due_at = composition.planned_at
        post.save()
        _place(post, composition.media, files)
        _target(post, composition, accounts)
        if composition.labels is not None:
            labelling.put(post, composition.labels)
    return post


def _option_files(composition: Composition, accounts: Mapping[int, ConnectedAccount]) -> list[int]:
    """Ids of files that answer an option (a cover, subtitles)."""
    return [
        target.options[option.key]
        for target in composition.targets
        for option in accounts[target.account].connector.options.items
        if option.type is OptionType.MEDIA and target.options.get(option.key) is not None
    ]


def _locked(post: Post) -> Post:
    """The post with its deliveries as they are, kept from publishers until the transaction ends."""
    list(post.deliveries.select_for_update().values_list("pk", flat=True))
    return post


def is_editable(post: Post) -> bool:
    """Whether all of the post may still be changed: nothing of it is public, on its way or in doubt."""
    return all(delivery.state in EDITABLE and not delivery.is_begun for delivery in post.deliveries.all())


def _own(rows: Any, ids: Sequence[int]) -> dict[int, Any]:
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    if len(found) != len(set(ids)):
        raise Conflict("A channel or file of this post is no longer there. Choose again.")
    return found


def _place(post: Post, placed: Sequence[Placed], files: Mapping[int, MediaFile]) -> None:
    post.placed.all().delete()
    PostMedia.objects.bulk_create(
        PostMedia(post=post, media=files[item.media], part=item.part, position=position, alt=item.alt)
        for position, item in enumerate(placed)
    )


def _target(post: Post, composition: Composition, accounts: Mapping[int, ConnectedAccount]) -> None:
    existing = {delivery.account_id: delivery for delivery in post.deliveries.all()}
    post.deliveries.exclude(account_id__in=accounts).delete()
    for target in composition.targets:
        row = existing.get(target.account) or Delivery(post=post, account=accounts[target.account])
        row.own_parts = list(target.own_parts) if target.own_parts is not None else None
        row.kind = target.kind
        row.options = dict(target.options)
        # What earlier tries uploaded belongs to the former content.
        row.step, row.facts, row.attempts = "", {}, 0
        row.in_doubt, row.sent_at = False, None
        row.save()


def violations_by_delivery(post: Post, deliveries: Iterable[Delivery]) -> dict[int, tuple[Violation, ...]]:
    """What the rules say against each delivery of a stored post."""
    media = placed_media(post)
    found: dict[int, tuple[Violation, ...]] = {}
    for delivery in deliveries:
        account, kind = delivery.account, Kind(delivery.kind)
        comment = comment_for(account, kind, post.first_comment)
        content = assemble(kind=kind, texts=texts_of(post, delivery), media=media, first_comment=comment)
        found[delivery.pk] = account.connector.check(content, account.value(), options_of(delivery))
    return found


def preview(
    account: ConnectedAccount,
    *,
    texts: Sequence[str],
    media: Sequence[tuple[int, Any]],
    first_comment: str = "",
    kind: str = "",
    options: Mapping[str, Any] | None = None,
) -> tuple[Content, tuple[Kind, ...], tuple[Violation, ...]]:
    """What would go out to ``account``: the content, the kinds to choose among, and what the rules say.

    For the composer while somebody types: nothing is stored. ``media`` are (part, value) pairs; files among the
    ``options`` are values already.
    """
    chosen, offered = choose_kind(account.connector, texts, [item for _, item in media], kind)
    comment = comment_for(account, chosen, first_comment)
    content = assemble(kind=chosen, texts=texts, media=media, first_comment=comment)
    return content, offered, account.connector.check(content, account.value(), options or {})
