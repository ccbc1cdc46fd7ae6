"""Statistics of pages, for their administrators
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.growth import bend, chance, grown, level, on_day, split
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .refusing import named, wrong
from .restli import days, milliseconds, query, urns
from .server import API, ORGANIZATION, member_urn, simulator
from .store import comments

SCOPES, VIDEOS = ("rw_organization_admin",), ("r_organization_social",)
MOST = {
    "impressionCount": 1800.0, "uniqueImpressionsCount": 1200.0, "clickCount": 45.0, "likeCount": 30.0,
    "commentCount": 0.0, "shareCount": 4.0,
}  # fmt: skip
USUAL = {
    "impressionCount": 900.0, "uniqueImpressionsCount": 600.0, "clickCount": 25.0, "likeCount": 14.0,
    "commentCount": 3.0, "shareCount": 2.0, "shareMentionsCount": 2.0, "commentMentionsCount": 2.0,
}  # fmt: skip
FILM = {"VIDEO_VIEW": 600.0, "VIEWER": 450.0, "TIME_WATCHED": 9_000_000.0}
GAINS = {"organicFollowerGain": 6.0, "paidFollowerGain": 1.0}
FACETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "followerCountsByGeoCountry": (
        "geo",
        ("urn:li:geo:105117694", "urn:li:geo:103644278", "urn:li:geo:101165590"),
    ),
    "followerCountsByGeo": ("geo", ("urn:li:geo:106693272", "urn:li:geo:102748797")),
    "followerCountsByFunction": (
        "function",
        ("urn:li:function:25", "urn:li:function:15", "urn:li:function:18"),
    ),
    "followerCountsBySeniority": (
        "seniority",
        ("urn:li:seniority:4", "urn:li:seniority:3", "urn:li:seniority:6"),
    ),
    "followerCountsByIndustry": ("industry", ("urn:li:industry:34", "urn:li:industry:27")),
    "followerCountsByStaffCountRange": ("staffCountRange", ("SIZE_2_TO_10", "SIZE_11_TO_50", "SIZE_1")),
    "followerCountsByAssociationType": ("associationType", ("EMPLOYEE",)),
}
WHOSE = {
    "q": Field(required=True, choices=("organizationalEntity",)),
    "organizationalEntity": Field(required=True),
}


@simulator.route("GET", "/rest/organizationalEntityShareStatistics", host=API, scopes=SCOPES)
def share_statistics(call: Call) -> Response:
    """Of posts, of days, or of everything. A post that nobody saw is left out."""
    fields = {**WHOSE, "timeIntervals": Field(), "shares": Field(), "ugcPosts": Field()}
    wish = query(call, fields)
    page = _page(call, wish["organizationalEntity"])
    if "timeIntervals" in wish and not {"shares", "ugcPosts"} & set(wish):
        told = days(call, wish["timeIntervals"], "timeIntervals")
        return _elements([line for day in told if (line := _day(call, page, day))])
    lists = {name: urns(wish[name], name) for name in ("shares", "ugcPosts") if name in wish}
    lines = []
    for name, told_urns in lists.items():
        kind = name.removesuffix("s")
        for urn in told_urns:
            post = call.world.posts.get(urn)
            if not urn.startswith(f"urn:li:{kind}:") or (post and post.account != page.id):
                raise wrong("PARAM_INVALID", name, "is not a post of the organization")
            block = _of_post(call.world, post) if post and post.deleted_at is None else {}
            if any(block.values()):
                entity = {"organizationalEntity": member_urn(page), kind: urn}
                lines.append({**entity, "totalShareStatistics": block})
    return _elements(lines)


def _of_post(world: World, post: Post) -> dict[str, float]:
    now, bent = world.clock.now(), bend(world, simulator.key)
    counts: dict[str, float] = {
        name: grown(post.id, name, post.created_at, now, most=most) for name, most in MOST.items()
    }
    counts["commentCount"] += len(comments(world).where(post=post.id))
    if any(counts.values()):
        counts["engagement"] = round(0.02 + 0.06 * chance(post.id, "engagement"), 4)
    return {name: value for name, value in counts.items() if bent.tells(name)}


def _day(call: Call, page: Account, day: date) -> dict[str, Any] | None:
    block: dict[str, float] = {**_counts(call, page, day, USUAL)}
    if block and bend(call.world, simulator.key).tells("engagement"):
        block["engagement"] = round(0.02 + 0.06 * chance(page.id, day.isoformat()), 4)
    entity = {"organizationalEntity": member_urn(page), "timeRange": milliseconds(day)}
    return {**entity, "totalShareStatistics": block} if block else None


def _counts(call: Call, page: Account, day: date, usual: dict[str, float]) -> dict[str, int]:
    bent = bend(call.world, simulator.key)
    values = {
        name: on_day(page.id, name, day, usual=most, now=call.now, bent=bent) for name, most in usual.items()
    }
    return {name: value for name, value in values.items() if value is not None}


@simulator.route("GET", "/rest/organizationalEntityFollowerStatistics", host=API, scopes=SCOPES)
def follower_statistics(call: Call) -> Response:
    """By day how many were won; without days who they are."""
    wish = query(call, {**WHOSE, "timeIntervals": Field()})
    page = _page(call, wish["organizationalEntity"])
    entity = {"organizationalEntity": member_urn(page)}
    if "timeIntervals" in wish:
        lines = []
        for day in days(call, wish["timeIntervals"], "timeIntervals"):
            if gains := _counts(call, page, day, GAINS):
                lines.append({**entity, "timeRange": milliseconds(day), "followerGains": gains})
        return _elements(lines)
    bent, whole = bend(call.world, simulator.key), followers(call.world, page)
    facets = {name: _facet(page, whole, name, thin=bent.thin) for name in FACETS if bent.tells(name)}
    return _elements([{**entity, **facets}])


def _facet(page: Account, whole: int, name: str, *, thin: bool) -> list[dict[str, Any]]:
    key, groups = FACETS[name]
    shares = {} if thin else split(page.id, whole * 0.9, groups)
    return [
        {"followerCounts": {"organicFollowerCount": count, "paidFollowerCount": 0}, key: group}
        for group, count in shares.items()
    ]


@simulator.route("GET", "/rest/networkSizes/<urn>", host=API, scopes=SCOPES)
def network_size(call: Call) -> Response:
    """How many follow a page."""
    call.query({"edgeType": Field(required=True, choices=("COMPANY_FOLLOWED_BY_MEMBER",))})
    page = _page(call, call.args["urn"])
    told = bend(call.world, simulator.key).tells("firstDegreeSize")
    return reply({"firstDegreeSize": followers(call.world, page)} if told else {})


@simulator.route("GET", "/rest/organizationPageStatistics", host=API, scopes=SCOPES)
def page_statistics(call: Call) -> Response:
    """How often a page was looked at, by day."""
    whose = {"q": Field(required=True, choices=("organization",)), "organization": Field(required=True)}
    wish = query(call, {**whose, "timeIntervals": Field(required=True)})
    page, lines = _page(call, wish["organization"]), []
    for day in days(call, wish["timeIntervals"], "timeIntervals"):
        for name, count in _counts(call, page, day, {"allPageViews": 40.0}).items():
            views = {"views": {name: {"pageViews": count}}, "clicks": {}}
            entity = {"organization": member_urn(page), "timeRange": milliseconds(day)}
            lines.append({**entity, "totalPageStatistics": views})
    return _elements(lines)


@simulator.route("GET", "/rest/videoAnalytics", host=API, scopes=VIDEOS)
def video_analytics(call: Call) -> Response:
    """One figure of the video of a page's post."""
    fields = {
        "q": Field(required=True, choices=("entity",)),
        "entity": Field(required=True),
        "type": Field(required=True, choices=(*FILM, "TIME_WATCHED_FOR_VIDEO_VIEWS")),
        "aggregation": Field(required=True, choices=("ALL",)),
    }
    wish, bent = query(call, fields), bend(call.world, simulator.key)
    post = simulator.live_post(call.world, wish["entity"])
    if post is None:
        raise named("NOT_FOUND")
    page = call.world.accounts.get(post.account)
    _page(call, member_urn(page) if page else "")
    name = wish["type"]
    if name in bent.unknown or name not in FILM:
        raise wrong("INVALID_VALUE_FOR_FIELD", "type", "is not known")
    value = grown(post.id, name, post.created_at, call.now, most=FILM[name])
    return _elements([] if name in bent.missing else [{"entity": post.id, "value": value}])


def followers(world: World, account: Account) -> int:
    """How many follow a page or a member."""
    return level(account.id, "followers", world.clock.now(), around=1600, a_day=6)


def _page(call: Call, urn: str) -> Account:
    """The page, if the member behind the token administers it."""
    page = call.world.accounts.get(urn.rpartition(":")[2])
    if page is None or page.kind != ORGANIZATION or member_urn(page) != urn:
        raise wrong("INVALID_URN_ID", "organizationalEntity", "does not exist")
    if page.extra["roles"].get(call.token.account) != "ADMINISTRATOR":
        raise named("ACCESS_DENIED")
    return page


def _elements(lines: list[dict[str, Any]]) -> Response:
    return reply({"elements": lines, "paging": {"start": 0, "count": 10, "links": []}})
