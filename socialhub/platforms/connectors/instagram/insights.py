"""Figures of posts, reels and stories, and what was posted elsewhere
(https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights, read 2026-06).

What may be asked goes by the product (FEED, REELS, STORY), not by the type of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.insights import ZONE, Refusal, ask, no_permission, whole
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Insights, Lack, Listed, Listing, Part, Published, Why
from socialhub.platforms.values import Account, Kind

from .account_insights import read_audience, read_day, read_profile, read_series
from .errors import BEFORE_SWITCH
from .hosts import is_by_facebook
from .metrics import NAVIGATION, POST_METRICS, TABLE, TOTAL

STORY = "STORY"
PRODUCTS = {
    Kind.STORY: STORY,
    Kind.VIDEO: "REELS",
    Kind.SHORT: "REELS",
    Kind.IMAGE: "FEED",
    Kind.GALLERY: "FEED",
}
TYPES = {"IMAGE": Kind.IMAGE, "VIDEO": Kind.VIDEO, "CAROUSEL_ALBUM": Kind.GALLERY}
FIELDS = "id,caption,permalink,timestamp,media_type,media_product_type"
PAGE = 50
STORY_LIFE = timedelta(hours=24)
FEW_VIEWERS = "Instagram tells nothing of a story that fewer than five people have seen."
OLDER = "Instagram tells nothing of posts from before the account became a professional one."
INSIGHTS_SCOPE = "manage_insights"


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """One request a post; for stories another one, for the steps that viewers took."""
    found = {}
    for post in posts:
        try:
            found[post.id] = _figures(api, account, post)
        except PlatformError as error:
            if error.kind is not Fault.NOT_FOUND:
                raise
    return found


def _figures(api: Api, account: Account, post: Published) -> Findings:
    product = _product(api, post)
    refusal = _refusal(account, product)
    names = POST_METRICS.get(product, POST_METRICS["FEED"])
    if product == "FEED" and is_by_facebook(account):
        names += TOTAL
    path = f"{post.id}/insights"
    found = ask(api, path, names, refusal=refusal).figures(whole())
    if product != STORY:
        return found
    closed = next((lack for lack in found.lacks if lack.why in {Why.TOO_FEW, Why.PERMISSION}), None)
    if closed is not None:
        return found + Findings(lacks=(Lack(NAVIGATION, closed.why, closed.text),))
    asked = {"breakdown": "story_navigation_action_type"}
    return found + ask(api, path, (NAVIGATION,), asked, refusal=refusal).figures(whole(by="step"))


def _product(api: Api, post: Published) -> str:
    """Known from the list or from what we made of it; else Instagram is asked."""
    known = str(post.facts.get("product") or "") or (PRODUCTS.get(post.kind, "") if post.kind else "")
    if known:
        return known
    body = api.get(post.id, params={"fields": "media_product_type"}).body
    return str(body.get("media_product_type") or "FEED") if isinstance(body, Mapping) else "FEED"


def _refusal(account: Account, product: str) -> Refusal:
    """Code 10 has two meanings: no permission, and for a story too few viewers."""
    scopes = account.tokens.scopes if account.tokens else frozenset()
    may_read = not scopes or any(scope.endswith(INSIGHTS_SCOPE) for scope in scopes)

    def refusal(error: PlatformError) -> tuple[Why, str] | None:
        if error.code == "10" and product == STORY and may_read:
            return Why.TOO_FEW, FEW_VIEWERS
        if error.code == BEFORE_SWITCH:
            return Why.NOT_GIVEN, OLDER
        return no_permission(error)

    return refusal


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """Posts and reels, newest first, by pages; the living stories, which have a list of their own, with the first."""
    below = str(listing.cursor.get("below", ""))
    params: dict[str, Any] = {"fields": FIELDS, "limit": PAGE, **({"after": below} if below else {})}
    body = api.get(f"{account.external_id}/media", params=params).body
    page = [post for post in _published(body) if post.at >= listing.since]
    if not below:
        stories = api.get(f"{account.external_id}/stories", params={"fields": FIELDS, "limit": PAGE}).body
        page += [post for post in _published(stories) if post.at >= listing.since]
    paging = (body.get("paging") if isinstance(body, Mapping) else None) or {}
    after = str((paging.get("cursors") or {}).get("after") or "")
    oldest = min((post.at for post in _published(body)), default=listing.since)
    is_more = bool(after and paging.get("next")) and oldest >= listing.since
    return Listed(tuple(page), {"below": after} if is_more else {}, is_more)


def _published(body: Any) -> Iterator[Published]:
    for line in mappings(body.get("data") if isinstance(body, Mapping) else None):
        try:
            at = datetime.fromisoformat(str(line.get("timestamp"))).astimezone(UTC)
        except ValueError:
            continue
        if not line.get("id"):
            continue
        product = str(line.get("media_product_type") or "")
        yield Published(
            id=str(line["id"]),
            at=at,
            kind=_kind(product, str(line.get("media_type") or "")),
            text=str(line.get("caption") or ""),
            url=str(line.get("permalink") or ""),
            facts={"product": product} if product else {},
        )


def _kind(product: str, media_type: str) -> Kind | None:
    by_product = {STORY: Kind.STORY, "REELS": Kind.SHORT}
    return by_product.get(product) or TYPES.get(media_type)


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    parts=(
        Part("profile", read_profile),
        Part("series", read_series, most_days=30),
        Part("day", read_day, most_days=1),
        Part("audience", read_audience, every=timedelta(days=7)),
    ),
    history=timedelta(days=90),
    again=3,
    zone=ZONE,
    list_posts=list_posts,
    post_history={Kind.STORY: STORY_LIFE, None: timedelta(days=730)},
)
