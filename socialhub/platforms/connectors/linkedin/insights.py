"""Figures of pages and of members, which are two kinds of account: each part asks for its own kind or for nothing.

Posts made elsewhere are found for pages; a member's posts are shown to no new app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.events import at_seconds, mappings
from socialhub.platforms.metrics import Findings, Insights, Listed, Listing, Part, Published, Span
from socialhub.platforms.values import Account, Kind

from . import memberfigures, pagefigures
from .finding import permalink
from .littletext import plain
from .login import member
from .metrics import TABLE
from .rest import can_read, mapping, method

PAGE = 50
MOST_DAYS = 90
HISTORY = timedelta(days=360)
"""LinkedIn keeps a rolling year; a request that begins before it is refused, so a few days are left out."""
AGAIN = 4
FILES = {"urn:li:video": Kind.VIDEO, "urn:li:document": Kind.DOCUMENT, "urn:li:image": Kind.IMAGE}


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """The figures of posts."""
    if can_read(account):
        return pagefigures.read_posts(api, account, posts)
    return memberfigures.read_posts(api, account, posts)


def read_followers(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How many follow."""
    if can_read(account):
        return pagefigures.read_followers(api, account)
    return memberfigures.read_followers(api, account)


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """What happened to all posts, by day."""
    if can_read(account):
        return pagefigures.read_days(api, account, span, now)
    return memberfigures.read_days(api, account, span, now)


def read_gains(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """New followers by day; of pages alone."""
    return pagefigures.read_gains(api, account, span, now) if can_read(account) else Findings()


def read_page_views(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Visits of the page by day."""
    return pagefigures.read_page_views(api, account, span, now) if can_read(account) else Findings()


def read_audience(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Who follows; of pages alone."""
    return pagefigures.read_audience(api, account) if can_read(account) else Findings()


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """A page's posts, newest first; drafts and posts made for advertising alone are none of them."""
    if not can_read(account):
        return Listed()
    start = int(listing.cursor.get("start", 0))
    params = {"q": "author", "author": account.external_id, "count": PAGE, "sortBy": "CREATED"}
    params |= {"start": start, "viewContext": "AUTHOR"}
    body = mapping(api.get("rest/posts", params=params, headers=method("FINDER")).body)
    page = list(mappings(body.get("elements")))
    times = [at for line in page if (at := at_seconds(line.get("createdAt"))) is not None]
    is_more = len(page) == PAGE and bool(times) and times[-1] >= listing.since
    posts = tuple(post for post in _published(page) if post.at >= listing.since)
    return Listed(posts, {"start": start + PAGE} if is_more else {}, is_more)


def _published(page: Sequence[Mapping[str, Any]]) -> Iterator[Published]:
    for line in page:
        at = at_seconds(line.get("publishedAt")) or at_seconds(line.get("createdAt"))
        is_dark = mapping(line.get("distribution")).get("feedDistribution") == "NONE"
        if (
            at is None
            or is_dark
            or line.get("lifecycleState", "PUBLISHED") != "PUBLISHED"
            or not line.get("id")
        ):
            continue
        urn = str(line["id"])
        yield Published(urn, at, _kind(line), plain(str(line.get("commentary") or "")), permalink(urn))


def _kind(line: Mapping[str, Any]) -> Kind:
    content = mapping(line.get("content"))
    if "multiImage" in content:
        return Kind.GALLERY
    if "article" in content:
        return Kind.LINK
    return FILES.get(str(mapping(content.get("media")).get("id")).rpartition(":")[0], Kind.TEXT)


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=20,
    # Ten requests for each post of a member, thirteen for a video.
    batches={member.key: 2},
    parts=(
        Part("followers", read_followers),
        Part("days", read_days, most_days=MOST_DAYS),
        Part("gains", read_gains, most_days=MOST_DAYS),
        Part("page_views", read_page_views, most_days=MOST_DAYS),
        Part("audience", read_audience, every=timedelta(days=7)),
    ),
    history=HISTORY,
    again=AGAIN,
    list_posts=list_posts,
    unlisted=frozenset({member.key}),
)
