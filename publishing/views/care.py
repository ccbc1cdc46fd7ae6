"""Deciding on many posts at once: what an outage left behind, and what one cause kept from going out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount
from publishing import batches, scheduling
from publishing.batches import Amount
from publishing.models import Batch, Post
from publishing.scheduling import NotAllowed
from publishing.states import NEEDS_A_PERSON, State
from publishing.views.cards import cards, label_of, name_of
from publishing.views.flights import MEANINGS, seconds_word, sentence

Act = Batch.Act
# Long enough to get on, short enough that the page answers.
TURN = 0.8
SHOWN = 12
AMOUNTS = "amounts"


class Deed(NamedTuple):
    """What can be done with missed posts: how it is offered, asked and done."""

    act: Batch.Act
    label: str
    icon: str
    title: str
    text: str
    button: str
    danger: bool = False


DEEDS = {
    "publish": Deed(
        Act.PUBLISH, "Publish all now", "send", "Publish what was missed",
        "They go out in the order in which they were due, five seconds apart on each channel.", "Publish",
    ),
    "reschedule": Deed(
        Act.RESCHEDULE, "Reschedule", "clock", "Reschedule what was missed",
        "The first goes out when you say, the others as far apart as they were planned.", "Reschedule",
    ),
    "discard": Deed(
        Act.DISCARD, "Discard", "ban", "Discard what was missed",
        "Nothing is sent. They stay in the list as cancelled, and each can be taken up again.", "Discard", True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One cause for which posts wait, ready to draw. Without `act` there is nothing that may be done to all."""

    state: str
    error_kind: str
    account: int
    name: str
    platform: str
    label: str
    count: int
    title: str
    text: str
    act: str
    ask: str
    url: str
    link: str


def amounts(request: WorkspaceRequest, states: Iterable[str] = NEEDS_A_PERSON) -> dict[str, Amount]:
    """How much waits for a person, counted once for a page and its frame. A page may ask for more states first."""
    counted: dict[str, Amount] | None = getattr(request, AMOUNTS, None)
    if counted is None:
        counted = batches.amounts(request.workspace, states)
        setattr(request, AMOUNTS, counted)
    return counted


def banners(request: WorkspaceRequest) -> list[dict[str, Any]]:
    """What stands above Today, the calendar and the posts: what was missed, and what is being done."""
    slug = request.workspace.slug
    waiting = amounts(request)
    if not waiting.keys() & NEEDS_A_PERSON:
        return []
    found = [_under_way(each, slug) for each in batches.open_batches(request.workspace)]
    left = waiting.get(State.MISSED)
    if left is None or any(each["state"] == State.MISSED for each in found):
        return found
    one = left.posts == 1
    names = {"publish": "Publish now"} if one else {}
    links = [
        {
            "url": reverse("publishing:missed", args=[slug, key]),
            "label": names.get(key, deed.label),
            "quiet": key != "publish",
        }
        for key, deed in DEEDS.items()
    ]
    banner = {
        "tone": "warn",
        "symbol": "missed",
        "title": f"{'One post was' if one else f'{left.posts} posts were'} missed {_between(left)}",
        "text": "Nothing could publish then, so nothing was sent. It is yours to decide.",
        "links": links if request.membership.may("posts.publish") else [],
    }
    return [*found, banner]


def _between(left: Amount) -> str:
    if left.first is None or left.last is None:
        return ""
    now, first, last = timezone.localtime(), timezone.localtime(left.first), timezone.localtime(left.last)

    def day(moment: datetime) -> str:
        return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%a %-d %b, %H:%M}"

    if last - first < timedelta(minutes=1):
        return f"at {day(first)}"
    until = f"{last:%H:%M}" if last.date() == first.date() else day(last)
    return f"between {day(first)} and {until}"


def _under_way(batch: Batch, slug: str) -> dict[str, Any]:
    url = reverse("publishing:batch", args=[slug, batch.pk])
    return {
        "tone": "busy", "symbol": "busy", "state": batch.state,
        "title": f"{_doing(batch)} {batch.done + batch.refused} of {batch.total}",
        "text": "It goes on by itself.", "links": [{"url": url, "label": "Watch", "quiet": False}],
    }  # fmt: skip


def _doing(batch: Batch) -> str:
    return {
        Act.PUBLISH: "Queuing", Act.RESCHEDULE: "Rescheduling", Act.DISCARD: "Discarding", Act.CHECK: "Looking for"
    }[Act(batch.act)]  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("posts.publish")
def missed(request: WorkspaceRequest, name: str) -> HttpResponse:
    """Ask once more, with the posts in sight; then begin."""
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    slug = request.workspace.slug
    left = amounts(request).get(State.MISSED)
    if left is None:
        messages.success(request, "Nothing that was missed waits any more.")
        return redirect("publishing:posts", slug)
    errors: list[str] = []
    if request.method == "POST":
        try:
            start = typed_time(request) if deed.act == Act.RESCHEDULE else None
            batch = batches.begin(
                workspace=request.workspace, by=request.user, act=deed.act, state=State.MISSED, start_at=start
            )
            return redirect("publishing:batch", slug, batch.pk)
        except NotAllowed as refusal:
            errors = [str(refusal)]
    waiting = Post.objects.filter(workspace=request.workspace, deliveries__state=State.MISSED).distinct()
    soon = timezone.localtime() + timedelta(minutes=30)
    context = {
        "deed": deed, "pace": _pace(batches.fullest(request.workspace, State.MISSED)) if name == "publish" else "",
        "left": left, "between": _between(left), "errors": errors,
        "cards": cards(waiting.order_by("due_at", "pk")[:SHOWN], request.workspace),
        "more": max(0, left.posts - SHOWN),
        "date": request.POST.get("date", f"{soon:%Y-%m-%d}"), "time": request.POST.get("time", f"{soon:%H:%M}"),
        "asks_when": deed.act == Act.RESCHEDULE,
        "back_url": reverse("publishing:posts", args=[slug]) + "?show=attention",
    }  # fmt: skip
    return render(request, "publishing/missed.html", context, status=422 if errors else 200)


