"""How much is seen, liked and shared of a post, and how a Page stands."""

from __future__ import annotations

from socialhub.platforms.sandbox.growth import bend, grown, level, split
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

from .store import KEY, comments

MOST = {
    "post_media_view": 700.0,
    "post_total_media_view_unique": 480.0,
    "post_clicks": 36.0,
    "reactions": 42.0,
    "shares": 6.0,
    "page_story_total_media_view_unique": 160.0,
    "post_video_view_time": 2_600_000.0,
    "post_video_followers": 3.0,
    "blue_reels_play_count": 800.0,
    "fb_reels_replay_count": 90.0,
}
CLICKED = ("other clicks", "link clicks", "photo view")
REACTIONS = ("like", "love", "haha", "wow", "sorry", "anger")


def counted(world: World, post: Post, name: str) -> int:
    """A figure of a post that grows by itself."""
    return grown(post.id, name, post.created_at, world.clock.now(), most=MOST[name])


def figure(world: World, post: Post, name: str) -> object:
    """A figure of a post as an answer tells it: a number, or an object of them."""
    match name:
        case "post_clicks_by_type":
            return split(post.id, counted(world, post, "post_clicks"), CLICKED)
        case "post_reactions_by_type_total":
            return split(post.id, counted(world, post, "reactions"), REACTIONS)
        case "post_video_avg_time_watched":
            return 3000 + int(post.id) % 6000
        case "post_video_social_actions":
            shares = counted(world, post, "shares")
            return {"COMMENT": len(comments(world).where(post=post.id)), "SHARE": shares}
        case "post_video_retention_graph":
            return {str(second): round(1 / (1 + second / 8), 3) for second in range(10)}
        case "fb_reels_total_plays":
            return sum(
                counted(world, post, part) for part in ("blue_reels_play_count", "fb_reels_replay_count")
            )
        case _:
            return counted(world, post, name)


def standing(world: World, page: Account, name: str) -> int | None:
    """``followers_count`` or ``fan_count``, as far as they are told."""
    if not bend(world, KEY).tells(name):
        return None
    around = 1800.0 if name == "followers_count" else 1500.0
    return level(page.id, "followers", world.clock.now(), around=around, a_day=2)
