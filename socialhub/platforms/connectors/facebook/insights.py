"""Figures of posts, videos, reels and stories, and what was posted elsewhere
(https://developers.facebook.com/docs/graph-api/reference/insights,
https://developers.facebook.com/docs/graph-api/reference/video/video_insights, read 2026-06).

A video has two ids: its own, by which we know it, and that of the post that shows it. What people did with it stands
at the post, how they watched it at the video.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.insights import (
    ZONE,
    Line,
    ask,
    ask_fields,
    count_fields,
    whole,
)
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import at_seconds, mappings
from socialhub.platforms.metrics import (
    Findings,
    Insights,
    Lack,
    Listed,
    Listing,
    Number,
    Part,
    Published,
    Why,
)
from socialhub.platforms.values import Account, Kind

from .metrics import BY, CLICKS, COUNTERS, LINK_CLICKS, LINKS, POST, REEL, STORY, TABLE, VIDEO
from .page_insights import read_audience, read_days, read_profile

FILMS = {Kind.VIDEO: VIDEO, Kind.SHORT: REEL}
FIELDS = "id,message,created_time,permalink_url,attachments{media_type,target{id}}"
TYPES = {
    "photo": Kind.IMAGE,
    "album": Kind.GALLERY,
    "video": Kind.VIDEO,
    "link": Kind.LINK,
    "share": Kind.LINK,
}
PAGE = 50
SITE = "https://www.facebook.com"
UNSHARED = "Facebook leaves this out while nobody has shared the post."
POST_UNKNOWN = "Facebook does not say which post shows this video."


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """Two requests a post, four a video; one a story."""
    found = {}
    for post in posts:
        try:
            found[post.id] = _figures(api, post)
        except PlatformError as error:
            if error.kind is not Fault.NOT_FOUND:
                raise
    return found


def _figures(api: Api, post: Published) -> Findings:
    if post.kind is Kind.STORY:
        return ask(api, f"{post.id}/insights", STORY).figures(_read)
    # Posts go by the Page's number and their own, videos by one alone.
    names = FILMS.get(post.kind, ()) if post.kind else () if "_" in post.id else VIDEO
    if not names:
        return _of_post(api, post.id)
    found = ask(api, f"{post.id}/video_insights", names).figures(_read)
    return _of_post(api, str(post.facts.get("post") or "") or _post_of(api, post.id)) + found


def _post_of(api: Api, video: str) -> str:
    body = api.get(video, params={"fields": "post_id"}).body
    return str(body.get("post_id") or "") if isinstance(body, Mapping) else ""


def _of_post(api: Api, node: str) -> Findings:
    """What people did with a post, and how often it was seen."""
    if not node:
        return Findings(lacks=tuple(Lack(name, Why.NOT_GIVEN, POST_UNKNOWN) for name in (*COUNTERS, *POST)))
    body, refused = ask_fields(api, node, COUNTERS)
    counts = count_fields(_counts(body), [TABLE.of_post(name) for name in COUNTERS], refused)
    lacks = tuple(Lack("shares", lack.why, UNSHARED) if _is_unshared(lack) else lack for lack in counts.lacks)
    counts = Findings(counts.numbers, lacks, counts.raw)
    return counts + ask(api, f"{node}/insights", POST).figures(_read)


def _is_unshared(lack: Lack) -> bool:
    return lack.name == "shares" and lack.why is Why.NOT_GIVEN


def _counts(body: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers in the fields of a post: ``shares.count``, else ``summary.total_count``."""
    found = {}
    for name in COUNTERS:
        told = body.get(name)
        if isinstance(told, Mapping):
            summary = told.get("summary")
            count = summary.get("total_count") if isinstance(summary, Mapping) else told.get("count")
            found[name] = count
    return found


def _read(name: str, line: Line) -> Iterator[Number]:
    """The figure of a line; of clicks by type those on links once more by themselves."""
    for number in whole(by=BY.get(name, "type"))(name, line):
        yield number
        if name == CLICKS and LINKS in number.groups:
            yield Number(LINK_CLICKS, number.groups[LINKS])


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The Page's own posts, newest first, by pages; its stories, which have a list of their own, with the first."""
    below = str(listing.cursor.get("below", ""))
    params: dict[str, Any] = {"fields": FIELDS, "limit": PAGE, "since": int(listing.since.timestamp())}
    body = api.get(
        f"{account.external_id}/published_posts", params={**params, **({"after": below} if below else {})}
    ).body
    answer: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    found = list(_published(answer))
    if not below:
        stories = api.get(
            f"{account.external_id}/stories", params={"limit": PAGE, "since": params["since"]}
        ).body
        found += _stories(stories)
    paging = answer.get("paging") or {}
    after = str((paging.get("cursors") or {}).get("after") or "")
    is_more = bool(after and paging.get("next"))
    posts = tuple(post for post in found if post.at >= listing.since)
    return Listed(posts, {"below": after} if is_more else {}, is_more)


def _published(body: Mapping[str, Any]) -> Iterator[Published]:
    for line in mappings(body.get("data")):
        try:
            at = datetime.fromisoformat(str(line.get("created_time"))).astimezone(UTC)
        except ValueError:
            continue
        number, link = str(line.get("id") or ""), str(line.get("permalink_url") or "")
        link = f"{SITE}{link}" if link.startswith("/") else link
        kind, video = _shown(line, link)
        if number:
            facts = {"post": number} if video else {}
            yield Published(video or number, at, kind, str(line.get("message") or ""), link, facts)


def _shown(line: Mapping[str, Any], link: str) -> tuple[Kind | None, str]:
    """What a post shows, and the id of its video."""
    attachments = line.get("attachments")
    files = list(mappings(attachments.get("data"))) if isinstance(attachments, Mapping) else []
    if not files:
        return Kind.TEXT, ""
    kind = TYPES.get(str(files[0].get("media_type") or ""))
    target = files[0].get("target")
    video = str(target.get("id") or "") if kind is Kind.VIDEO and isinstance(target, Mapping) else ""
    return (Kind.SHORT if kind is Kind.VIDEO and "/reel/" in link else kind), video


def _stories(body: Any) -> Iterator[Published]:
    for line in mappings(body.get("data") if isinstance(body, Mapping) else None):
        told = str(line.get("creation_time") or "")
        at = at_seconds(int(told)) if told.isdigit() else None
        if at is not None and line.get("post_id"):
            yield Published(str(line["post_id"]), at, Kind.STORY, url=str(line.get("url") or ""))


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    parts=(
        Part("profile", read_profile),
        Part("days", read_days, most_days=90),
        Part("audience", read_audience, every=timedelta(days=7)),
    ),
    history=timedelta(days=730),
    again=3,
    zone=ZONE,
    list_posts=list_posts,
    post_history={None: timedelta(days=730)},
)
