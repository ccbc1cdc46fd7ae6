"""Statistics of a member's own posts, one metric a request
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics).
"""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.growth import bend, grown, on_day
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .pagefigures import followers
from .refusing import named, wrong
from .restli import dates, query, spelled
from .server import API, simulator
from .store import comments

POSTS, PROFILE = ("r_member_postAnalytics",), ("r_member_profileAnalytics",)
MOST = {
    "IMPRESSION": 700.0, "MEMBERS_REACHED": 500.0, "REACTION": 20.0, "COMMENT": 0.0, "RESHARE": 3.0, "POST_SAVE": 4.0,
    "POST_SEND": 2.0, "LINK_CLICKS": 9.0, "PROFILE_VIEW_FROM_CONTENT": 12.0, "FOLLOWER_GAINED_FROM_CONTENT": 5.0,
}  # fmt: skip
FILM = {"VIDEO_PLAY": 300.0, "VIDEO_VIEWER": 240.0, "VIDEO_WATCH_TIME": 4_000_000.0}
USUAL = {"IMPRESSION": 240.0, "REACTION": 9.0, "COMMENT": 3.0, "RESHARE": 2.0}
TYPES = {
    "post": "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1",
    "video": "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorVideoAnalyticsMetricTypeV1",
}
_ENTITY = re.compile(r"\((?:share:(urn:li:share:\d+)|ugc:(urn:li:ugcPost:\d+))\)")
FIELDS = {
    "q": Field(required=True, choices=("entity", "me")),
    "entity": Field(),
    "queryType": Field(required=True),
    "aggregation": Field(required=True, choices=("TOTAL", "DAILY")),
    "dateRange": Field(),
}


@simulator.route("GET", "/rest/memberCreatorPostAnalytics", host=API, scopes=POSTS)
def post_analytics(call: Call) -> Response:
    """Of one post, or of all by day."""
    wish = query(call, FIELDS)
    name = _known(call, wish["queryType"], MOST)
    if wish["aggregation"] == "TOTAL" and wish["q"] == "entity":
        return _total(call, _post(call, wish), name, MOST[name], "post")
    if wish["aggregation"] != "DAILY" or wish["q"] != "me":
        raise wrong("PARAM_INVALID", "aggregation", "the sandbox knows totals of posts and days of all")
    if name not in USUAL:
        raise wrong("INVALID_VALUE_FOR_FIELD", "queryType", "has no days")
    bent, lines = bend(call.world, simulator.key), []
    for day in dates(wish.get("dateRange", ""), "dateRange"):
        count = on_day(call.token.account, name, day, usual=USUAL[name], now=call.now, bent=bent)
        if count is not None:
            lines.append({"count": count, "metricType": {TYPES["post"]: name}, "dateRange": spelled(day)})
    return _elements(lines)


@simulator.route("GET", "/rest/memberCreatorVideoAnalytics", host=API, scopes=POSTS)
def video_analytics(call: Call) -> Response:
    """Of the video of one post."""
    wish = query(call, FIELDS)
    name = _known(call, wish["queryType"], FILM)
    if (wish["q"], wish["aggregation"]) != ("entity", "TOTAL"):
        raise wrong("PARAM_INVALID", "aggregation", "the sandbox knows totals of posts")
    return _total(call, _post(call, wish), name, FILM[name], "video")


@simulator.route("GET", "/rest/memberFollowersCount", host=API, scopes=PROFILE)
def followers_count(call: Call) -> Response:
    """How many follow the member."""
    call.query({"q": Field(required=True, choices=("me",))})
    told = bend(call.world, simulator.key).tells("memberFollowersCount")
    return _elements([{"memberFollowersCount": followers(call.world, call.account)}] if told else [])


def _known(call: Call, name: str, known: dict[str, float]) -> str:
    if name not in known or name in bend(call.world, simulator.key).unknown:
        raise wrong("INVALID_VALUE_FOR_FIELD", "queryType", f"{name} is not a metric")
    return name


def _post(call: Call, wish: dict[str, str]) -> Post:
    found = _ENTITY.fullmatch(wish.get("entity", ""))
    if found is None:
        raise wrong("PARAM_INVALID", "entity", "must be a share or a ugcPost")
    post = simulator.live_post(call.world, found[1] or found[2])
    if post is None:
        raise named("NOT_FOUND")
    if post.account != call.token.account:
        raise named("ACCESS_DENIED")
    return post


def _total(call: Call, post: Post, name: str, most: float, kind: str) -> Response:
    if name in bend(call.world, simulator.key).missing:
        return _elements([])
    count = grown(post.id, name, post.created_at, call.now, most=most)
    count += len(comments(call.world).where(post=post.id)) if name == "COMMENT" else 0
    entity = {"share" if ":share:" in post.id else "ugc": post.id}
    return _elements([{"count": count, "metricType": {TYPES[kind]: name}, "targetEntity": entity}])


def _elements(lines: list[dict[str, Any]]) -> Response:
    return reply({"elements": lines, "paging": {"start": 0, "count": 10, "links": []}})
