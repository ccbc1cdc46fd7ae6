"""The table of posts, and one post."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from analytics import drawing
from analytics.marks import MARKS
from analytics.mixing import NotMixable, known_accounts, mixable, stands_alone
from analytics.models import TrackedPost
from analytics.queries import posts as rows
from analytics.queries.detail import detail
from analytics.queries.posts import COLUMNS, ELSEWHERE, NEWEST, OURS, USUAL
from analytics.queries.samples import labelled
from analytics.views.frame import Choice, channel, frame, labels_of, policy_of, to_own_page, wish_of
from analytics.views.overview import line
from analytics.wishes import Wish
from publishing.models.posts import headline
from publishing.views.shapes import KINDS

PAGE = 25


@require_GET
@requires("analytics.view")
def listing(request: WorkspaceRequest) -> HttpResponse:
    """All posts that went out in the chosen days, of channels that may stand together."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    try:
        chosen = mixable(everyone, only=wish.channel)
    except NotMixable:
        return to_own_page(request, wish)
    page = Paginator(rows.found(chosen, wish, request.workspace.zone), PAGE).get_page(request.GET.get("page"))
    key, _ = rows.order_of(wish)
    shown = rows.curves(rows.rows_of(page.object_list, chosen), key)  # type: ignore[arg-type]
    names = labelled(TrackedPost.objects.filter(pk__in=[row.pk for row in shown]))
    keys = USUAL if key in {*USUAL, NEWEST} else (*USUAL, key)
    slug = request.workspace.slug
    context = {
        **frame(request, "posts", wish, everyone, labels_of(request)),
        "hidden": list(
            wish.hidden("from", "to", "range", "channel", "label", "compare", "kind", "made", "q")
        ),
        "page": page,
        "query": wish.query(),
        "lines": [line(row, slug, keys) for row in rows.labels_of(shown, names)],
        "columns": [COLUMNS[each] for each in keys],
        "sorters": [_sorter(wish, each) for each in keys],
        "newest": _sorter(wish, NEWEST),
        "more": [
            (column.label, f"?{wish.query(sort=f'-{name}')}", name == key)
            for name, column in COLUMNS.items()
            if name not in USUAL
        ],
        "kinds": [Choice(kind.value, word, kind.value == wish.kind) for kind, word in KINDS.items()],
        "mades": [
            Choice(OURS, "Sent from here", wish.made == OURS),
            Choice(ELSEWHERE, "Made elsewhere", wish.made == ELSEWHERE),
        ],
        "narrowed": bool(wish.channel or wish.label or wish.kind or wish.made or wish.q),
        "exports": [
            (word, f"{reverse('analytics:export', args=[slug, 'posts', kind])}?{wish.query()}".rstrip("?"))
            for word, kind in (("CSV", "csv"), ("Excel", "xlsx"))
        ],
    }
    return render(request, "analytics/posts.html", context)


def _sorter(wish: Wish, key: str) -> dict[str, Any]:
    """A heading that sorts: most first, and turned round when it is pressed again."""
    by, rising = rows.order_of(wish)
    is_on = by == key
    turned = key if is_on and not rising else f"-{key}"
    return {
        "column": COLUMNS.get(key),
        "url": f"?{wish.query(sort=turned)}",
        "sort": ("ascending" if rising else "descending") if is_on else "",
        "icon": ("up" if rising else "down") if is_on else "",
    }


@require_GET
@requires("analytics.view")
def post(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """One post: every figure under its own name, how it grew, what was told before."""
    secrets = ("account__access_token", "account__refresh_token", "account__proof_key", "delivery__facts")
    posts = TrackedPost.objects.filter(account__workspace=request.workspace)
    found = get_object_or_404(posts.select_related("account", "delivery__post").defer(*secrets), pk=pk)
    told, wish, slug = detail(found), wish_of(request), request.workspace.slug
    ours = found.delivery.post if found.delivery else None
    drawn = told.curve_of(request.GET.get("figure", ""))
    marks = {name: age.total_seconds() for name, age in MARKS.items()}
    apart = stands_alone(found.account.platform)
    context = {
        **frame(request, "posts", wish, [], has_days=False),
        "post": found,
        "title": headline(ours.title if ours else "", ours.parts if ours else [found.text]),
        "told": told,
        "restated": [(each, was) for each in told.figures for was in each.told_before],
        "drawn": drawn,
        "curve": drawing.curve(found.published_at, drawn.readings, marks) if drawn else None,
        "named": channel(found.account, slug),
        "apart_page": apart,
        "rules": policy_of(found.account.platform).display if apart else (),
        "post_url": reverse("publishing:post", args=[slug, ours.pk]) if ours else "",
        "back_url": reverse("analytics:alone", args=[slug, found.account.platform])
        if apart
        else reverse("analytics:posts", args=[slug]),
        "kind": next((word for kind, word in KINDS.items() if kind.value == found.kind), ""),
    }
    return render(request, "analytics/post.html", context)
