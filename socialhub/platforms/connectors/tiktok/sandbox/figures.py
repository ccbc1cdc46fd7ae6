"""How often posts are seen, liked, answered and shared, and how the account stands."""

from __future__ import annotations

from socialhub.platforms.sandbox.growth import bend, grown, level
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

MOST = {"view_count": 5200.0, "like_count": 410.0, "comment_count": 26.0, "share_count": 38.0}


def counts(world: World, post: Post) -> dict[str, int]:
    """The counters of a post."""
    now, bent = world.clock.now(), bend(world, post.platform)
    return {
        name: grown(post.id, name, post.created_at, now, most=most)
        for name, most in MOST.items()
        if bent.tells(name)
    }


def stands(world: World, account: Account) -> dict[str, int]:
    """The counters of the profile."""
    now, bent = world.clock.now(), bend(world, account.platform)
    public = [
        post
        for post in world.live_posts(account=account.id)
        if post.extra["privacy_level"] == "PUBLIC_TO_EVERYONE"
    ]
    told = {
        "follower_count": level(account.id, "followers", now, around=3100, a_day=11),
        "following_count": level(account.id, "following", now, around=70),
        "likes_count": level(account.id, "likes", now, around=48_000, a_day=160),
        "video_count": len(public),
    }
    return {name: value for name, value in told.items() if bent.tells(name)}
