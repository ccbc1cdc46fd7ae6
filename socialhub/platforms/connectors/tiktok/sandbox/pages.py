"""What a visitor of www.tiktok.com sees. Posts that are not public are shown with a remark that says so."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    PostView,
    ProfileView,
    files_of,
    message_page,
    post_page,
    profile_page,
)
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import World

from .figures import counts, stands
from .server import SITE, simulator

LEVELS = {
    "MUTUAL_FOLLOW_FRIENDS": "friends only",
    "FOLLOWER_OF_CREATOR": "followers only",
    "SELF_ONLY": "only the creator",
}


@simulator.route("GET", "/<handle>", host=SITE)
def profile(call: Call) -> Response:
    """An account with its posts."""
    account = simulator.account_named(call.world, call.args["handle"])
    if account is None:
        return message_page("Couldn’t find this account", "Try browsing our trending creators.", 404)
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call.world, post) for post in reversed(posts))
    told = stands(call.world, account)
    named = (("Followers", "follower_count"), ("Likes", "likes_count"), ("Posts", "video_count"))
    facts = tuple((label, str(told[name])) for label, name in named if name in told)
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/<handle>/video/<id>", host=SITE)
@simulator.route("GET", "/<handle>/photo/<id>", host=SITE)
def permalink(call: Call) -> Response:
    """One post."""
    post = simulator.live_post(call.world, call.args["id"])
    if post is None:
        return message_page("Video currently unavailable", "It may have been removed.", 404)
    return post_page(simulator.name, (), _view(call.world, post), ())


def _view(world: World, post: Post) -> PostView:
    account = world.accounts.get(post.account)
    level = LEVELS.get(post.extra["privacy_level"], "")
    badges = [level] if level else []
    badges += ["paid partnership"] if post.extra.get("brand_content_toggle") else []
    badges += ["promotional content"] if post.extra.get("brand_organic_toggle") else []
    badges += ["AI-generated"] if post.extra.get("is_aigc") else []
    cover = post.extra.get("video_cover_timestamp_ms")
    badges += [f"cover at {cover / 1000:g} s"] if cover is not None else []
    badges += [f"{value} {name.partition('_')[0]}s" for name, value in counts(world, post).items()]
    first = int(post.extra.get("cover", 0))
    files = files_of(world, post)
    files = (*files[first : first + 1], *files[:first], *files[first + 1 :])
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=post.url,
        at=post.created_at,
        text="\n\n".join(filter(None, (post.extra.get("title", ""), post.text))),
        media=files,
        badges=tuple(badges),
    )
