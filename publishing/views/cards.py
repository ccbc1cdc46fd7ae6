"""A post as lists, the calendar and Today show it: one value, made of rows that were fetched together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import ConnectedAccount, Workspace
from publishing.models import Delivery, Post, PostMedia
from publishing.states import PARTLY, State
from socialhub.platforms import registry


class Mark(NamedTuple):
    """A platform that a post goes to."""

    platform: str
    label: str


@dataclass(frozen=True)
class Card:
    """One post, ready to draw. `word` replaces the state's own where it can say more."""

    id: int
    url: str
    title: str
    text: str
    state: str
    word: str
    at: datetime | None
    marks: list[Mark]
    thumb: str
    past: bool


def label_of(platform: str) -> str:
    """How a platform is called; its key where the folder is gone but old posts remain."""
    try:
        return registry.get(platform).name
    except LookupError:
        return platform


def name_of(account: ConnectedAccount) -> str:
    """How people know an account: by its handle."""
    return account.handle or account.name or account.external_id


def drawable(posts: QuerySet[Post]) -> QuerySet[Post]:
    """The posts with all that a card reads: two queries more, however many posts."""
    read = [f"account__{name}" for name in ("platform", "handle", "name", "external_id")]
    deliveries = Delivery.objects.select_related("account").only("post", "account", "state", *read)
    pictures = ("post", "part", "position", "media__mime", "media__poster", "media__workspace")
    placed = PostMedia.objects.select_related("media").only(*pictures)
    return posts.prefetch_related(Prefetch("deliveries", deliveries), Prefetch("placed", placed))


def card(post: Post, workspace: Workspace, now: datetime | None = None) -> Card:
    """The card of a post that came through `drawable`."""
    deliveries = list(post.deliveries.all())
    state = post.state
    live = sum(delivery.state == State.PUBLISHED for delivery in deliveries)
    platforms = dict.fromkeys(delivery.account.platform for delivery in deliveries)
    placed = list(post.placed.all())
    return Card(
        id=post.pk,
        url=reverse("publishing:post", args=[workspace.slug, post.pk]),
        title=post.headline,
        text=" ".join(post.parts[0].split())[:120] if post.title and post.parts else "",
        state=state,
        word=f"{live} of {len(deliveries)} live" if state == PARTLY else "",
        at=post.due_at,
        marks=[Mark(platform, label_of(platform)) for platform in platforms],
        thumb=picture_url(placed[0], workspace) if placed else "",
        past=bool(post.due_at and post.due_at < (now or timezone.now())),
    )


def picture_url(placed: PostMedia, workspace: Workspace) -> str:
    """Where the browser finds a picture of a file: itself, or the poster of a video; nothing without one."""
    if placed.media.is_video and not placed.media.poster:
        return ""
    return reverse("publishing:picture", args=[workspace.slug, placed.media.pk])
