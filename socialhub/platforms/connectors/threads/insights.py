"""Figures of posts and of the profile, and what was posted elsewhere
(https://developers.facebook.com/docs/threads/insights, read 2026-01).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.insights import (
    ZONE,
    Line,
    Told,
    ask,
    by_day,
    is_settled,
    no_permission,
    whole,
    why_silent,
    window,
    with_gaps,
)
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import (
    Findings,
    Insights,
    Listed,
    Listing,
    Number,
    Part,
    Published,
    Span,
    Why,
    as_number,
)
from socialhub.platforms.values import Account, Kind

from .errors import NOT_FOR_THIS_PROFILE
from .metrics import DEMOGRAPHICS, POST, PROFILE, SERIES, TABLE, TOTALS

BREAKDOWNS = ("country", "city", "age", "gender")
FIELDS = "id,text,permalink,timestamp,media_type"
TYPES = {
    "TEXT_POST": Kind.TEXT,
    "IMAGE": Kind.IMAGE,
    "VIDEO": Kind.VIDEO,
    "CAROUSEL_ALBUM": Kind.GALLERY,
}
REPOST = "REPOST_FACADE"
"""Somebody else's post, shown again."""
PAGE = 50
NOT_LINKED = "Threads tells this only of profiles that an Instagram account is linked to."
FEW_FOLLOWERS = "Threads tells this from 100 followers on."


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """One request a post."""
    found = {}
    for post in posts:
        try:
            found[post.id] = ask(api, f"{post.id}/insights", POST).figures(whole())
        except PlatformError as error:
            if error.kind is not Fault.NOT_FOUND:
                raise
    return found


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How many follow. Asked apart: it takes no days, and is refused to some profiles."""
    return _ask(api, account, PROFILE).figures(whole())


def read_series(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Looks at the profile, day by day."""
    told = _ask(api, account, SERIES, window(span))
    return with_gaps(told.figures(by_day(span, now), why_silent(span, now)), span, now)


def read_day(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """The sums of one day."""
    is_final = is_settled(span.last, span.zone, now)
    plain = whole(day=span.first, is_final=is_final)

    def read(name: str, line: Line) -> Iterator[Number]:
        yield from plain(name, line)
        links = {
            str(link.get("link_url") or ""): number
            for link in mappings(line.get("link_total_values"))
            if (number := as_number(link.get("value"))) is not None
        }
        if links:
            yield Number(name, sum(links.values()), links, "link", span.first, is_final)

    return _ask(api, account, TOTALS, window(span)).figures(read, why_silent(span, now))


def read_audience(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Who follows, by one group after the other: a question takes one."""
    found = Findings()
    for by in BREAKDOWNS:
        told = _ask(api, account, DEMOGRAPHICS, {"breakdown": by})
        found += told.figures(whole(by=by), Why.TOO_FEW, FEW_FOLLOWERS)
    return Findings(found.numbers, tuple(dict.fromkeys(found.lacks)), found.raw)


def _ask(
    api: Api, account: Account, names: Sequence[str], params: Mapping[str, object] | None = None
) -> Told:
    return ask(api, f"{account.external_id}/threads_insights", names, params, refusal=_refusal)


def _refusal(error: PlatformError) -> tuple[Why, str] | None:
    """A profile without Instagram lacks a feature, not a permission that could be granted."""
    if error.code == NOT_FOR_THIS_PROFILE:
        return Why.PERMISSION, NOT_LINKED
    return no_permission(error)


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The profile's own posts, newest first; answers have another list. Pages have cursors and no links."""
    below = str(listing.cursor.get("below", ""))
    params: dict[str, Any] = {"fields": FIELDS, "limit": PAGE, "since": int(listing.since.timestamp())}
    if below:
        params["after"] = below
    body = api.get(f"{account.external_id}/threads", params=params).body
    answer: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    paging = answer.get("paging") or {}
    after = str((paging.get("cursors") or {}).get("after") or "")
    is_more = bool(after) and len(list(mappings(answer.get("data")))) >= PAGE
    posts = tuple(post for post in _published(answer) if post.at >= listing.since)
    return Listed(posts, {"below": after} if is_more else {}, is_more)


def _published(body: Mapping[str, Any]) -> Iterator[Published]:
    for line in mappings(body.get("data")):
        media_type = str(line.get("media_type") or "")
        try:
            at = datetime.fromisoformat(str(line.get("timestamp"))).astimezone(UTC)
        except ValueError:
            continue
        if line.get("id") and media_type != REPOST:
            yield Published(
                id=str(line["id"]),
                at=at,
                kind=TYPES.get(media_type),
                text=str(line.get("text") or ""),
                url=str(line.get("permalink") or ""),
            )


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    parts=(
        Part("profile", read_profile),
        Part("series", read_series, most_days=90),
        Part("day", read_day, most_days=1),
        Part("audience", read_audience, every=timedelta(days=7)),
    ),
    # Not promised for days before June 2024.
    history=timedelta(days=730),
    again=3,
    zone=ZONE,
    list_posts=list_posts,
)
