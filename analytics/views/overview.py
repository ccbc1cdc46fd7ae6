"""The overview: tiles, the trend, the best posts, when people answer, how publishing went."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from analytics import drawing
from analytics.mixing import NotMixable
from analytics.queries.overview import overview as read
from analytics.queries.posts import COLUMNS, Row, why_absent
from analytics.views.frame import frame, to_own_page, wish_of
from analytics.views.heat import heat_rows

SHOWN = ("views", "reach", "engagements", "rate_by_reach", "clicks")


@require_GET
@requires("analytics.view")
def overview(request: WorkspaceRequest) -> HttpResponse:
    """What happened in the chosen days, over all channels that may stand together."""
    wish = wish_of(request)
    try:
        found = read(request.workspace, wish, ranked_by="views" if wish.metric == "views" else "engagements")
    except NotMixable:
        return to_own_page(request, wish)
    metric = wish.metric if wish.metric in found.figures else _first(found.figures)
    chosen = found.figures[metric]
    slug = request.workspace.slug
    context = {
        **frame(request, "overview", wish, found.all_accounts, found.labels),
        "found": found,
        "tiles": list(found.figures.values()),
        "chosen": chosen,
        "chart": drawing.chart(chosen, found.posts_on, compares=wish.compares),
        "metrics": [
            (figure.tile.label, f"?{wish.query(metric=key)}#trend", key == metric)
            for key, figure in found.figures.items()
        ],
        "columns": [COLUMNS[key] for key in SHOWN],
        "lines": [line(row, slug, SHOWN) for row in found.tops],
        "heat": heat_rows(found.heat),
        "posts_url": f"{reverse('analytics:posts', args=[slug])}?{wish.query(metric='')}".rstrip("?"),
        "times_url": reverse("analytics:times", args=[slug]),
        "health_url": f"{reverse('analytics:health', args=[slug])}?{wish.query(metric='')}".rstrip("?"),
        "exports": [
            (word, f"{reverse('analytics:export', args=[slug, 'days', kind])}?{wish.query()}".rstrip("?"))
            for word, kind in (("CSV", "csv"), ("Excel", "xlsx"))
        ],
    }
    return render(request, "analytics/overview.html", context)


def _first(figures: dict[str, Any]) -> str:
    """The first figure that there is."""
    return next((key for key, figure in figures.items() if figure.value is not None), "views")


def line(row: Row, slug: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """A row of a table of posts: its figures in order, each with the reason where it is absent."""
    return {
        "row": row,
        "url": reverse("analytics:post", args=[slug, row.pk]),
        "thumb": reverse("publishing:picture", args=[slug, row.thumb]) if row.thumb else "",
        "cells": [
            (COLUMNS[key], row.totals.get(key), "" if key in row.totals else why_absent(row, key))
            for key in keys
        ],
        "curve": [value for _, value in row.curve],
    }
