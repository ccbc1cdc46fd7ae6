"""What a visitor of www.youtube.com sees. Videos that are not public are shown with a remark that says so."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    Guestbook,
    MediaView,
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

from .figures import channel_counts, video_counts
from .server import Playlist, simulator
from .store import SITE, Comment, comments

SHOWN = (("views", "viewCount"), ("likes", "likeCount"))


@simulator.route("GET", "/<handle>", host=SITE)
def profile(call: Call) -> Response:
    """A channel with its videos; `/watch?v=` is a page of its own."""
    if call.args["handle"] == "watch":
        return _video(call, call.request.args.get("v", ""))
    account = simulator.account_named(call.world, call.args["handle"])
    if account is None:
        return message_page("This page isn’t available", "Try searching for something else.", 404)
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call.world, post) for post in reversed(posts))
    stands = channel_counts(call.world, account)
    named = (("Subscribers", "subscriberCount"), ("Videos", "videoCount"), ("Views", "viewCount"))
    facts = tuple((label, str(stands[name])) for label, name in named if name in stands)
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/shorts/<id>", host=SITE)
def short(call: Call) -> Response:
    """A Short."""
    return _video(call, call.args["id"])


def _video(call: Call, video_id: str) -> Response:
    post = simulator.live_post(call.world, video_id)
    if post is None:
        return message_page("This video isn’t available anymore", "It may have been deleted.", 404)
    account = call.world.accounts.get(post.account)
    persons = tuple(one.id for one in call.world.persons if account is None or one.id != account.person)
    said = [one for one in comments(call.world).where(video=post.id) if one.status == "published"]
    answers = tuple(_said(call.world, one, post.url) for one in said)
    guestbook = Guestbook(simulator.key, post.id, persons)
    return post_page(simulator.name, (), _view(call.world, post), answers, guestbook)


def _said(world: World, comment: Comment, url: str) -> PostView:
    author = world.accounts.get(comment.author)
    name, handle = (author.name, author.handle) if author else ("", "")
    return PostView(name=name, handle=handle, url=url, at=comment.created_at, text=comment.text)


def _view(world: World, post: Post) -> PostView:
    account = world.accounts.get(post.account)
    badges = [post.extra["privacyStatus"]] if post.extra["privacyStatus"] != "public" else []
    badges += ["Short"] if post.extra["is_short"] else []
    badges += ["made for kids"] if post.extra.get("selfDeclaredMadeForKids") else []
    badges += [f"in {one.title}" for one in simulator.playlists(world) if _holds(one, post.id)]
    badges += [f"captions: {track['language']}" for track in post.extra.get("captions", [])]
    counts = video_counts(world, post)
    badges += [f"{counts[name]} {word}" for word, name in SHOWN if name in counts]
    cover = post.extra.get("cover", "")
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=post.url,
        at=post.created_at,
        text=f"{post.extra['title']}\n\n{post.text}",
        media=(
            *files_of(world, post),
            *([MediaView(f"/_media/{cover}", f"image/{cover.rpartition('.')[2]}", "Cover")] if cover else []),
        ),
        badges=tuple(badges),
    )


def _holds(playlist: Playlist, video_id: str) -> bool:
    return any(entry["video"] == video_id for entry in playlist.items)
