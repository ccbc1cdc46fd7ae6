"""Figures of posts and of the account, and posts that were made in the app
(https://developers.tiktok.com/doc/tiktok-api-v2-video-query, /tiktok-api-v2-video-list, read 2026-11).

Only public posts have figures. TikTok keeps no history: what stands today is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import at_seconds, mappings
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

from .errors import data_of
from .metrics import TABLE

AT_ONCE, PAGE = 20, 20
LISTED = "id,create_time,share_url,video_description,title,duration"
VIDEOS, STATS = "video.list", "user.info.stats"
NOT_PUBLIC = "TikTok tells figures of public posts alone, and knows this one by no public number."
NOT_TICKED = "A permission is missing. Reconnect the account and leave every box ticked."
UNKNOWN_FIELD = frozenset({"invalid_params", "invalid_param"})
Ask = Callable[[Sequence[str]], Sequence[Mapping[str, Any]]]


def read_posts(
    api: Api, account: Account, posts: Sequence[Published], now: datetime
) -> Mapping[str, Findings]:
    """Up to 20 posts in one call. One that is not in the answer is private, gone, or not the account's."""
    public = [post.id for post in posts if post.id.isdigit()]
    others = {post.id: Findings(lacks=_lacks(TABLE.post, Why.NOT_GIVEN, NOT_PUBLIC)) for post in posts}
    found = {number: others[number] for number in others if number not in public}
    if not public:
        return found
    if not _may(account, VIDEOS):
        return found | dict.fromkeys(public, Findings(lacks=_lacks(TABLE.post, Why.PERMISSION, NOT_TICKED)))

    def ask(names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        answer = api.post(
            "v2/video/query/",
            params={"fields": ",".join(("id", *names))},
            json_body={"filters": {"video_ids": public}},
        )
        return list(mappings(data_of(api, answer).get("videos")))

    try:
        rows, dead = _known(ask, [term.name for term in TABLE.post])
    except PlatformError as error:
        if error.kind is not Fault.PERMISSION:
            raise
        lacks = _lacks(TABLE.post, Why.PERMISSION, error.user_message)
        return found | dict.fromkeys(public, Findings(lacks=lacks))
    return found | {number: _read(row, TABLE.post, dead) for number, row in rows.items() if number in public}


def _known(ask: Ask, names: Sequence[str]) -> tuple[dict[str, Mapping[str, Any]], tuple[str, ...]]:
    """What is told, by id, and the fields that TikTok refuses: those are found by asking in halves."""
    try:
        rows = ask(names)
    except PlatformError as error:
        if error.kind is not Fault.INVALID_REQUEST or error.code not in UNKNOWN_FIELD:
            raise
        if len(names) == 1:
            return {}, tuple(names)
        half = len(names) // 2
        first, dead = _known(ask, names[:half])
        second, more = _known(ask, names[half:])
        ids = dict.fromkeys((*first, *second))
        return {key: {**first.get(key, {}), **second.get(key, {})} for key in ids}, dead + more
    return {str(row.get("id") or ""): row for row in rows}, ()


def _read(row: Mapping[str, Any], terms: Sequence[Term], dead: Sequence[str]) -> Findings:
    known = [term for term in terms if term.name not in dead]
    found = counted(row, known)
    lacks = tuple(Lack(name, Why.UNKNOWN) for name in dead)
    names = {"id", *(term.name for term in known)}
    return Findings(found.numbers, found.lacks + lacks, {key: row[key] for key in row if key in names})


def _lacks(terms: Sequence[Term], why: Why, text: str) -> tuple[Lack, ...]:
    return tuple(Lack(term.name, why, text) for term in terms)


def _may(account: Account, scope: str) -> bool:
    """Whether the person ticked a permission; where nobody knows, TikTok is asked."""
    scopes = account.tokens.scopes if account.tokens else frozenset()
    return not scopes or scope in scopes


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands. A field whose permission was unticked would fail the whole call."""
    if not _may(account, STATS):
        return Findings(lacks=_lacks(TABLE.account, Why.PERMISSION, NOT_TICKED))

    def ask(names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        user = data_of(api, api.get("v2/user/info/", params={"fields": ",".join(names)})).get("user")
        return [user] if isinstance(user, Mapping) else []

    try:
        rows, dead = _known(ask, [term.name for term in TABLE.account])
    except PlatformError as error:
        if error.kind is not Fault.PERMISSION:
            raise
        return Findings(lacks=_lacks(TABLE.account, Why.PERMISSION, error.user_message))
    return _read(rows.get("", {}), TABLE.account, dead)


def list_posts(api: Api, account: Account, listing: Listing) -> Listed:
    """The account's public posts, newest first. The cursor is a moment in milliseconds."""
    body: dict[str, Any] = {"max_count": PAGE}
    if listing.cursor.get("cursor"):
        body["cursor"] = listing.cursor["cursor"]
    data = data_of(api, api.post("v2/video/list/", params={"fields": LISTED}, json_body=body))
    page = [post for video in mappings(data.get("videos")) if (post := _published(video)) is not None]
    is_more = data.get("has_more") is True and bool(page) and page[-1].at >= listing.since
    return Listed(
        tuple(post for post in page if post.at >= listing.since),
        {"cursor": data.get("cursor")} if is_more else {},
        is_more,
    )


def _published(video: Mapping[str, Any]) -> Published | None:
    at = at_seconds(video.get("create_time"))
    if at is None or not video.get("id"):
        return None
    # The link comes with parameters that tell where it was copied.
    url = str(video.get("share_url") or "").partition("?")[0]
    words = dict.fromkeys(str(video.get(name) or "") for name in ("title", "video_description"))
    return Published(
        id=str(video["id"]), at=at, kind=_kind(video, url), text="\n\n".join(filter(None, words)), url=url
    )


def _kind(video: Mapping[str, Any], url: str) -> Kind:
    """A post of photos has an address of its own kind, or at least no length; how many there are is not told."""
    if "/photo/" in url or ("/video/" not in url and video.get("duration") == 0):
        return Kind.IMAGE
    return Kind.VIDEO


insights = Insights(
    table=TABLE,
    read_posts=read_posts,
    batch=AT_ONCE,
    parts=(Part("profile", read_profile),),
    list_posts=list_posts,
)
