"""One post: its flight recorder, what it says, and the acts that are left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import View, WorkspaceRequest, requires
from accounts.network import platform_link
from publishing import batches, composing, forecasting, labelling, live as living, scheduling
from publishing.models import Delivery, Post, PostMedia
from publishing.models.risks import open_risks
from publishing.signals import Figures, figures_of
from publishing.states import EDITABLE, RUNNING, State
from publishing.views.cards import card, label_of, name_of
from publishing.views.care import typed_time
from publishing.views.flights import Act, flight

# While something moves the page asks again this often, in seconds; a post that only waits asks more rarely.
MOVING, WAITING = 2, 15


def _post(request: WorkspaceRequest, pk: int) -> Post:
    secrets = ("account__access_token", "account__refresh_token", "account__proof_key")
    deliveries = Delivery.objects.select_related("account").defer(*secrets)
    deliveries = deliveries.prefetch_related("log")
    placed = PostMedia.objects.select_related("media")
    posts = Post.objects.filter(workspace=request.workspace).select_related("author")
    fetched = posts.prefetch_related(Prefetch("deliveries", deliveries), Prefetch("placed", placed), "labels")
    found = get_object_or_404(fetched, pk=pk)
    scheduled = [each for each in found.deliveries.all() if each.state == State.SCHEDULED]
    prefetch_related_objects(scheduled, Prefetch("risks", open_risks()))
    return found


@require_GET
@requires("posts.view")
def post(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The page of a post."""
    found = _post(request, pk)
    slug = request.workspace.slug
    context = {
        **_recorder(request, found),
        "posts_url": reverse("publishing:posts", args=[slug]),
        "parts": [part for part in found.parts if part.strip()],
        "owns": _own_texts(found),
        "comment": found.first_comment,
        "media": [_medium(placed, slug) for placed in found.placed.all()],
        "labels": [label.name for label in found.labels.all()],
        "figures": _figures(request, found),
        "labels_url": reverse("publishing:labels", args=[slug, pk]),
    }
    return render(request, "publishing/post.html", context)


