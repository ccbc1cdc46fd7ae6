"""How often videos are started, liked and answered, and how the channel stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from socialhub.platforms.sandbox.growth import bend, chance, grown, level
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

from .server import PACIFIC
from .store import comments

MOST = {"viewCount": 2400.0, "likeCount": 160.0, "dislikeCount": 4.0, "commentCount": 0.0}
WATCHED = {
    "engagedViews": 1700.0,
    "likes": 160.0,
    "dislikes": 4.0,
    "comments": 12.0,
    "shares": 30.0,
    "estimatedMinutesWatched": 900.0,
    "videosAddedToPlaylists": 25.0,
    "videosRemovedFromPlaylists": 3.0,
    "subscribersGained": 14.0,
    "subscribersLost": 2.0,
    "cardClicks": 9.0,
    "views": 2400.0,
}


def video_counts(world: World, post: Post) -> dict[str, str]:
    """The counters of a video, as text; comments are those that visitors left."""
    now, bent = world.clock.now(), bend(world, post.platform)
    said = [one for one in comments(world).where(video=post.id) if one.status == "published"]
    known = {"commentCount": len(said)}
    return {
        name: str(known.get(name, 0) + grown(post.id, name, post.created_at, now, most=most))
        for name, most in MOST.items()
        if bent.tells(name)
    }


def channel_counts(world: World, account: Account) -> dict[str, str | bool]:
    """How the channel stands; of subscribers YouTube tells three figures that count."""
    now, bent = world.clock.now(), bend(world, account.platform)
    subscribers = level(account.id, "subscribers", now, around=4200, a_day=9)
    told = {
        "viewCount": level(account.id, "views", now, around=180_000, a_day=700),
        "subscriberCount": int(float(f"{subscribers:.3g}")),
        "videoCount": len(world.live_posts(account=account.id)),
    }
    return {
        "hiddenSubscriberCount": False,
        **{name: str(value) for name, value in told.items() if bent.tells(name)},
    }


def told_until(world: World, platform: str) -> float:
    """The instant up to which reports know: the last midnight in California, or as much earlier as was ordered."""
    now = datetime.fromtimestamp(world.clock.now(), PACIFIC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=bend(world, platform).late_days)).timestamp()


def watched(world: World, post: Post) -> dict[str, float]:
    """How a video was watched until then; nothing where nobody is known to have seen it."""
    until = told_until(world, post.platform)
    found: dict[str, float] = {
        name: grown(post.id, name, post.created_at, until, most=most) for name, most in WATCHED.items()
    }
    if not found["views"]:
        return {}
    share = 30 + 40 * chance(post.id, "share")
    media = world.media.get(post.id)
    seconds = media.seconds if media else 60.0
    found["averageViewPercentage"] = round(share, 2)
    found["averageViewDuration"] = int(seconds * share / 100)
    return found
