"""Figures of videos and of the channel, and videos that were uploaded elsewhere
(https://developers.google.com/youtube/v3/docs/videos/batchGetStats,
https://developers.google.com/youtube/v3/docs/playlistItems/list, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Insights, Listed, Listing, Part, Published, Span, counted
from socialhub.platforms.values import Account, Kind

from .errors import PACIFIC
from .metrics import COUNTERS, LEVELS, TABLE
from .reports import AGAIN, read_countries, read_days, read_viewers, read_watched
from .rules import LONGEST_SHORT

STATS, VIDEOS = "youtube/v3/videos:batchGetStats", "youtube/v3/videos"
CHANNELS, ITEMS = "youtube/v3/channels", "youtube/v3/playlistItems"
AT_ONCE, PAGE = 50, 50
WITHOUT_STATS = frozenset({400, 404, 405, 501})
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """Counters of up to 50 videos, then how they were watched. A video that is not in the answer may still be up."""
    counts = {str(video["id"]): _counts(video) for video in _statistics(api, posts) if video.get("id")}
    there = [post for post in posts if post.id in counts]
    watched = read_watched(api, account, there, now) if there else {}
    return {video: found + watched[video] for video, found in counts.items() if video in watched}


def _statistics(api: Api, posts: Sequence[Published]) -> list[Mapping[str, Any]]:
    """By the call that has a quota of its own; where there is none such, by the list, which is a unit."""
    query = {"part": "id,statistics", "id": ",".join(post.id for post in posts)}
    try:
        return _items(api.get(STATS, params=query).body)
    except PlatformError as error:
        if error.http_status not in WITHOUT_STATS:
            raise
    return _items(api.get(VIDEOS, params=query).body)


def _counts(video: Mapping[str, Any]) -> Findings:
    told = _part(video, "statistics")
    found = counted(told, COUNTERS)
    return Findings(found.numbers, found.lacks, {"id": video["id"], "statistics": dict(told)})


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the channel stands."""
    channels = _items(api.get(CHANNELS, params={"part": "statistics", "mine": "true"}).body)
    told = _part(channels[0], "statistics") if channels else {}
    found = counted(told, LEVELS)
    return Findings(found.numbers, found.lacks, {"statistics": dict(told)})


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The channel's uploads, newest first; private ones are not out."""
    uploads = account.extra.get("uploads") or f"UU{account.external_id[2:]}"
    query: dict[str, Any] = {"part": "snippet,contentDetails,status", "playlistId": uploads}
    query["maxResults"] = PAGE
    if listing.cursor.get("page"):
        query["pageToken"] = listing.cursor["page"]
    body = api.get(ITEMS, params=query).body
    entries = [entry for entry in _items(body) if _published_at(entry) is not None]
    young = [entry for entry in entries if _is_out(entry) and _at(entry) >= listing.since]
    page = str(body.get("nextPageToken") or "") if isinstance(body, Mapping) else ""
    is_more = bool(page and entries) and _at(entries[-1]) >= listing.since
    return Listed(_as_posts(api, young), {"page": page} if is_more else {}, is_more)


def _is_out(entry: Mapping[str, Any]) -> bool:
    return bool(_video_of(entry)) and _part(entry, "status").get("privacyStatus") != "private"


def _video_of(entry: Mapping[str, Any]) -> str:
    return str(_part(entry, "contentDetails").get("videoId") or "")


def _published_at(entry: Mapping[str, Any]) -> datetime | None:
    told = _part(entry, "contentDetails").get("videoPublishedAt") or _part(entry, "snippet").get(
        "publishedAt"
    )
    try:
        return datetime.fromisoformat(str(told)).astimezone(UTC)
    except ValueError:
        return None


def _at(entry: Mapping[str, Any]) -> datetime:
    return _published_at(entry) or datetime.min.replace(tzinfo=UTC)


def _as_posts(api: Api, entries: Sequence[Mapping[str, Any]]) -> tuple[Published, ...]:
    """With the kind of each, which no list of uploads tells: one more call for all of them."""
    if not entries:
        return ()
    ids = [_video_of(entry) for entry in entries]
    query = {"part": "contentDetails,fileDetails", "id": ",".join(ids)}
    kinds = {str(video.get("id")): _kind(video) for video in _items(api.get(VIDEOS, params=query).body)}
    return tuple(_post(entry, kinds.get(_video_of(entry))) for entry in entries)


def _kind(video: Mapping[str, Any]) -> Kind | None:
    """A Short is upright or square and not longer than three minutes; what YouTube no longer knows stays open."""
    found = _DURATION.match(str(_part(video, "contentDetails").get("duration") or ""))
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    if length > LONGEST_SHORT:
        return Kind.VIDEO
    streams = list(mappings(_part(video, "fileDetails").get("videoStreams")))
    sizes = [(stream.get("widthPixels"), stream.get("heightPixels")) for stream in streams]
    for width, height in sizes:
        if isinstance(width, int) and isinstance(height, int):
            return Kind.SHORT if height >= width else Kind.VIDEO
    return None


def _post(entry: Mapping[str, Any], kind: Kind | None) -> Published:
    video, snippet = _video_of(entry), _part(entry, "snippet")
    words = [str(snippet.get(name) or "") for name in ("title", "description")]
    place = "shorts/" if kind is Kind.SHORT else "watch?v="
    return Published(
        id=video,
        at=_at(entry),
        kind=kind,
        text="\n\n".join(word for word in words if word),
        url=f"https://www.youtube.com/{place}{video}",
    )


def _items(body: Any) -> list[Mapping[str, Any]]:
    return list(mappings(body.get("items"))) if isinstance(body, Mapping) else []


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(
        Part("profile", read_profile),
        Part("days", read_days, most_days=180),
        Part("viewers", read_viewers, every=timedelta(days=7)),
        Part("countries", read_countries, every=timedelta(days=7)),
    ),
    # Days of any age can be asked for; these are enough to compare a year with the one before.
    history=timedelta(days=730),
    again=AGAIN,
    zone=PACIFIC,
    list_posts=list_posts,
    # Counters and reports have quotas of their own; a unit is what the channel, and a page of uploads, cost.
    costs={"units": 1},
)
