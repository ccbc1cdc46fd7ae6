"""Accounts and statuses as the API shows them, and the thread around a status."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import World

from .figures import counts, followers
from .media import media_json
from .server import refuse, simulator
from .text import mentions, to_html


def ancestors(world: World, post: Post) -> list[Post]:
    """The posts that this one answers, oldest first."""
    chain: list[Post] = []
    while (
        post.reply_to and (parent := world.posts.get(post.reply_to)) is not None and parent.deleted_at is None
    ):
        chain.insert(0, parent)
        post = parent
    return chain


def descendants(world: World, post: Post) -> list[Post]:
    """All answers to this post, in the order of the thread."""
    found: list[Post] = []
    for child in world.live_posts(reply_to=post.id, host=post.host, platform=simulator.key):
        found += [child, *descendants(world, child)]
    return found


def account_json(call: Call, account: Account) -> dict[str, Any]:
    """An Account entity."""
    url = simulator.profile_url(account)
    picture = f"https://{account.host}/avatars/original/missing.png"
    return {
        "id": account.id,
        "username": account.handle[1:],
        "acct": account.handle[1:] if account.host == call.host else f"{account.handle[1:]}@{account.host}",
        "display_name": account.name,
        "url": url,
        "uri": f"https://{account.host}/users/{account.handle[1:]}",
        "note": f"<p>{account.bio}</p>",
        "avatar": picture,
        "avatar_static": picture,
        "locked": False,
        "bot": False,
        "created_at": iso(account.created_at),
        **followers(call.world, account),
        "statuses_count": len(call.world.live_posts(account=account.id)),
        "emojis": [],
        "fields": [],
    }


def status_json(call: Call, post: Post) -> dict[str, Any]:
    """A Status entity."""
    account = call.world.accounts.get(post.account)
    app = call.world.apps.get(post.client_id)
    media = [item for key in post.media if (item := call.world.media.get(key))]
    parent = call.world.posts.get(post.reply_to)
    return {
        "id": post.id,
        "created_at": iso(post.created_at),
        "in_reply_to_id": post.reply_to or None,
        "in_reply_to_account_id": parent.account if parent else None,
        "sensitive": post.extra["sensitive"],
        "spoiler_text": post.extra["spoiler_text"],
        "visibility": post.extra["visibility"],
        "language": post.extra["language"],
        "uri": f"{account_json(call, account)['uri']}/statuses/{post.id}" if account else post.url,
        "url": post.url,
        **counts(call.world, post),
        "favourited": call.has_token and call.token.account in post.extra.get("favourites", ()),
        "edited_at": iso(post.extra["edited_at"]) if post.extra.get("edited_at") else None,
        "content": to_html(post.text),
        "reblog": None,
        "application": {"name": app.name, "website": app.extra["website"]} if app else None,
        "account": account_json(call, account) if account else None,
        "media_attachments": [media_json(call, item) for item in media],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": _poll_json(post),
    }


def _poll_json(post: Post) -> dict[str, Any] | None:
    poll = post.extra["poll"]
    if not poll:
        return None
    return {
        "id": post.id,
        "expires_at": iso(post.created_at + poll["expires_in"]),
        "expired": False,
        "multiple": poll.get("multiple", False),
        "votes_count": 0,
        "voters_count": 0,
        "options": [{"title": option, "votes_count": 0} for option in poll["options"]],
        "emojis": [],
    }


def is_named(account: Account, post: Post) -> bool:
    """Whether a post mentions the account, as its own server reads it."""
    return f"{account.handle}@{account.host}".lower() in mentions(post.text, post.host)


def recognise(call: Call) -> None:
    """Reading is open to everybody; a token only widens the view, but a dead one is refused."""
    if call.bearer():
        call.token = simulator.authenticate(call, ("read:statuses",))


def is_visible(call: Call, post_id: str) -> bool:
    """Whether the caller may see this post."""
    post = simulator.live_post(call.world, post_id)
    if post is None or post.host != call.host:
        return False
    if post.extra["visibility"] in ("public", "unlisted"):
        return True
    return call.has_token and (call.token.account == post.account or is_named(call.account, post))


def find_status(call: Call, post_id: str) -> Post:
    """A post the caller may see; 404 otherwise."""
    post = call.world.posts.get(post_id)
    if post is None or not is_visible(call, post_id):
        raise refuse(404)
    return post


def find_own(call: Call) -> Post:
    """The post of the path, if it is the caller's own; 404 otherwise."""
    post = find_status(call, call.args["id"])
    if post.account != call.token.account:
        raise refuse(404)
    return post
