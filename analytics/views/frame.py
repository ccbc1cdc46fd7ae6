"""What stands around every page of analytics: the days, the filters, the way to the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from accounts.access import WorkspaceRequest
from accounts.models import ConnectedAccount
from analytics.mixing import stands_alone
from analytics.queries.overview import Named
from analytics.wishes import CUSTOM, PRESETS, Period, Wish
from publishing.models import Label
from publishing.views.cards import label_of, name_of
from socialhub.platforms import registry
from socialhub.platforms.policy import Policy

PAGES = (
    ("overview", "Overview"), ("posts", "Posts"), ("times", "Best time"), ("comparison", "Comparison"),
    ("audience", "Audience"), ("health", "Publishing"), ("reports", "Reports"),
)  # fmt: skip


class Choice(NamedTuple):
    """An entry of a filter."""

    value: str
    label: str
    on: bool


class Channel(NamedTuple):
    """An account as pages name it."""

    pk: int
    platform: str
    label: str
    name: str
    url: str

    @property
    def title(self) -> str:
        """With its platform, for the head of a page."""
        return f"{self.name} on {self.label}"


def wish_of(request: WorkspaceRequest) -> Wish:
    """What the address asks for; "today" is the workspace's."""
    return Wish.of(request.GET.dict(), timezone.localdate())


def channel(account: ConnectedAccount, slug: str) -> Channel:
    """An account with the address of its figures."""
    url = reverse("analytics:account", args=[slug, account.pk])
    return Channel(account.pk, account.platform, label_of(account.platform), name_of(account), url)


def labels_of(request: WorkspaceRequest) -> list[Named]:
    """The labels of a workspace."""
    rows = Label.objects.filter(workspace=request.workspace)
    return [Named(pk, name) for pk, name in rows.values_list("pk", "name")]


def frame(
    request: WorkspaceRequest, current: str, wish: Wish, accounts: Sequence[ConnectedAccount],
    labels: Iterable[Named] = (), *, has_days: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The context that ``_head.html`` draws."""
    slug = request.workspace.slug
    apart = dict.fromkeys(each.platform for each in accounts if stands_alone(each.platform))
    mixed = [each for each in accounts if not stands_alone(each.platform)]
    kept = wish.query(sort="", kind="", made="", q="", metric="")
    return {
        "current": current,
        "wish": wish,
        "period_words": period_words(wish.period),
        "before_words": period_words(wish.period.before),
        "tabs": [
            (label, f"{reverse(f'analytics:{name}', args=[slug])}?{kept}".rstrip("?"), name == current)
            for name, label in PAGES
        ],
        "ranges": [
            Choice(f"?{wish.query(range=key, **{'from': '', 'to': ''})}", f"{key} d", wish.range == key)
            for key in PRESETS
        ]
        if has_days
        else [],
        "is_custom": wish.range == CUSTOM,
        "channels": [
            Choice(str(each.pk), f"{label_of(each.platform)}: {name_of(each)}", each.pk == wish.channel)
            for each in mixed
        ],
        "labels": [Choice(str(each.pk), each.name, each.pk == wish.label) for each in labels],
        "apart": [(key, label_of(key), reverse("analytics:alone", args=[slug, key])) for key in apart],
        "accounts_url": reverse("accounts:list", args=[slug]),
        "hidden": list(wish.hidden("from", "to", "range", "channel", "label", "compare")),
    }


def period_words(period: Period) -> str:
    """1 to 28 November 2026."""
    first, last = period.first, period.last
    is_same_month = (first.year, first.month) == (last.year, last.month)
    shape = "j" if is_same_month else "j F" if first.year == last.year else "j F Y"
    if first == last:
        return format_date(last, "j F Y")
    return f"{format_date(first, shape)} to {format_date(last, 'j F Y')}"


def to_own_page(request: WorkspaceRequest, wish: Wish) -> HttpResponse:
    """A channel that may not be mixed was asked for: its own page shows it."""
    found = (
        ConnectedAccount.objects.filter(workspace=request.workspace, pk=wish.channel or 0)
        .only("platform")
        .first()
    )
    slug = request.workspace.slug
    if found is None:
        return redirect("analytics:overview", slug)
    query = wish.query(channel="", label="")
    return redirect(f"{reverse('analytics:alone', args=[slug, found.platform])}?{query}".rstrip("?"))


def policy_of(platform: str) -> Policy:
    """The rules for showing its figures."""
    try:
        return registry.get(platform).policy
    except LookupError:
        return Policy()
