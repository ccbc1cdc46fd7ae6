"""Lists of posts, newest first, with paging, times and the lag that a fault may order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .fields import Reader, parse_fields, pick
from .simulator import page_of, read

LISTING = {
    "fields": Field(),
    "limit": Field("int"),
    "after": Field(),
    "since": Field("int"),
    "until": Field("int"),
}
LONGEST_PAGE = 100


def youngest(call: Call) -> float:
    """What is younger does not show yet."""
    lag = call.fault("lagging_listing")
    return call.now - float(lag.details.get("seconds", 60)) if lag else call.now


def list_of_posts(
    call: Call,
    find_account: Callable[[Call], Account],
    belongs: Callable[[Post], bool],
    readers: Callable[[Call, Post], Mapping[str, Reader]],
    *,
    default: str = "id",
    has_links: bool = True,
) -> Response:
    """The posts of an account that belong to this list. Some lists page by cursors alone, without links."""
    wish = read(call, LISTING)
    account, latest = find_account(call), youngest(call)
    found = [
        post
        for post in newest_first(call.world.live_posts(account=account.id))
        if belongs(post) and wish.get("since", 0) <= post.created_at <= min(latest, wish.get("until", latest))
    ]
    shown, paging = page_of(found, min(wish.get("limit", 25), LONGEST_PAGE), wish.get("after", ""))
    if paging and not has_links:
        paging["paging"].pop("next", None)
    wanted = parse_fields(wish.get("fields", default))
    data: list[dict[str, Any]] = [pick(wanted, readers(call, post)) for post in shown]
    return reply({"data": data, **paging})


def newest_first(posts: list[Post]) -> list[Post]:
    """Posts by their time, of one second the later made first."""
    return sorted(posts, key=lambda post: post.created_at)[::-1]


def graph_time(at: float) -> str:
    """A time as the Graph API writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
