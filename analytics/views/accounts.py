"""One account by itself, and platforms whose terms keep them apart from all others."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount
from accounts.network import browser_link
from analytics.mixing import known_accounts, stands_alone
from analytics.queries.own import Own, by_itself, known, latest_posts
from analytics.queries.posts import Row
from analytics.views.frame import channel, frame, policy_of, wish_of
from analytics.wording import lag_words
from socialhub.platforms.metrics import MEANINGS, Metric, MetricTable, Term

COLUMNS = 7


@require_GET
@requires("analytics.view")
def account(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Levels, daily figures, audience and posts of one account, under the platform's own names."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    found = next((each for each in everyone if each.pk == pk), None)
    if found is None:
        raise Http404
    slug = request.workspace.slug
    if stands_alone(found.platform):
        return redirect(f"{reverse('analytics:alone', args=[slug, found.platform])}#account-{pk}")
    context = {
        **frame(request, "overview", wish, everyone),
        "owns": [_shown(each, slug) for each in by_itself([found], wish.period)],
        "named": channel(found, slug),
        **_posts([found], slug),
    }
    return render(request, "analytics/account.html", context)


@require_GET
@requires("analytics.view")
def alone(request: WorkspaceRequest, platform: str) -> HttpResponse:
    """A platform whose figures stand beside no others: its accounts, each by itself."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    found = [each for each in everyone if each.platform == platform]
    if not found or not stands_alone(platform):
        raise Http404
    slug, policy = request.workspace.slug, policy_of(platform)
    context = {
        **frame(request, "overview", wish, everyone),
        "owns": [_shown(each, slug) for each in by_itself(found, wish.period)],
        "named": channel(found[0], slug),
        "is_alone": True,
        "rules": policy.display,
        "source": browser_link(policy.source),
        **_posts(found, slug),
    }
    return render(request, "analytics/account.html", context)


def _shown(own: Own, slug: str) -> dict[str, Any]:
    state = getattr(own.account, "collection", None)
    return {
        "own": own,
        "named": channel(own.account, slug),
        "read_at": state.done_at if state else None,
        "trouble": state.reason if state else "",
        "source": browser_link(own.table.source) if own.table else "",
        "glossary": _glossary(own.table) if own.table else [],
    }


def _glossary(table: MetricTable) -> list[tuple[Term, str, str]]:
    """Their words, ours, and how late each is told."""
    terms = {term.name: term for term in (*table.account, *table.post)}
    return [
        (term, MEANINGS[term.metric].label, lag_words(table.lag if term.lag is None else term.lag))
        for term in terms.values()
    ]


def _posts(accounts: list[ConnectedAccount], slug: str) -> dict[str, Any]:
    """The newest posts, with the platform's own names over the columns."""
    rows = latest_posts(accounts)
    terms = by_name(accounts, rows)
    return {"terms": terms, "posts": [_line(row, slug, terms) for row in rows]}


def by_name(accounts: list[ConnectedAccount], rows: list[Row]) -> list[tuple[Metric, str]]:
    """Our key and their name, of the figures of posts; our name where theirs is not known here."""
    own = Own(accounts[0], *known(accounts[0]))
    if own.post_terms:
        return [(term.metric, term.name) for term in own.post_terms[:COLUMNS]]
    given = {name for row in rows for name in row.totals}
    return [(metric, MEANINGS[metric].label) for metric in Metric if metric in given][:COLUMNS]


def _line(row: Row, slug: str, terms: list[tuple[Metric, str]]) -> dict[str, Any]:
    why = "not read yet" if row.read_at is None else "not given"
    return {
        "row": row,
        "url": reverse("analytics:post", args=[slug, row.pk]),
        "cells": [(name, row.totals.get(key), MEANINGS[key], why) for key, name in terms],
    }
