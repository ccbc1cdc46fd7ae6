"""Figures of posts and of the account, and posts that were written elsewhere
(lexicons app.bsky.feed.getPosts, app.bsky.actor.getProfile, com.atproto.repo.listRecords, read 2026-08).

Figures come from the network's index, which the account's own server asks for us. A server without one says so: then
there are none, and the posts are listed all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import (
    Findings,
    Insights,
    Lack,
    Listed,
    Listing,
    Part,
    Published,
    Span,
    Term,
    Why,
    counted,
)
from socialhub.platforms.values import Account, Kind

from .asking import ask
from .finding import post_url
from .metrics import TABLE
from .record import POST

AT_ONCE, PAGE = 25, 100


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """The counts of posts, 25 in a request; one that is gone is left out by Bluesky."""
    try:
        body = ask(api, account, "app.bsky.feed.getPosts", uris=[post.id for post in posts])
    except PlatformError as error:
        return {post.id: _none(error, TABLE.post) for post in posts}
    views = [view for view in mappings(body.get("posts")) if view.get("uri")]
    return {str(view["uri"]): _counts(view, TABLE.post, "uri") for view in views}


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands."""
    try:
        body = ask(api, account, "app.bsky.actor.getProfile", actor=account.external_id)
    except PlatformError as error:
        return _none(error, TABLE.account)
    return _counts(body, TABLE.account, "did")


def _none(error: PlatformError, terms: Sequence[Term]) -> Findings:
    """What a server that may not tell leaves; every other error is raised again."""
    if error.kind is not Fault.PERMISSION:
        raise error
    return Findings(lacks=tuple(Lack(term.name, Why.PERMISSION, error.user_message) for term in terms))


def _counts(view: Mapping[str, Any], terms: Sequence[Term], key: str) -> Findings:
    found = counted(view, terms)
    names = {key, *(term.name for term in terms)}
    return Findings(found.numbers, found.lacks, {name: view[name] for name in view if name in names})


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The account's own posts, newest first, from its own server, without replies: parts of threads are such."""
    asked: dict[str, Any] = {"repo": account.external_id, "collection": POST, "limit": PAGE}
    if page := str(listing.cursor.get("page") or ""):
        asked["cursor"] = page
    body = ask(api, account, "com.atproto.repo.listRecords", auth=False, **asked)
    records = list(mappings(body.get("records")))
    posts = tuple(_published(records, listing.now))
    oldest = min((post.at for post in posts), default=listing.now)
    after = str(body.get("cursor") or "")
    is_more = bool(records and after) and after != page and oldest >= listing.since
    own = tuple(post for post in posts if post.at >= listing.since and not post.facts.get("is_reply"))
    return Listed(own, {"page": after} if is_more else {}, is_more)


def _published(records: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Published]:
    for line in records:
        uri, record = str(line.get("uri") or ""), line.get("value")
        if uri.count("/") != 4 or not isinstance(record, Mapping):
            continue
        try:
            at = datetime.fromisoformat(str(record.get("createdAt"))).astimezone(UTC)
        except ValueError:
            continue
        facts = {"is_reply": True} if record.get("reply") else {}
        # Bluesky itself never shows a post as later than it came.
        yield Published(uri, min(at, now), _kind(record), str(record.get("text") or ""), post_url(uri), facts)


def _kind(record: Mapping[str, Any]) -> Kind:
    embed = record.get("embed")
    embed = embed if isinstance(embed, Mapping) else {}
    media = embed.get("media")
    embed = media if isinstance(media, Mapping) else embed
    kind = str(embed.get("$type") or "").rpartition(".")[2]
    if kind == "video":
        return Kind.VIDEO
    if kind in {"images", "gallery"}:
        return Kind.GALLERY if len(embed.get("images") or embed.get("items") or ()) > 1 else Kind.IMAGE
    return Kind.LINK if kind == "external" else Kind.TEXT


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(Part("profile", read_profile),),
    list_posts=list_posts,
)
