"""The pages of analytics: what they show, to whom, in how many questions, and that they call nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ConnectedAccount
from analytics.models import TrackedPost
from analytics.tests import history

MOST_QUERIES = 12
PAGES = (
    "", "?range=7&metric=rate", "?from=2026-01-01&to=2026-02-10", "?channel={ridge}", "?label={label}", "posts/",
    "posts/?sort=-views&made=ours&label={label}", "posts/{post}/", "posts/{lonely}/", "accounts/{ridge}/",
    "accounts/{brook}/", "alone/island/", "best-time/", "comparison/", "audience/", "publishing/", "reports/",
    "export/days.csv", "export/days.xlsx", "export/posts.csv", "export/posts.xlsx",
)  # fmt: skip


def shown(browser: Client, path: str = "") -> str:
    answer = browser.get(f"/w/northwind-coffee/analytics/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode("utf-8", "replace")


@pytest.fixture
def full(
    ridge: ConnectedAccount, brook: ConnectedAccount, island: ConnectedAccount, yesterday: date
) -> dict[str, int]:
    """Three accounts, forty days, thirty posts each."""
    for back in range(40):
        day = yesterday - timedelta(days=back)
        history.gain(ridge, day, views=100 + back, reach=80, likes=8, comments=2, clicks=3)
        history.gain(brook, day, likes=5)
        history.gain(island, day, views=7777)
        history.daily(ridge, day, 50 + back)
        for account in (ridge, brook, island):
            history.followers(account, day + timedelta(days=1), 1000 - back)
    made = {}
    for account in (ridge, brook, island):
        for number in range(30):
            at = history.at(yesterday - timedelta(days=number), 9 + number % 4)
            totals = {"views": 500 + number, "likes": 10 + number}
            if account == ridge:
                totals |= {"reach": 300, "comments": 2}
            labels = "Beans" if number % 5 == 0 and account == ridge else ""
            post = history.tracked(
                account, at, totals, text=f"Cup {number}", ours=number % 2 == 0, labels=labels
            )
            history.reading(post, "1h", at + timedelta(hours=1), impressions=50, plays=50, likes=1)
            history.reading(post, "24h", at + timedelta(days=1), impressions=400, plays=300, likes=8)
            made[account.platform] = post.pk
    label = TrackedPost.objects.filter(delivery__post__labels__isnull=False).values_list(
        "delivery__post__labels", flat=True
    )[0]
    return {
        "ridge": ridge.pk, "brook": brook.pk, "post": made["ridge"], "lonely": made["island"], "label": label
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_at_most_twelve_times_and_no_platform(
    browser: Client, full: dict[str, int], path: str
) -> None:
    path = path.format(**full)
    shown(browser, path)
    with CaptureQueriesContext(connection) as asked:
        shown(browser, path)
    assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:200] for query in asked)
