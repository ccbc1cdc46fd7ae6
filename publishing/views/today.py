"""Today: what needs a person, what goes out next, what went out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.health import Health, health
from accounts.models import ConnectedAccount
from publishing import forecasting
from publishing.models import Delivery, Post, Risk
from publishing.states import NEEDS_A_PERSON, RUNNING, State
from publishing.views import care, grid
from publishing.views.cards import cards, label_of, name_of
from publishing.views.flights import MEANINGS, sentence

NEEDS, DAY, SOON = 6, 30, 5
# what a person does next about a state
_ACTS = {
    State.UNCONFIRMED: "Check it",
    State.FAILED: "See why",
    State.MISSED: "Decide",
    State.HELD: "See what to do",
}


class Need(NamedTuple):
    """One thing that waits for a person: what happened, what it means, the one act."""

    tone: str
    word: str
    title: str
    text: str
    url: str
    action: str
    platform: str
    label: str
    name: str
    state: str = ""


@require_GET
@requires("posts.view")
def today(request: WorkspaceRequest) -> HttpResponse:
    """The first page of a workspace."""
    workspace, now = request.workspace, timezone.now()
    slug = workspace.slug
    troubled = _troubled(request)
    accounts = list(_accounts(request))
    lost = [account for account in accounts if account.state == ConnectedAccount.State.RECONNECT]
    known = {account.pk for account in lost}
    risks = [
        risk for risk in forecasting.at_risk(workspace.pk, NEEDS) if risk.delivery.account_id not in known
    ]
    needs = [*map(_lost_need, lost), *troubled, *(_risk_need(risk, slug) for risk in risks)]
    healths = [health(account, now) for account in accounts]
    context = {
        **_day(request, now),
        "banners": care.banners(request),
        "greeting": _greeting(request),
        "now": timezone.localtime(now),
        "needs": needs,
        "lost": len(lost) + len(risks),
        "trouble_url": reverse("publishing:posts", args=[slug]) + "?show=attention",
        "channels": [_channel(*pair) for pair in zip(accounts, healths, strict=True)],
        "channels_word": _channels_word(healths),
        "week_url": reverse("publishing:calendar", args=[slug, "week"]),
        "calendar_url": reverse("publishing:calendar", args=[slug, "month"]),
        "compose_url": reverse("publishing:compose", args=[slug]),
        "accounts_url": reverse("accounts:list", args=[slug]),
        "can_compose": request.membership.may("posts.edit"),
    }
    going = [each for each in context["coming"] if each.state in RUNNING]
    context["summary"] = _summary(len(going), len(needs))
    return render(request, "publishing/today.html", context)


def _greeting(request: WorkspaceRequest) -> str:
    hour = timezone.localtime().hour
    word = "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"
    return f"{word}, {request.user.get_short_name()}"


def _summary(coming: int, needs: int) -> str:
    posts = {0: "Nothing more goes out today", 1: "One post goes out today"}
    things = {0: "nothing needs you", 1: "one thing needs you"}
    many = "many things need you" if needs >= NEEDS else f"{needs} things need you"
    return f"{posts.get(coming, f'{coming} posts go out today')}, {things.get(needs, many)}."


def _troubled(request: WorkspaceRequest) -> list[Need]:
    found = Delivery.objects.filter(workspace=request.workspace, state__in=list(NEEDS_A_PERSON))
    rows = found.select_related("post", "account").defer(
        "account__access_token", "account__refresh_token", "account__proof_key"
    )
    return [_need(row, request.workspace.slug) for row in rows.order_by("-due_at", "-pk")[:NEEDS]]


def _need(delivery: Delivery, slug: str) -> Need:
    state = State(delivery.state)
    label = label_of(delivery.account.platform)
    text = " ".join(filter(None, [sentence(delivery.error_message), MEANINGS[state]]))
    url = reverse("publishing:post", args=[slug, delivery.post_id]) + f"#flight-{delivery.pk}"
    return Need(
        "bad" if state == State.FAILED else "warn",
        f"{state.label} on {label}",
        delivery.post.headline,
        text,
        url,
        _ACTS[state],
        delivery.account.platform,
        label,
        name_of(delivery.account),
        state.value,
    )


def _risk_need(risk: Risk, slug: str) -> Need:
    delivery = risk.delivery
    label = label_of(delivery.account.platform)
    due = f"Due {timezone.localtime(delivery.due_at):%A at %H:%M}." if delivery.due_at else ""
    return Need(
        "warn",
        f"At risk: {Risk.Cause(risk.cause).label.lower()}",
        delivery.post.headline,
        f"{risk.message} {due}",
        reverse("publishing:post", args=[slug, delivery.post_id]) + f"#flight-{delivery.pk}",
        "See what to do",
        delivery.account.platform,
        label,
        name_of(delivery.account),
    )


def _accounts(request: WorkspaceRequest) -> Any:
    running = Delivery.objects.filter(account=OuterRef("pk"), state__in=list(RUNNING)).order_by()
    waiting, next_due = (
        Subquery(running.values("account").annotate(found=each).values("found"))
        for each in (Count("pk"), Min("due_at"))
    )
    return (
        ConnectedAccount.objects.filter(workspace=request.workspace)
        .exclude(state=ConnectedAccount.State.DISCONNECTED)
        .without_secrets()
        .annotate(waiting=Coalesce(waiting, 0), next_due=next_due)
        .select_related("workspace")
    )


def _lost_need(account: Any) -> Need:
    label = label_of(account.platform)
    waits = f"{account.waiting} scheduled {'post depends' if account.waiting == 1 else 'posts depend'} on it"
    due = (
        f"; the next is due {timezone.localtime(account.next_due):%A at %H:%M}." if account.next_due else "."
    )
    text = (
        f"{account.state_reason} {waits}{due}"
        if account.waiting
        else account.state_reason or "No post waits for it."
    )
    return Need(
        "bad",
        "Channel signed out",
        f"{label} signed us out of {name_of(account)}",
        text.strip(),
        account.get_absolute_url(),
        "Reconnect",
        account.platform,
        label,
        name_of(account),
    )


def _channel(account: ConnectedAccount, health: Health) -> dict[str, Any]:
    return {
        "name": name_of(account),
        "platform": account.platform,
        "label": label_of(account.platform),
        "url": account.get_absolute_url(),
        "health": health,
    }


def _channels_word(healths: list[Health]) -> str:
    good = sum(health.tone == "good" for health in healths)
    rest = len(healths) - good
    return f"{good} healthy, {rest} {'wants' if rest == 1 else 'want'} a look" if rest else "all healthy"


def _day(request: WorkspaceRequest, now: datetime) -> dict[str, Any]:
    """Cards of today, gone and coming, and of what follows."""
    workspace = request.workspace
    day = timezone.localdate(now)
    span = grid.Span(day, day, workspace.zone)
    posts = Post.objects.filter(workspace=workspace, due_at__gte=span.starts_at).order_by("due_at", "pk")
    found = cards(posts[: DAY + SOON], workspace, now)
    here = [each for each in found if each.at and each.at < span.ends_at]
    later = [each for each in found if each.at and each.at >= span.ends_at and each.state in RUNNING]
    coming = [each for each in here if not each.past]
    ahead = next((each for each in [*coming, *later] if each.state == State.SCHEDULED), None)
    return {
        "gone": [each for each in here if each.past and each.state != State.DRAFT],
        "coming": coming,
        "soon": later[:SOON],
        "next": ahead,
        "next_in": _in(ahead.at - now) if ahead and ahead.at else "",
    }


def _in(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    if minutes < 1:
        return "in less than a minute"
    if minutes < 60:
        return f"in {minutes} min"
    if minutes < 60 * 48:
        return f"in {minutes // 60} h {minutes % 60} min"
    return f"in {minutes // (60 * 24)} days"
