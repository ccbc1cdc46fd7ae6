"""Labels of posts: words that people type, kept once in a workspace however they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import FilteredRelation, Q

from accounts.models import Workspace
from publishing.models import Label, Post
from publishing.models.posts import LABEL

MOST = 12


def names_in(text: str) -> tuple[str, ...]:
    """The labels in what was typed with commas between them; the same one twice is one."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name = " ".join(part.split())[:LABEL].strip()
        if name:
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MOST]


def known(workspace: Workspace, posts: Iterable[int]) -> tuple[dict[int, str], dict[int, tuple[str, ...]]]:
    """All labels of a workspace, and which of the posts has which, in one query."""
    # An empty list would empty the answer; no post has the key 0.
    shown = FilteredRelation("posts", condition=Q(posts__in=[0, *posts]))
    rows = Label.objects.filter(workspace=workspace).annotate(shown=shown)
    labels: dict[int, str] = {}
    given: dict[int, tuple[str, ...]] = {}
    for pk, name, post in rows.values_list("pk", "name", "shown__pk"):
        labels[pk] = name
        if post is not None:
            given[post] = (*given.get(post, ()), name)
    return labels, given


def put(post: Post, names: Sequence[str]) -> None:
    """Give the post these labels and no others. A label goes with its last post, so half a word is not kept."""
    wanted = {name.casefold(): name for name in names}
    rows = Label.objects.filter(workspace=post.workspace, folded__in=wanted)
    known = {row.folded: row for row in rows} if wanted else {}
    new = [
        Label(workspace=post.workspace, name=name, folded=key)
        for key, name in wanted.items()
        if key not in known
    ]
    if new:
        # Somebody else may have the same thought in the same moment.
        Label.objects.bulk_create(new, ignore_conflicts=True)
        known = {row.folded: row for row in rows.all()}
    had = set(post.labels.values_list("pk", flat=True))
    have = {row.pk for row in known.values()}
    if had != have:
        post.labels.set(known.values())
        Label.objects.filter(pk__in=had - have, posts=None).delete()