def typed_time(request: WorkspaceRequest) -> datetime:
    """Day and time of a form, in the workspace's zone. NotAllowed where they make no time."""
    try:
        day = date.fromisoformat(request.POST.get("date", ""))
        clock = time.fromisoformat(request.POST.get("time", "")).replace(tzinfo=None)
        return scheduling.at_local(day, clock, request.workspace.zone)
    except (ValueError, OverflowError):
        raise NotAllowed("Choose a day and a time.", "date") from None


def groups(request: WorkspaceRequest, accounts: Iterable[ConnectedAccount]) -> list[Group]:
    """What waits for a person on these accounts, by cause."""
    slug, known = request.workspace.slug, {each.pk: each for each in accounts}
    return [_group(each, slug) for each in batches.causes(request.workspace, known)]


def _group(cause: batches.Cause, slug: str) -> Group:
    state, account, many = State(cause.state), cause.account, cause.count
    able = account.state == ConnectedAccount.State.ACTIVE or state == State.UNCONFIRMED
    verb = "Look for" if state == State.UNCONFIRMED else "Try"
    act = f"{verb} {many} again" if many > 1 else f"{verb} it again"
    said = cause.message if cause.is_alike else f"Among others: {cause.message}"
    return Group(
        state=state.value, error_kind=cause.error_kind, account=account.pk, name=name_of(account),
        platform=account.platform, label=label_of(account.platform), count=many,
        title=f"{many} {state.label.lower()} on {label_of(account.platform)}",
        text=" ".join(filter(None, [sentence(said), MEANINGS[state]])),
        act=act if able else "", ask=_ask(act, state, many), url=reverse("publishing:causes", args=[slug]),
        link="" if able else reverse("accounts:detail", args=[slug, account.pk]),
    )  # fmt: skip


def _ask(act: str, state: State, many: int) -> str:
    if state == State.UNCONFIRMED or many < 2:
        return f"{act}?"
    return f"{act}? They go out five seconds apart. {_pace(many)}"


def _pace(most: int) -> str:
    """How long it takes until as many of one channel have gone out."""
    seconds = batches.spread(most).total_seconds()
    length = f"{seconds:.0f} s" if seconds < 90 else seconds_word(seconds)
    return f"The last one leaves {length} after the first." if seconds else ""


@require_POST
@requires("posts.publish")
def begin_cause(request: WorkspaceRequest) -> HttpResponse:
    """Try all of one cause again; what may be live already is only looked for."""
    account = get_object_or_404(request.workspace.accounts.without_secrets(), pk=_number(request, "account"))
    slug = request.workspace.slug
    try:
        state = State(request.POST.get("state", ""))
        batch = batches.begin(
            workspace=request.workspace, by=request.user, state=state, account=account,
            act=Act.CHECK if state == State.UNCONFIRMED else Act.PUBLISH,
            error_kind=request.POST.get("error_kind", ""),
        )  # fmt: skip
    except ValueError:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(reverse("publishing:posts", args=[slug]) + "?show=attention")
    return redirect("publishing:batch", slug, batch.pk)


def _number(request: WorkspaceRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0


@require_http_methods(["GET", "POST"])
@requires("posts.publish")
def batch(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """How far it is. Each POST goes on with it for a moment; the page sends them until it is done."""
    found = get_object_or_404(Batch.objects.select_related("account"), workspace=request.workspace, pk=pk)
    if request.method == "POST":
        found = batches.work(found, seconds=TURN)
        if not request.headers.get("HX-Request"):
            return redirect("publishing:batch", request.workspace.slug, pk)
    slug, taken = request.workspace.slug, found.done + found.refused
    left = batches.seconds_left(found)
    context = {
        "batch": found,
        "taken": taken,
        "left": seconds_word(left) if left else "",
        "percent": round(100 * taken / max(found.total, 1)),
        "doing": _doing(found),
        "result": _result(found),
        "refusals": list(_refusals(found, slug)),
        "work_url": request.path,
        "posts_url": reverse("publishing:posts", args=[slug]),
        "attention_url": reverse("publishing:posts", args=[slug]) + "?show=attention",
    }
    template = "_batch" if request.headers.get("HX-Request") else "batch"
    return render(request, f"publishing/{template}.html", context)


def _result(batch: Batch) -> str:
    count = f"{batch.done} {'delivery' if batch.done == 1 else 'deliveries'}"
    last = f", the last at {timezone.localtime(batches.last_leaves(batch)):%H:%M}" if batch.done > 1 else ""
    return {
        Act.PUBLISH: f"{count} on the way, five seconds apart on each channel{last}.",
        Act.RESCHEDULE: f"{count} rescheduled.",
        Act.DISCARD: f"{count} discarded.",
        Act.CHECK: f"Looking for {count} again.",
    }[Act(batch.act)]


def _refusals(batch: Batch, slug: str) -> Iterable[dict[str, str]]:
    titles = {str(post.pk): post.headline for post in Post.objects.filter(pk__in=list(batch.refusals))}
    for post, words in batch.refusals.items():
        url = reverse("publishing:post", args=[slug, int(post)])
        yield {"url": url, "title": titles.get(post, "A post"), "why": words}
