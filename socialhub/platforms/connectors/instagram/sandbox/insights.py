"""The insights edge of posts and of accounts, which differ in all but the name
(https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights,
https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.insights import (
    DAY,
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
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, read
from socialhub.platforms.sandbox.growth import bend, level, split
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import figure, has_few, steps
from .reading import find_media, is_over
from .server import CALLS, open_account, simulator

COMMON = ("reach", "views", "shares", "reposts", "total_interactions")
LIKED = ("likes", "comments", "saved")
VISITS = ("follows", "profile_visits", "profile_activity")
REELS = ("ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate")
PRODUCTS = {
    "FEED": (*COMMON, *LIKED, *VISITS),
    "REELS": (*COMMON, *LIKED, *REELS),
    "STORY": (*COMMON, *VISITS, "replies", "link_clicks", "navigation"),
}
ONLY_BY_FACEBOOK = ("total_views", "total_likes", "total_comments")
BREAKDOWNS = {"navigation": "story_navigation_action_type", "profile_activity": "action_type"}
MOST_DAYS = 30
KEPT_DAYS = 90
SERIES = {"reach": 420.0, "follower_count": 6.0}
TOTALS = {
    "views": 1300.0, "accounts_engaged": 45.0, "total_interactions": 90.0, "likes": 60.0, "comments": 5.0,
    "saves": 9.0, "shares": 12.0, "replies": 2.0, "reposts": 3.0, "profile_links_taps": 4.0,
    "follows_and_unfollows": 8.0, "reach": 420.0,
}  # fmt: skip
GROUPS = {
    "age": ("25-34", "35-44", "18-24", "45-54", "55-64", "13-17", "65+"),
    "gender": ("F", "M", "U"),
    "country": ("DE", "AT", "CH", "US", "GB"),
    "city": ("Hamburg, Hamburg", "Berlin, Berlin", "Bremen, Bremen", "Vienna, Vienna"),
}
DEMOGRAPHICS = {"follower_demographics": 1.0, "engaged_audience_demographics": 0.2}
HOURS = "online_followers"
KNOWN = (*SERIES, *(name for name in TOTALS if name not in SERIES), HOURS, *DEMOGRAPHICS)
OF_MEDIA = {"metric": Field(required=True), "period": Field(choices=("lifetime",)), "breakdown": Field()}
OF_ACCOUNT = {
    "metric": Field(required=True),
    "period": Field(required=True, choices=("day", "lifetime")),
    "metric_type": Field(choices=("total_value", "time_series")),
    "breakdown": Field(),
    "timeframe": Field(choices=("this_week", "this_month")),
    "since": Field("int"),
    "until": Field("int"),
}


@simulator.route("GET", "/<node>/insights", scopes=("insights",), limit=CALLS)
def insights(call: Call) -> Response:
    """Figures of a post or of the account."""
    if call.world.posts.get(call.args["node"]) is not None:
        return reply({"data": _of_media(call, find_media(call))})
    account = open_account(call, call.args["node"])
    wish = read(call, OF_ACCOUNT)
    names = wanted(call, wish["metric"], KNOWN)
    lines = [found for name in names if (found := _of_account(call, account, name, wish)) is not None]
    return reply({"data": lines})


def _of_media(call: Call, post: Post) -> list[Line]:
    wish = read(call, OF_MEDIA)
    product = post.extra["product"]
    known = PRODUCTS[product] + (ONLY_BY_FACEBOOK if product == "FEED" and call.host == GRAPH else ())
    names = wanted(call, wish["metric"], known)
    breakdown = wish.get("breakdown", "")
    if breakdown and any(BREAKDOWNS.get(name) != breakdown for name in names):
        raise graph_error("100", "(#100) The breakdown is not supported for these metrics")
    if is_over(post, call.now):
        return []
    if product == "STORY" and has_few(call.world, post):
        raise graph_error("10", "(#10) Not enough viewers for the media to show insights", status=403)
    if breakdown == BREAKDOWNS["navigation"]:
        whole = int(figure(call.world, post, "navigation"))
        shape = total(whole, breakdown, steps(call.world, post))
        return [line(post.id, name, "lifetime", **shape) for name in told(call, names)]
    return [lifetime(post.id, name, figure(call.world, post, name)) for name in told(call, names)]


def _of_account(call: Call, account: Account, name: str, wish: dict[str, Any]) -> Line | None:
    """The line of one metric, or none where nothing is told."""
    is_total = wish.get("metric_type") == "total_value"
    if name in DEMOGRAPHICS:
        return _demographics(call, account, name, wish)
    period = "lifetime" if name == HOURS else "day"
    if wish["period"] != period or (is_total and name not in TOTALS):
        raise graph_error("100", f"(#100) Incompatible period or metric_type for {name}")
    if not is_total and name not in {*SERIES, HOURS}:
        text = f"(#100) The following metrics ({name}) should be specified with parameter metric_type=total_value"
        raise graph_error("100", text)
    days = days_of(call, wish.get("since"), wish.get("until"), most=MOST_DAYS)
    oldest = call.now - KEPT_DAYS * DAY
    if name == "follower_count" and wish.get("since", call.now) < call.now - (MOST_DAYS + 1) * DAY:
        raise graph_error("100", "(#100) (follower_count) metric only supports querying the last 30 days")
    if wish.get("since", call.now) < oldest - DAY:
        return None
    usual = 40.0 if name == HOURS else TOTALS.get(name) or SERIES[name]
    figures = daily(call, account.id, name, days, usual=usual)
    if not figures:
        return None
    if not is_total:
        shown = {
            day: split(account.id, value, _HOURS) if name == HOURS else value
            for day, value in figures.items()
        }
        return series(account.id, name, shown, period=period)
    return line(account.id, name, period, **_total_of(account, name, sum(figures.values()), wish))


_HOURS = tuple(str(hour) for hour in range(24))


def _total_of(account: Account, name: str, value: int, wish: dict[str, Any]) -> dict[str, Any]:
    breakdown = wish.get("breakdown", "")
    if not breakdown:
        return total(value)
    if name != "follows_and_unfollows" or breakdown != "follow_type":
        raise graph_error("100", f"(#100) The breakdown is not supported for {name}")
    return total(value, breakdown, split(account.id, value, ("FOLLOWER", "NON_FOLLOWER")))


def _demographics(call: Call, account: Account, name: str, wish: dict[str, Any]) -> Line | None:
    by = wish.get("breakdown", "")
    if wish["period"] != "lifetime" or wish.get("metric_type") != "total_value" or by not in GROUPS:
        raise graph_error(
            "100", f"(#100) {name} wants period=lifetime, metric_type=total_value and a breakdown"
        )
    if "timeframe" not in wish:
        raise graph_error("100", "(#100) The parameter timeframe is required")
    bent = bend(call.world, simulator.key)
    if bent.thin or not bent.tells(name):
        return None
    people = level(account.id, "followers", call.now, around=2400, a_day=5) * DEMOGRAPHICS[name]
    return line(account.id, name, "lifetime", **total(None, by, split(account.id + by, people, GROUPS[by])))
