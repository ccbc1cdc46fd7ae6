"""How much is seen, liked and saved of a post, and how an account stands."""

from __future__ import annotations

from socialhub.platforms.sandbox.growth import bend, grown, level
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

from .store import KEY, comments_of

MOST = {
    "views": 900.0,
    "reach": 620.0,
    "likes": 60.0,
    "saved": 9.0,
    "shares": 12.0,
    "reposts": 3.0,
    "follows": 4.0,
    "profile_visits": 25.0,
    "profile_activity": 7.0,
    "link_clicks": 11.0,
    "replies": 5.0,
    "navigation": 240.0,
    "ig_reels_video_view_total_time": 5_400_000.0,
    "total_views": 950.0,
    "total_likes": 65.0,
}
STORY_HALF = 4 * 3600.0
STEPS = {"TAP_FORWARD": 0.6, "TAP_BACK": 0.15, "TAP_EXIT": 0.15, "SWIPE_FORWARD": 0.1}
FEWEST = 5
"""Of a story that fewer have seen nothing is told."""


def figure(world: World, post: Post, name: str) -> int | float:
    """A figure of a post."""
    now = world.clock.now()
    if name in {"comments", "total_comments"}:
        return len(comments_of(world, post.id))
    if name == "total_interactions":
        parts = ("likes", "comments", "saved", "shares")
        return sum(int(figure(world, post, part)) for part in parts)
    if name == "ig_reels_avg_watch_time":
        return 4000 + int(post.id) % 5000
    if name == "reels_skip_rate":
        return round(20 + int(post.id) % 400 / 10, 1)
    half = STORY_HALF if post.extra["product"] == "STORY" else 86_400.0
    return grown(post.id, name, post.created_at, now, most=MOST[name], half=half)


def steps(world: World, post: Post) -> dict[str, int]:
    """What viewers of a story did next."""
    whole = int(figure(world, post, "navigation"))
    return {step: int(whole * share) for step, share in STEPS.items()}


def has_few(world: World, post: Post) -> bool:
    """Whether so few people saw the story that nothing is told."""
    return bend(world, KEY).thin or figure(world, post, "reach") < FEWEST


def standing(world: World, account: Account) -> dict[str, int]:
    """Whom the account follows and who follows it, as far as that is told."""
    now, bent = world.clock.now(), bend(world, KEY)
    known = {
        "followers_count": level(account.id, "followers", now, around=2400, a_day=5),
        "follows_count": level(account.id, "following", now, around=300),
        "media_count": len(
            [post for post in world.live_posts(account=account.id) if post.extra["product"] != "STORY"]
        ),
    }
    return {name: value for name, value in known.items() if bent.tells(name)}