@require_GET
@requires("posts.view")
def flights(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The flight recorder, and out of band what is left to do; it asks for itself while anything moves."""
    context = {**_recorder(request, _post(request, pk)), "oob": True}
    return render(request, "publishing/_flown.html", context)


def _recorder(request: WorkspaceRequest, found: Post) -> dict[str, Any]:
    asked = request.GET.get("again", "")
    slug, now = request.workspace.slug, timezone.now()
    states = {State(delivery.state) for delivery in found.deliveries.all()}
    due = found.due_at is not None and (found.due_at - now).total_seconds() < 60
    moves = State.PUBLISHING in states or (State.SCHEDULED in states and due) or _still_after(found)
    may_act = request.membership.may("posts.publish")
    return {
        "card": card(found, request.workspace, now),
        "flights": [
            flight(each, request.workspace, may_act=may_act, said_before=str(each.pk) == asked)
            for each in found.deliveries.all()
        ],
        "soon": timezone.localtime(now + timedelta(minutes=30)),
        "flights_url": reverse("publishing:flights", args=[slug, found.pk]),
        "live_every": MOVING if moves else WAITING if states & RUNNING else 0,
        "edit_url": reverse("publishing:edit", args=[slug, found.pk]),
        "now": now,
        "duplicate_url": reverse("publishing:duplicate", args=[slug, found.pk]),
        "can_compose": request.membership.may("posts.edit"),
        "editable": composing.is_editable(found),
        "facts": _facts(found),
        "acts": _acts(request, found),
    }


def _still_after(found: Post) -> bool:
    """Whether a live post still has steps ahead: reading its link, a first comment."""
    return any(each.state == State.PUBLISHED and each.next_at for each in found.deliveries.all())


def _facts(found: Post) -> list[dict[str, Any]]:
    author = found.author.get_full_name() if found.author else "somebody who left"
    return [
        {
            "name": "Planned for" if found.state == State.DRAFT else "Due",
            "at": found.due_at,
            "value": "not scheduled",
        },
        {"name": "Written by", "at": None, "value": author},
        {"name": "Last changed", "at": found.updated_at, "value": ""},
    ]


def _acts(request: WorkspaceRequest, found: Post) -> list[Act]:
    if not request.membership.may("posts.publish"):
        return []
    states = {State(delivery.state) for delivery in found.deliveries.all()}
    args = [request.workspace.slug, found.pk]
    acts = []
    if states and states <= {State.DRAFT, State.SCHEDULED}:
        now = reverse("publishing:publish", args=args)
        acts.append(Act("Publish now", "send", now, primary=True, confirm="Publish this post now?"))
    if states & (EDITABLE - {State.CANCELLED, State.DRAFT}):
        acts.append(
            Act(
                "Cancel",
                "ban",
                reverse("publishing:cancel", args=args),
                danger=True,
                confirm="Cancel what has not gone out?",
            )
        )
    return acts


def _figures(request: WorkspaceRequest, found: Post) -> list[tuple[str, str, str, Figures]]:
    """Name, platform, its label and how it does, of each channel where the post is live."""
    if not request.membership.may("analytics.view"):
        return []
    live = {each.pk: each.account for each in found.deliveries.all() if each.state == State.PUBLISHED}
    told = figures_of(request.workspace, live)
    return [
        (name_of(account), account.platform, label_of(account.platform), told[pk])
        for pk, account in live.items()
        if pk in told
    ]


def _own_texts(found: Post) -> list[dict[str, Any]]:
    return [
        {"platform": each.account.platform, "name": name_of(each.account), "parts": each.own_parts}
        for each in found.deliveries.all()
        if each.own_parts is not None
    ]


def _medium(placed: PostMedia, slug: str) -> dict[str, Any]:
    return {
        "url": reverse("publishing:file", args=[slug, placed.media_id]),
        "video": placed.media.is_video,
        "document": placed.media.is_document,
        "alt": placed.alt or placed.media.alt,
        "name": placed.media.name,
    }


@require_POST
@requires("posts.edit")
def labels(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give the post other labels; also when it is live, for figures are compared by them."""
    found = get_object_or_404(Post, workspace=request.workspace, pk=pk)
    labelling.put(found, labelling.names_in(request.POST.get("labels", "")))
    messages.success(request, "Labels saved.")
    return redirect("publishing:post", request.workspace.slug, pk)


def _on_post(act: Callable[[Post], object], done: str) -> View:
    """A view that lets one verb of a post happen and shows the post again."""

    @require_POST
    @requires("posts.publish")
    def view(request: WorkspaceRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(Post, workspace=request.workspace, pk=pk)
        _try(request, lambda: act(found), done)
        return redirect("publishing:post", request.workspace.slug, pk)

    return view


publish = _on_post(scheduling.publish_now, "On its way.")
cancel = _on_post(scheduling.cancel, "Cancelled.")


@require_POST
@requires("posts.edit")
def duplicate(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """A new draft with the same words, files and channels."""
    found = get_object_or_404(Post, workspace=request.workspace, pk=pk)
    copy = scheduling.duplicate(found, request.user.pk)
    messages.success(request, "This is a copy. Nothing is scheduled yet.")
    return redirect("publishing:edit", request.workspace.slug, copy.pk)


def _on_delivery(act: Callable[[Delivery, WorkspaceRequest], object], done: str) -> View:
    """A view that lets one verb of a delivery happen; htmx gets the recorder, a plain form the page."""

    @require_POST
    @requires("posts.publish")
    def view(request: WorkspaceRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(Delivery, post__workspace=request.workspace, pk=pk)
        asks = _try(request, lambda: act(found, request), done)
        if not request.headers.get("HX-Request"):
            again = f"?again={pk}" if asks else ""
            return redirect(reverse("publishing:post", args=[request.workspace.slug, found.post_id]) + again)
        if asks:
            request.GET = QueryDict(f"again={pk}")
        context = {**_recorder(request, _post(request, found.post_id)), "oob": True}
        return render(request, "publishing/_acted.html", context)

    return view


def _later(delivery: Delivery, request: WorkspaceRequest) -> None:
    due_at = typed_time(request)
    scheduling.retry(delivery, due_at=due_at, again=_said_yes(request))
    forecasting.forecast(post=delivery.post_id)


def _said_yes(request: WorkspaceRequest) -> bool:
    return request.POST.get("again") == "1"


check = _on_delivery(lambda delivery, _: scheduling.check_now(delivery), "Looking for it now.")
retry = _on_delivery(
    lambda delivery, request: scheduling.retry(delivery, again=_said_yes(request)), "Trying again now."
)
later = _on_delivery(_later, "Scheduled anew.")
discard = _on_delivery(lambda delivery, _: scheduling.discard(delivery), "Discarded. Nothing was sent.")
remove = _on_delivery(lambda delivery, _: living.remove(delivery), "Deleted on the platform.")
absent = _on_delivery(
    lambda delivery, _: scheduling.confirm_absent(delivery),
    "Closed as not live. Duplicate the post to send it anew.",
)


@require_POST
@requires("posts.publish")
def anew(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send an unconfirmed post once more as a new post, after somebody said that it may then be there twice."""
    found = get_object_or_404(Delivery, post__workspace=request.workspace, pk=pk)
    here = redirect("publishing:post", request.workspace.slug, found.post_id)
    if request.POST.get("sure") != "1":
        messages.error(request, "Nothing was sent. Tick that it may then be there twice, and press again.")
        return here
    copies: list[Post] = []
    _try(
        request,
        lambda: copies.append(scheduling.publish_again(found, request.user.pk)),
        "Sent anew, as this post. The one before is closed.",
    )
    return redirect("publishing:post", request.workspace.slug, copies[0].pk) if copies else here


@require_POST
@requires("posts.publish")
def live(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """A person has seen an unconfirmed post live and gives its link."""
    found = get_object_or_404(Delivery, post__workspace=request.workspace, pk=pk)
    link = platform_link(request.POST.get("link", "").strip())
    if link and not link.startswith(("https://", "http://")):
        messages.error(
            request, "A link begins with https://. Copy it from the address bar, or leave it empty."
        )
    else:
        _try(request, lambda: scheduling.confirm_live(found, link), "Marked as published.")
    return redirect("publishing:post", request.workspace.slug, found.post_id)


def _try(request: WorkspaceRequest, act: Callable[[], object], done: str) -> bool:
    """Say what happened, or why it could not; whether a yes to posting the same again would let it."""
    try:
        act()
    except (scheduling.NotAllowed, scheduling.Blocked) as refusal:
        messages.error(request, batches.reason(refusal))
        return isinstance(refusal, scheduling.SaidBefore)
    messages.success(request, done)
    return False
