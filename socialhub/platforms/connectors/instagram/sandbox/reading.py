"""Reading back: containers, posts, lists, the account; any object by its id."""

from __future__ import annotations

from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import Container
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, list_of_posts
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, read
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import figure
from .login import account_readers, page_or_none
from .server import CALLS, CDN, open_account, simulator
from .store import comments_of

STORY_LIFETIME = 86_400
STATUS_TEXTS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
}


@simulator.route("GET", "/<node>", scopes=(), limit=CALLS)
def read_node(call: Call) -> Response:
    """A Page, a container, a post or an account."""
    page = page_or_none(call)
    if page is not None:
        return reply(page)
    simulator.demand(call, call.token, "basic")
    node = call.args["node"]
    wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id"))
    container = simulator.containers(call.world).get(node)
    if container is not None:
        open_account(call, container.account)
        return reply(pick(wanted, container_readers(call, container)))
    if call.world.posts.get(node):
        return reply(pick(wanted, post_readers(call, find_media(call))))
    return reply(pick(wanted, account_readers(call, open_account(call, node))))


def container_readers(call: Call, container: Container) -> dict[str, Reader]:
    """The fields of a container. The post's id is not among them."""
    state = container.told(call)
    code = container.problem.rpartition("/")[2]
    text = STATUS_TEXTS.get(state, f"Error: Media upload has failed with error code {code}")
    held = call.world.blobs.size(container.blob) if container.blob else 0
    phase = "complete" if container.is_ready else "in_progress"
    return {
        "id": lambda inner: container.id,
        "status_code": lambda inner: state,
        "status": lambda inner: text,
        "video_status": lambda inner: {"uploading_phase": {"status": phase, "bytes_transferred": held}},
        "copyright_check_status": lambda inner: {"status": "completed", "matches_found": False},
    }


@simulator.route("GET", "/<node>/media", scopes=("basic",), limit=CALLS)
def list_media(call: Call) -> Response:
    """Posts and reels, newest first; stories have a list of their own."""
    return _list(call, is_story=False)


@simulator.route("GET", "/<node>/stories", scopes=("basic",), limit=CALLS)
def list_stories(call: Call) -> Response:
    """Stories of the last 24 hours."""
    return _list(call, is_story=True)


def _list(call: Call, *, is_story: bool) -> Response:
    return list_of_posts(
        call,
        lambda call: open_account(call, call.args["node"]),
        lambda post: (post.extra["product"] == "STORY") == is_story and not is_over(post, call.now),
        post_readers,
    )


def is_over(post: Post, now: float) -> bool:
    """Whether a story's day is over."""
    return post.extra["product"] == "STORY" and now >= post.created_at + STORY_LIFETIME


def find_media(call: Call) -> Post:
    """The live post that the path names, of an account the token reaches; else 100/33."""
    node = call.args["node"]
    post = call.world.posts.get(node)
    if post is None or post.platform != simulator.key or post.deleted_at is not None:
        raise missing_object(node, call.method.lower())
    open_account(call, post.account)
    return post


def post_readers(call: Call, post: Post) -> dict[str, Reader]:
    """The fields of a post."""
    account = call.world.accounts.get(post.account)
    files = [item for key in post.media if (item := call.world.media.get(key))]
    cover = call.world.media.get(post.extra.get("cover", ""))
    is_album = post.extra["type"] == "CAROUSEL_ALBUM"
    return {
        "id": lambda inner: post.id,
        "ig_id": lambda inner: post.id,
        "caption": lambda inner: post.text or None,
        "permalink": lambda inner: post.url,
        "shortcode": lambda inner: post.extra["shortcode"],
        "timestamp": lambda inner: graph_time(post.created_at),
        "media_type": lambda inner: post.extra["type"],
        "media_product_type": lambda inner: post.extra["product"],
        "media_url": lambda inner: None if is_album or not files else _file_url(files[0]),
        "thumbnail_url": lambda inner: _file_url(cover) if cover else None,
        "alt_text": lambda inner: (files[0].alt or None) if files else None,
        "username": lambda inner: _username(account),
        "owner": lambda inner: {"id": post.account},
        "like_count": lambda inner: figure(call.world, post, "likes"),
        "comments_count": lambda inner: len(comments_of(call.world, post.id)),
        "is_comment_enabled": lambda inner: True,
        "is_shared_to_feed": lambda inner: post.extra["product"] != "STORY",
        "children": lambda inner: (
            {"data": [pick(inner, _child_readers(item)) for item in files]} if is_album else None
        ),
    }


def _child_readers(item: Media) -> dict[str, Reader]:
    return {
        "id": lambda inner: item.id,
        "media_type": lambda inner: "VIDEO" if item.mime.startswith("video/") else "IMAGE",
        "media_url": lambda inner: _file_url(item),
        "alt_text": lambda inner: item.alt or None,
        "timestamp": lambda inner: graph_time(item.created_at),
    }


def _username(account: Account | None) -> str | None:
    return account.handle[1:] if account else None


def _file_url(item: Media) -> str:
    return f"https://{CDN}/v/{item.id}.{item.mime.partition('/')[2]}"


@simulator.route("GET", "/v/<name>", host=CDN)
def show_file(call: Call) -> Response:
    """The file under the address that the API hands out."""
    media = call.world.media.get(call.args["name"].partition(".")[0])
    if media is None:
        return message_page("No such file", "It may have been removed.", 404)
    return send_file(
        call.world.blobs.path(media.blob), call.request.environ, mimetype=media.mime, conditional=True
    )
