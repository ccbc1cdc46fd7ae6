"""How posts and files are seen and liked, what only the author is told, and how long videos are watched
(https://docs.x.com/x-api/fundamentals/metrics, https://docs.x.com/x-api/media/get-media-analytics).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.growth import DAY, bend, grown, level
from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .server import API, PROBLEMS, invalid, problem, simulator

PRIVATE_FOR = 30 * DAY
PUBLIC = {
    "retweet_count": 6.0, "reply_count": 0.0, "like_count": 40.0, "quote_count": 2.0, "bookmark_count": 5.0,
    "impression_count": 2500.0,
}  # fmt: skip
PRIVATE = {
    "impression_count": 2500.0,
    "url_link_clicks": 30.0,
    "user_profile_clicks": 12.0,
    "engagements": 110.0,
}
ORGANIC = (
    "impression_count",
    "like_count",
    "reply_count",
    "retweet_count",
    "url_link_clicks",
    "user_profile_clicks",
)
PRIVATE_GROUPS = ("non_public_metrics", "organic_metrics", "promoted_metrics")
PLAYS = {"playback_0_count": 1.0, "playback_25_count": 0.7, "playback_50_count": 0.5, "playback_75_count": 0.4,
         "playback_100_count": 0.3}  # fmt: skip
PLAYED = 900.0
ANALYTICS = (
    "cta_url_clicks cta_watch_clicks media_key play_from_tap playback25 playback50 playback75 playback_complete"
    " playback_start timestamp timestamped_metrics video_views watch_time_ms"
)
SCOPES = ("tweet.read", "users.read")


def groups_of(call: Call, post: Post) -> dict[str, dict[str, int]]:
    """The figures of a post by group, as far as this caller may see them."""
    bent = bend(call.world, simulator.key)
    public = {name: _count(call.world, post, name, most) for name, most in PUBLIC.items()}
    found = {"public_metrics": {name: value for name, value in public.items() if bent.tells(name)}}
    if not is_private_to(call, post):
        return found
    private = {name: _count(call.world, post, name, most) for name, most in PRIVATE.items()}
    organic = {name: {**private, **public}[name] for name in ORGANIC}
    found["non_public_metrics"] = {name: value for name, value in private.items() if bent.tells(name)}
    found["organic_metrics"] = {
        name: value for name, value in organic.items() if bent.tells(f"organic_metrics.{name}")
    }
    return found


def is_private_to(call: Call, post: Post) -> bool:
    """Whether the caller is the author of a post that is young enough."""
    return post.account == call.token.account and call.now - post.created_at < PRIVATE_FOR


def kept_back(call: Call, posts: list[Post], wanted: set[str]) -> Iterator[dict[str, Any]]:
    """What an answer says of private fields that it keeps back."""
    for post in posts:
        for name in sorted(wanted & set(PRIVATE_GROUPS)):
            if not is_private_to(call, post) or name == "promoted_metrics":
                yield {
                    "resource_id": post.id,
                    "parameter": "tweet.fields",
                    "resource_type": "tweet",
                    "section": "data",
                    "field": name,
                    "title": "Field Authorization Error",
                    "detail": f"Sorry, you are not authorized to access '{name}' on the Tweet with id: [{post.id}].",
                    "type": f"{PROBLEMS}/field-unauthorized",
                }


def dead_fields(world: World, parameter: str) -> set[str]:
    """Fields that a bent platform takes no longer in this parameter; those of files have `media.` before them."""
    of_files, unknown = parameter == "media.fields", bend(world, simulator.key).unknown
    return {name.removeprefix("media.") for name in unknown if name.startswith("media.") == of_files}


def respelled(line: dict[str, Any], wish: dict[str, Any]) -> dict[str, Any]:
    """A post as the OpenAPI spells it, where the new name of the parameter was used (its clients insist)."""
    counts = line.get("public_metrics", {})
    if "post.fields" in wish and "retweet_count" in counts:
        counts["repost_count"] = counts.pop("retweet_count")
    return line


def _count(world: World, post: Post, name: str, most: float) -> int:
    answers = len(world.live_posts(reply_to=post.id)) if name == "reply_count" else 0
    if name == "url_link_clicks" and "://" not in post.text:
        return 0
    return answers + grown(post.id, name, post.created_at, world.clock.now(), most=most)


def groups_of_file(call: Call, media: Media) -> dict[str, dict[str, int]]:
    """The figures of a file that moves; those of one that stands in several posts are the same in all."""
    post, bent = call.world.posts.get(media.post), bend(call.world, simulator.key)
    if post is None or (media.mime.startswith("image/") and media.extra["category"] != "tweet_gif"):
        return {}
    views = grown(media.id, "view_count", post.created_at, call.now, most=PLAYED)
    found = {"public_metrics": {"view_count": views} if bent.tells("view_count") else {}}
    if is_private_to(call, post):
        plays = {name: int(views * share) for name, share in PLAYS.items() if bent.tells(name)}
        found["non_public_metrics"] = found["organic_metrics"] = plays
    return found


def account_counts(call: Call, account: Account) -> dict[str, int]:
    """How an account stands."""
    now, bent = call.now, bend(call.world, simulator.key)
    posts = call.world.live_posts(account=account.id)
    counts = {
        "followers_count": level(account.id, "followers", now, around=1400, a_day=4),
        "following_count": level(account.id, "following", now, around=200),
        "tweet_count": len(posts),
        "listed_count": level(account.id, "listed", now, around=12),
        "media_count": sum(len(post.media) for post in posts),
    }
    return {name: value for name, value in counts.items() if bent.tells(name)}


@simulator.route("GET", "/2/media/analytics", host=API, scopes=SCOPES, limit=Limit("analytics", 300, 900))
def read_analytics(call: Call) -> Response:
    """What was watched of the account's own files in a stretch of time."""
    wish = call.query(
        {
            "media_keys": Field(required=True),
            "start_time": Field(required=True),
            "end_time": Field(required=True),
            "granularity": Field(required=True, choices=("hourly", "daily", "total")),
            "media_analytics.fields": Field(),
        }
    )
    wanted, bent = (
        set(wish.get("media_analytics.fields", "media_key").split(",")),
        bend(call.world, simulator.key),
    )
    if strange := wanted - set(ANALYTICS.split()) | wanted & set(bent.unknown):
        raise invalid(
            f"The `media_analytics.fields` query parameter value [{min(strange)}] is not known", "fields"
        )
    start, end = (_moment(wish[name], name) for name in ("start_time", "end_time"))
    files = {media.extra["key"]: media for media in call.world.media.where(account=call.token.account)}
    keys = wish["media_keys"].split(",")
    if len(keys) > 100 or start >= end or wish["granularity"] != "total":
        raise invalid(
            "size must be between 1 and 100, start before end; the sandbox knows totals", "media_keys"
        )
    if any(key not in files for key in keys):
        raise problem(403)
    lines = [_line(call, files[key], start, end, wanted, bent.missing) for key in keys]
    return reply({"data": lines})


def _line(
    call: Call, media: Media, start: float, end: float, wanted: set[str], missing: list[str]
) -> dict[str, Any]:
    post = call.world.posts.get(media.post)
    born = post.created_at if post else media.created_at
    first, last = (grown(media.id, "view_count", born, at, most=PLAYED) for at in (start, min(end, call.now)))
    seconds = max(1.0, media.seconds)
    metrics = {"video_views": last - first, "watch_time_ms": int((last - first) * seconds * 600)}
    shown = {name: value for name, value in metrics.items() if name in wanted and name not in missing}
    line: dict[str, Any] = {"media_key": media.extra["key"]}
    if "timestamped_metrics" in wanted:
        line["timestamped_metrics"] = [{"timestamp": iso(start), "metrics": shown}]
    return line


def _moment(text: str, name: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise invalid(
            f"The `{name}` query parameter value [{text}] is not a valid RFC 3339 date", name
        ) from None
