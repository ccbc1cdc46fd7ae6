"""A post as lists, the calendar and Today show it: one value, made of rows that were fetched together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import ConnectedAccount, Workspace
from publishing.models import Delivery, Post, PostMedia, Risk
from publishing.models.posts import headline
from publishing.models.risks import open_risks
from publishing.states import PARTLY, State, post_state
from socialhub.platforms import registry


class Mark(NamedTuple):
    """A platform that a post goes to."""

    platform: str
    label: str


@dataclass(frozen=True)
class Card:
    """One post, ready to draw. `word` replaces the state's own where it can say more; `risk` is why it would fail."""

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
    risk: str = ""
    labels: tuple[str, ...] = ()


def label_of(platform: str) -> str:
    """How a platform is called; its key where the folder is gone but old posts remain."""
    try:
        return registry.get(platform).name
    except LookupError:
        return platform


def name_of(account: ConnectedAccount) -> str:
    """How people know an account: by its handle."""
    return account.handle or account.name or account.external_id


def cards(posts: QuerySet[Post], workspace: Workspace, now: datetime | None = None) -> list[Card]:
    """The cards of many posts in two queries and without a row too many: a calendar draws hundreds."""
    pictures = PostMedia.objects.filter(post=OuterRef("pk")).exclude(media__poster="")
    rows = list(posts.values_list("pk", "title", "parts", "due_at", Subquery(pictures.values("media")[:1])))
    ids = [row[0] for row in rows]
    going: dict[int, list[tuple[str, str]]] = defaultdict(list)
    at_risk: dict[int, str] = {}
    found = Delivery.objects.filter(post__in=ids).order_by("pk")
    worst = Subquery(open_risks().filter(delivery=OuterRef("pk")).values("cause")[:1])
    for post, platform, state, risk in found.values_list("post", "account__platform", "state", worst):
        going[post].append((platform, state))
        if risk and state == State.SCHEDULED:
            at_risk.setdefault(post, risk)
    draw = _Draw(workspace, now or timezone.now())
    return [
        draw.card(pk, title, parts, due_at, going[pk], picture, at_risk.get(pk, ""))
        for pk, title, parts, due_at, picture in rows
    ]


def card(post: Post, workspace: Workspace, now: datetime | None = None) -> Card:
    """The card of one post whose deliveries (with accounts) and files were fetched with it."""
    going = [(delivery.account.platform, delivery.state) for delivery in post.deliveries.all()]
    shown = next((placed.media_id for placed in post.placed.all() if placed.media.poster), None)
    draw = _Draw(workspace, now or timezone.now())
    return draw.card(post.pk, post.title, post.parts, post.due_at, going, shown, "")


class _Draw:
    """Builds cards; what is the same for all of them is looked up once."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self._posts = reverse("publishing:posts", args=[workspace.slug])
        self._media = reverse("publishing:upload", args=[workspace.slug])
        self._now = now

    def card(
        self,
        pk: int,
        title: str,
        parts: Sequence[str],
        due_at: datetime | None,
        going: Sequence[tuple[str, str]],
        picture: int | None,
        risk: str,
    ) -> Card:
        """`going` are (platform, state) of its deliveries, `picture` the first file that has one, `risk` a cause."""
        state = post_state(each for _, each in going)
        live = sum(each == State.PUBLISHED for _, each in going)
        return Card(
            id=pk,
            url=f"{self._posts}{pk}/",
            title=headline(title, parts),
            text=" ".join(parts[0].split())[:120] if title and parts else "",
            state=state,
            word=f"{live} of {len(going)} live" if state == PARTLY else "",
            at=due_at,
            marks=[Mark(platform, label_of(platform)) for platform in dict.fromkeys(key for key, _ in going)],
            thumb=f"{self._media}{picture}/picture/" if picture else "",
            past=due_at is not None and due_at < self._now,
            risk=str(Risk.Cause(risk).label) if risk else "",
        )
