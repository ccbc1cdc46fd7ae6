"""What the public pages of Meta's platforms have in common."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import MediaView, PostView, message_page
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call


def gone(title: str = "Sorry, this page isn't available.") -> Response:
    """The page in place of what is not there."""
    return message_page(title, "The link may be broken, or the page may have been removed.", 404)


def view(
    call: Call, post: Post, account: Account, badges: Iterable[str | None] = (), cover: str = ""
) -> PostView:
    """A post as a visitor sees it, with the file `cover` beside its files."""
    return PostView(
        name=account.name,
        handle=account.handle,
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=files_of(call, [*post.media, *filter(None, [cover])]),
        badges=tuple(badge for badge in badges if badge),
    )


def files_of(call: Call, keys: Iterable[str]) -> tuple[MediaView, ...]:
    """Files by their keys, in order."""
    files = [item for key in keys if (item := call.world.media.get(key))]
    return tuple(
        MediaView(f"/_media/{item.blob}.{item.mime.partition('/')[2]}", item.mime, item.alt) for item in files
    )


def comment_view(post: Post, account: Account, at: float, text: str, *, name: str = "") -> PostView:
    """A comment below a post, by the account itself unless another name is given."""
    is_own = name in ("", account.name)
    handle = account.handle if is_own else ""
    return PostView(name or account.name, handle, post.url, at, text, badges=("comment",))
