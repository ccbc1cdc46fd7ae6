"""How often statuses are favoured, boosted, answered and quoted, and how many follow."""

from __future__ import annotations

from socialhub.platforms.sandbox.growth import bend, grown, level
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

MOST = {"favourites_count": 40.0, "reblogs_count": 12.0, "quotes_count": 3.0, "replies_count": 0.0}


def counts(world: World, post: Post) -> dict[str, int]:
    """The counters of a status: what was done here, and what grows by itself."""
    now, bent = world.clock.now(), bend(world, post.platform)
    known = {
        "favourites_count": len(post.extra.get("favourites", ())),
        "replies_count": len(world.live_posts(reply_to=post.id, host=post.host)),
    }
    return {
        name: known.get(name, 0) + grown(post.id, name, post.created_at, now, most=most)
        for name, most in MOST.items()
        if bent.tells(name)
    }


def followers(world: World, account: Account) -> dict[str, int]:
    """Whom it follows, and who follows it."""
    now = world.clock.now()
    return {
        "followers_count": level(account.id, "followers", now, around=900, a_day=3),
        "following_count": level(account.id, "following", now, around=120),
    }
