"""A post as people compose it: shared text and media, for one or more accounts."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from accounts.models import Workspace
from publishing.models.media import MediaFile
from publishing.states import post_state

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from publishing.models.deliveries import Delivery

HEADLINE = 80
LABEL = 40
ALWAYS = 10 * 365 * 24 * 60
"""``late_minutes`` of a post that is never too late."""


def headline(title: str, parts: Sequence[str]) -> str:
    """What a post is called in lists: its internal title, else the beginning of its text."""
    first = parts[0] if parts else ""
    start = shorten(first, HEADLINE, placeholder=" …")
    # A first word that is too long by itself is cut inside.
    return title or (f"{first.strip()[: HEADLINE - 1]}…" if start == "…" else start) or "Untitled post"


class Label(models.Model):
    """A word that people of a workspace sort posts by. ``folded`` is the name as it is compared: in no case twice."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="labels", db_index=False)
    name = models.CharField(max_length=LABEL)
    folded = models.CharField(max_length=3 * LABEL, editable=False)

    class Meta:
        ordering = ("folded",)
        constraints = [
            models.UniqueConstraint(fields=["workspace", "folded"], name="one_label_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """What shall be published. ``parts`` are texts: one for a plain post, more for a thread.

    ``due_at`` is when it shall go out (aware UTC): for a draft when it is meant to, or null. ``late_minutes`` is by
    how much it may be late and still go out: null means what the workspace says, 0 not at all.
    """

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="posts", db_index=False
    )  # the indexes below begin with it
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=200, blank=True)
    parts = models.JSONField(default=list)
    first_comment = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    late_minutes = models.PositiveIntegerField(null=True, blank=True)
    media_files = models.ManyToManyField(MediaFile, through="PostMedia", related_name="posts")
    labels = models.ManyToManyField(Label, related_name="posts", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    if TYPE_CHECKING:
        deliveries: RelatedManager[Delivery]
        placed: RelatedManager[PostMedia]

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=["workspace", "due_at"]),
            models.Index(fields=["workspace", "-updated_at"]),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """The internal title, else the beginning of the text."""
        return headline(self.title, self.parts)

    @property
    def state(self) -> str:
        """The state derived from the deliveries (prefetch them for lists)."""
        return post_state(delivery.state for delivery in self.deliveries.all())


class PostMedia(models.Model):
    """A file's place in a post: which part it belongs to, in which order, with which words."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="placed")
    media = models.ForeignKey(MediaFile, on_delete=models.RESTRICT, related_name="places")
    part = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    alt = models.TextField(blank=True)

    class Meta:
        ordering = ("part", "position", "pk")
        constraints = [models.UniqueConstraint(fields=["post", "media"], name="media_once_in_a_post")]

    def __str__(self) -> str:
        return f"{self.media_id} in {self.post_id}"
