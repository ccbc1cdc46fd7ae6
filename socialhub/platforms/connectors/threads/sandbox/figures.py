"""How much is seen and liked of a post, and what is told of a profile
(https://developers.facebook.com/docs/threads/insights).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.insights import (
    Line,
    daily,
    days_of,
    lifetime,
    line,
    series,
    told,
    total,
    wanted,
)
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, read
from socialhub.platforms.sandbox.growth import bend, grown, level, split
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from . import talk
from .server import CALLS, SITE, own_account, simulator

MOST = {"views": 600.0, "likes": 35.0, "reposts": 5.0, "quotes": 2.0, "shares": 4.0, "replies": 0.0}
USUAL = {"views": 70.0, "likes": 30.0, "replies": 4.0, "reposts": 4.0, "quotes": 2.0, "clicks": 9.0}
FOLLOWERS, DEMOGRAPHICS = "followers_count", "follower_demographics"
KNOWN = (*USUAL, FOLLOWERS, DEMOGRAPHICS)
GROUPS = {
    "country": ("DE", "AT", "CH", "US"),
    "city": ("Hamburg", "Berlin", "Vienna"),
    "age": ("25-34", "35-44", "18-24", "45-54"),
    "gender": ("F", "M", "U"),
}
EARLIEST = 1_712_991_600
MOST_DAYS = 400
OF_PROFILE = {
    "metric": Field(required=True),
    "since": Field("int"),
    "until": Field("int"),
    "breakdown": Field(choices=tuple(GROUPS)),
}


@simulator.route("GET", "/<node>/insights", scopes=("insights",), limit=CALLS)
def of_post(call: Call) -> Response:
    """Figures of one of the profile's posts."""
    wish = read(call, {"metric": Field(required=True)})
    post = simulator.live_post(call.world, call.args["node"])
    if post is None or post.account != call.token.account:
        raise missing_object(call.args["node"])
    names = told(call, wanted(call, wish["metric"], tuple(MOST)))
    return reply({"data": [lifetime(post.id, name, _figure(call, post, name)) for name in names]})


def _figure(call: Call, post: Post, name: str) -> int:
    said = len(talk.below(call.world, post)) if name == "replies" else 0
    return said + grown(post.id, name, post.created_at, call.now, most=MOST[name])


@simulator.route("GET", "/<node>/threads_insights", scopes=("insights",), limit=CALLS)
def of_profile(call: Call) -> Response:
    """Figures of the profile: of days, or of how it stands."""
    wish = read(call, OF_PROFILE)
    account = own_account(call)
    names = wanted(call, wish["metric"], KNOWN)
    lines = [_line(call, account, name, wish) for name in names]
    return reply({"data": [found for found in lines if found is not None]})


def _line(call: Call, account: Account, name: str, wish: dict[str, Any]) -> Line | None:
    if name in (FOLLOWERS, DEMOGRAPHICS):
        return _standing(call, account, name, wish)
    if min(wish.get("since", EARLIEST), wish.get("until", EARLIEST)) < EARLIEST:
        raise graph_error("100", f"(#100) since and until must not be before {EARLIEST}")
    days = days_of(call, wish.get("since"), wish.get("until"), most=MOST_DAYS)
    figures = daily(call, account.id, name, days, usual=USUAL[name])
    if not figures:
        return None
    if name == "views":
        return series(account.id, name, figures)
    whole = sum(figures.values())
    if name != "clicks":
        return line(account.id, name, "day", **total(whole))
    links = (f"https://{SITE}/{account.handle}", "https://northwind.coffee/a")
    values = [{"value": count, "link_url": link} for link, count in split(account.id, whole, links).items()]
    return line(account.id, name, "day", link_total_values=values)


def _standing(call: Call, account: Account, name: str, wish: dict[str, Any]) -> Line | None:
    if "since" in wish or "until" in wish:
        raise graph_error("100", f"(#100) {name} does not support since and until")
    if account.extra.get("is_unlinked"):
        raise simulator.failure(call, 400, "THREADS_API__FEATURE_NOT_AVAILABLE")
    bent, people = (
        bend(call.world, simulator.key),
        level(account.id, "followers", call.now, around=800, a_day=3),
    )
    if not bent.tells(name):
        return None
    if name == FOLLOWERS:
        return line(account.id, name, "day", **total(people))
    by = wish.get("breakdown")
    if by is None:
        raise graph_error("100", "(#100) The parameter breakdown is required")
    groups = split(account.id + by, people, GROUPS[by])
    return None if bent.thin else line(account.id, name, "lifetime", **total(None, by, groups))
