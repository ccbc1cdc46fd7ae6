"""The list of posts: filters by state and channel, search, pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount, Workspace
from publishing import labelling
from publishing.models import Delivery, Post
from publishing.states import NEEDS_A_PERSON, State
from publishing.views import care
from publishing.views.cards import cards, label_of, name_of

PAGE = 25


class Chip(NamedTuple):
    """A filter that is a link: it switches itself in the query."""

    label: str
    url: str
    on: bool
    icon: str = ""
    platform: str = ""
    waiting: int = 0
    tone: str = ""


class Group(NamedTuple):
    """States that people look for together."""

    label: str
    icon: str
    states: frozenset[str]
    tone: str = ""


GROUPS = {
    "attention": Group("Needs you", "warn", frozenset(NEEDS_A_PERSON), "bad"),
    "drafts": Group("Drafts", "draft", frozenset({State.DRAFT, State.AWAITING_APPROVAL})),
    "scheduled": Group("Scheduled", "clock", frozenset({State.SCHEDULED, State.PUBLISHING})),
    "published": Group("Published", "done", frozenset({State.PUBLISHED})),
    "cancelled": Group("Cancelled", "ban", frozenset({State.CANCELLED})),
}


@require_GET
@requires("posts.view")
def listing(request: WorkspaceRequest) -> HttpResponse:
    """All posts of the workspace, newest first."""
    query = {key: request.GET.get(key, "").strip() for key in ("q", "channel", "label", "show")}
    accounts = list(ConnectedAccount.objects.filter(workspace=request.workspace).without_secrets())
    counts = {state: amount.posts for state, amount in care.amounts(request, State.values).items()}
    posts = _found(request, **query).order_by(Coalesce("due_at", "updated_at").desc(), "-pk")
    page = Paginator(posts, PAGE).get_page(request.GET.get("page"))
    channel, grouped = query["channel"], query["show"] == "attention" and not query["q"]
    kept = {key: value for key, value in query.items() if value}
    shown = cards(cast("QuerySet[Post]", page.object_list), request.workspace)
    labels, given = labelling.known(request.workspace, [card.id for card in shown])
    context = {
        "page": page,
        "cards": [replace(card, labels=given.get(card.id, ())) for card in shown],
        "labels": [{"id": pk, "name": name, "on": str(pk) == query["label"]} for pk, name in labels.items()],
        "q": query["q"],
        "show": query["show"],
        "narrowed": bool(kept),
        "query": urlencode(kept),
        "channels": [_channel(each, channel) for each in accounts],
        "banners": care.banners(request),
        "groups": care.groups(request, [each for each in accounts if channel in {"", str(each.pk)}])
        if grouped
        else [],
        "may_act": request.membership.may("posts.publish"),
        "filters": _chips(counts, kept),
        "can_compose": request.membership.may("posts.edit"),
        "compose_url": reverse("publishing:compose", args=[request.workspace.slug]),
    }
    return render(request, "publishing/posts.html", context)


def _found(request: WorkspaceRequest, *, q: str, channel: str, label: str, show: str) -> QuerySet[Post]:
    posts = Post.objects.filter(workspace=request.workspace)
    if channel.isascii() and channel.isdigit():
        posts = posts.filter(deliveries__account=int(channel))
    if label.isascii() and label.isdigit():
        posts = posts.filter(labels=int(label))
    if show in GROUPS:
        posts = posts.filter(_in(request.workspace, GROUPS[show].states))
    if q:
        # JSON text holds other alphabets as they are or escaped, as the database likes it.
        posts = posts.annotate(words=Cast("parts", TextField())).filter(
            Q(title__icontains=q) | Q(words__icontains=q) | Q(words__icontains=json.dumps(q)[1:-1])
        )
    return posts


def _in(workspace: Workspace, states: Iterable[str]) -> Q:
    """Posts with a delivery in one of the states; a post without deliveries is a draft."""
    ids = Delivery.objects.filter(workspace=workspace, state__in=list(states)).values("post")
    found = Q(pk__in=ids)
    return found | Q(deliveries__isnull=True) if State.DRAFT in states else found


def _chips(counts: Mapping[str, int], kept: dict[str, str]) -> list[Chip]:
    rest = {key: value for key, value in kept.items() if key != "show"}
    chips = [Chip("All", f"?{urlencode(rest)}", "show" not in kept, "list")]
    for key, group in GROUPS.items():
        count = sum(counts.get(state, 0) for state in group.states)
        on = kept.get("show") == key
        url = f"?{urlencode(rest if on else {**rest, 'show': key})}"
        tone = group.tone if count else ""
        chips.append(Chip(group.label, url, on, group.icon, "", count if tone else 0, tone))
    return chips


def _channel(account: ConnectedAccount, chosen: str) -> dict[str, Any]:
    label = label_of(account.platform)
    return {"id": account.pk, "name": name_of(account), "label": label, "on": str(account.pk) == chosen}
