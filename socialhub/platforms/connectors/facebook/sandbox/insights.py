"""The insights edges of Pages, posts and videos
(https://developers.facebook.com/docs/graph-api/reference/insights,
https://developers.facebook.com/docs/graph-api/reference/video/video_insights).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.insights import (
    Line,
    daily,
    days_of,
    ends,
    lifetime,
    series,
    told,
    wanted,
)
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, read
from socialhub.platforms.sandbox.growth import bend, level, split
from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import figure
from .reading import own_post
from .server import CALLS, open_page, simulator
from .videos import own_film

POST = (
    "post_media_view", "post_total_media_view_unique", "post_clicks", "post_clicks_by_type",
    "post_reactions_by_type_total",
)  # fmt: skip
STORY = ("PAGE_STORY_TOTAL_MEDIA_VIEW_UNIQUE",)
VIDEO = (
    "post_video_avg_time_watched", "post_video_view_time", "post_video_followers", "post_video_social_actions",
    "post_video_retention_graph",
)  # fmt: skip
REEL = (*VIDEO, "blue_reels_play_count", "fb_reels_total_plays", "fb_reels_replay_count")
USUAL = {
    "page_media_view": 900.0, "page_total_media_view_unique": 500.0, "page_post_engagements": 60.0,
    "page_views_total": 25.0, "page_daily_follows": 4.0, "page_daily_follows_unique": 4.0,
    "page_daily_unfollows_unique": 1.5, "page_total_actions": 3.0, "page_video_views": 120.0,
    "page_video_view_time": 900_000.0, "page_actions_post_reactions_like_total": 20.0,
    "page_actions_post_reactions_love_total": 6.0, "page_actions_post_reactions_wow_total": 2.0,
    "page_actions_post_reactions_haha_total": 2.0, "page_actions_post_reactions_sorry_total": 1.0,
    "page_actions_post_reactions_anger_total": 1.0,
}  # fmt: skip
LEVEL = "page_follows"
PLACES = {
    "page_follows_country": ("DE", "AT", "CH", "US"),
    "page_follows_city": ("Hamburg, Germany", "Berlin, Germany", "Vienna, Austria"),
}
KNOWN = (*USUAL, LEVEL, *PLACES)
MOST_DAYS = 90
NO_METRIC = (
    "No metric was specified to be fetched. Please specify one or more metrics to be fetched and try again."
)
OF_POST = {
    "metric": Field(),
    "period": Field(choices=("lifetime",)),
    "since": Field("int"),
    "until": Field("int"),
}
OF_PAGE = {
    "metric": Field(),
    "period": Field(choices=("day", "week", "days_28")),
    "since": Field("int"),
    "until": Field("int"),
}


@simulator.route("GET", "/<node>/insights", host=GRAPH, scopes=("insights",), limit=CALLS)
def insights(call: Call) -> Response:
    """Figures of the Page, or of one of its posts."""
    node = call.args["node"]
    if node in (call.token.account, "me"):
        return reply({"data": _of_page(call, open_page(call))})
    wish = _wish(call, OF_POST)
    post = own_post(call)
    names = wanted(call, wish["metric"], STORY if post.extra["kind"] == "story" else POST)
    lines = [
        lifetime(node, name.lower(), figure(call.world, post, name.lower())) for name in told(call, names)
    ]
    return reply({"data": lines})


@simulator.route("GET", "/<node>/video_insights", host=GRAPH, scopes=("insights",), limit=CALLS)
def video_insights(call: Call) -> Response:
    """How a video or reel was watched."""
    wish = _wish(call, OF_POST)
    film = own_film(call)
    names = wanted(call, wish["metric"], REEL if film.kind == "video_reels" else VIDEO)
    post = own_post(call, film.post)
    lines = [lifetime(film.id, name, figure(call.world, post, name)) for name in told(call, names)]
    return reply({"data": lines})


def _wish(call: Call, fields: dict[str, Field]) -> dict[str, Any]:
    wish = read(call, fields)
    if not wish.get("metric"):
        raise graph_error("3001/1504028", NO_METRIC)
    return wish


def _of_page(call: Call, page: Account) -> list[Line]:
    wish = _wish(call, OF_PAGE)
    names = wanted(call, wish["metric"], KNOWN)
    if wish.get("period", "day") != "day":
        raise graph_error("100", "(#100) The sandbox tells days only")
    days = days_of(call, wish.get("since"), wish.get("until"), most=MOST_DAYS)
    return [
        series(page.id, name, figures)
        for name in told(call, names)
        if (figures := _figures(call, page, name, days))
    ]


def _figures(call: Call, page: Account, name: str, days: list[date]) -> dict[date, object]:
    bent = bend(call.world, simulator.key)
    if name in USUAL:
        return dict(daily(call, page.id, name, days, usual=USUAL[name]))
    over = [day for day in days if ends(day) + bent.late_days * 86_400 <= call.now]
    standing = {day: level(page.id, "followers", ends(day), around=1800, a_day=2) for day in over}
    if name == LEVEL:
        return dict(standing)
    return {} if bent.thin else {day: split(page.id + name, n, PLACES[name]) for day, n in standing.items()}
