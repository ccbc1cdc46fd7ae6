"""What people say below posts and of each other, and what apps are told of it: every word is a post
(https://developers.facebook.com/docs/threads/webhooks, https://developers.facebook.com/docs/threads/reply-management).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from socialhub.platforms.connectors._graph.sandbox.calling import send_event
from socialhub.platforms.connectors._graph.sandbox.containers import new_id, shortcode_of
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import World

NEEDED = {
    "replies": ("moderate", "threads_read_replies"),
    "delete": ("moderate", "threads_delete"),
    "mentions": ("interaction", "threads_manage_mentions"),
}
"""Topic and permission of the fields that an admin subscribes to."""


def root_of(world: World, post: Post) -> Post:
    """The post that a conversation hangs on."""
    above = world.posts.get(post.reply_to)
    return root_of(world, above) if above is not None else post


def below(world: World, top: Post) -> list[Post]:
    """Everything live below a post, all levels, oldest first."""
    known, found = {top.id}, []
    for post in world.posts.where(platform=top.platform):
        if post.reply_to in known:
            known.add(post.id)
            if post.deleted_at is None:
                found.append(post)
    return found


def is_hidden(world: World, post: Post) -> bool:
    """Whether it, or an answer that it hangs on, was hidden."""
    above = world.posts.get(post.reply_to)
    return bool(post.extra.get("is_hidden")) or (above is not None and is_hidden(world, above))


def write(
    world: World, simulator: Simulator, person: str, text: str, reply_to: str, make: Callable[[str], Account]
) -> Post:
    """Somebody posts; who has no profile gets one by ``make``."""
    own = world.accounts.where(platform=simulator.key, person=person)
    account = own[0] if own else make(person)
    key = new_id(world)
    code = shortcode_of(key)
    post = world.posts.add(
        Post(
            id=key,
            platform=simulator.key,
            account=account.id,
            text=text,
            created_at=world.clock.now(),
            host=account.host,
            url=f"https://{account.host}/{account.handle}/post/{code}",
            reply_to=reply_to,
            extra={"type": "TEXT_POST", "shortcode": code, "link": "", "options": {}},
        )
    )
    tell_of(world, simulator, post)
    return post


def tell_of(world: World, simulator: Simulator, post: Post) -> None:
    """Whom a new post concerns: the owner of what it answers, and those it names."""
    root, value = root_of(world, post), describe(world, post)
    if root is not post:
        tell(world, simulator, root.account, "replies", value)
    for account in mentioned(world, simulator, post):
        tell(world, simulator, account.id, "mentions", value)


def mentioned(world: World, simulator: Simulator, post: Post) -> list[Account]:
    """The profiles that a post of somebody else names."""
    words = {word.strip(".,:;!?").lower() for word in post.text.split()}
    accounts = world.accounts.where(platform=simulator.key)
    return [account for account in accounts if account.handle.lower() in words and account.id != post.account]


def describe(world: World, post: Post) -> dict[str, Any]:
    """A post as calls tell it."""
    root, account = root_of(world, post), world.accounts.get(post.account)
    value: dict[str, Any] = {
        "id": post.id,
        "username": account.handle[1:] if account else "",
        "text": post.text,
        "media_type": post.extra["type"],
        "permalink": post.url,
        "shortcode": post.extra["shortcode"],
        "timestamp": graph_time(post.created_at),
    }
    if root is not post:
        owner = world.accounts.get(root.account)
        named = {"id": root.id, "owner_id": root.account, "username": owner.handle[1:] if owner else ""}
        value |= {"replied_to": {"id": post.reply_to}, "root_post": named}
    return value


def tell_deletion(world: World, simulator: Simulator, post: Post) -> None:
    """The profile's own post is gone."""
    value = {"id": post.id, "owner": {"owner_id": post.account}, "deleted_at": graph_time(world.clock.now())}
    told = {**value, "timestamp": graph_time(post.created_at), "username": describe(world, post)["username"]}
    tell(world, simulator, post.account, "delete", told)


def tell(world: World, simulator: Simulator, account: str, field: str, value: dict[str, Any]) -> None:
    """Tell the apps that the profile let in, where they listen."""
    topic, scope = NEEDED[field]
    for app in world.apps.where(platform=simulator.key):
        url = simulator.callback(app, "webhook")
        tokens = world.tokens.where(platform=simulator.key, account=account, client_id=app.client_id)
        if not url or not any(token.is_live(world.clock.now()) and scope in token.scopes for token in tokens):
            continue
        envelope = {
            "app_id": app.client_id,
            "topic": topic,
            "target_id": account,
            "time": int(world.clock.now()),
            "subscription_id": "234567",
            "has_uid_field": False,
            "values": {"value": value, "field": field},
        }
        send_event(world, simulator, app, url, envelope)
