"""Users, posts and files as the API gives them: short links, escaped text, only the fields that were asked
for.
"""

from __future__ import annotations

from typing import Any

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call

from .figures import account_counts, groups_of, groups_of_file
from .server import SITE
from .text import LIMIT, Link, find_links, render, shorten, weight


def user_json(call: Call, account: Account, wanted: set[str]) -> dict[str, Any]:
    """A User object with the fields that were asked for."""
    paid = account.kind.startswith("Premium")
    fields: dict[str, Any] = {
        "created_at": iso(account.created_at),
        "description": account.bio,
        "profile_image_url": f"https://{SITE}/images/default_profile.png",
        "protected": False,
        "public_metrics": account_counts(call, account),
        "subscription_type": account.kind,
        "url": "",
        "verified": paid,
        "verified_type": "blue" if paid else "none",
    }
    shown = {name: value for name, value in fields.items() if name in wanted}
    return {"id": account.id, "name": account.name, "username": account.handle[1:], **shown}


def post_json(call: Call, post: Post, wanted: set[str]) -> dict[str, Any]:
    """A Post object with the fields that were asked for."""
    account = call.world.accounts.get(post.account)
    links = links_of(post)
    fields: dict[str, Any] = {
        "author_id": post.account,
        "conversation_id": post.extra["conversation_id"],
        "created_at": iso(post.created_at),
        "lang": "en",
        **groups_of(call, post),
        "reply_settings": post.extra["reply_settings"],
    }
    if post.media:
        fields["attachments"] = {"media_keys": post.extra["media_keys"]}
    if post.reply_to:
        fields["referenced_tweets"] = [{"type": "replied_to", "id": post.reply_to}]
        above = call.world.posts.get(post.reply_to)
        fields |= {"in_reply_to_user_id": above.account} if above else {}
    if links or post.media:
        fields["entities"] = {"urls": _url_entities(post, links, account)}
    if weight(post.text) > LIMIT:
        note = render(post.text, links)
        fields["note_tweet"] = {"text": note, "entities": {"urls": _link_entities(note, links)}}
    shown = {name: value for name, value in fields.items() if name in wanted}
    return {
        "id": post.id,
        "text": text_of(post, links, account),
        "edit_history_tweet_ids": [post.id],
        **shown,
    }


def links_of(post: Post) -> list[Link]:
    """The links of a post with their short forms."""
    return find_links(post.text, post.id)


def text_of(post: Post, links: list[Link], account: Account | None) -> str:
    """The field `text`: short links, escapes, a trailing link for media; cut if the post is a long one."""
    text = render(post.text, links)
    if weight(post.text) > LIMIT:
        text = f"{text[:270]}… {shorten(post.id)}"
    return f"{text} {shorten(post.id + 'media')}".strip() if post.media else text


def _link_entities(text: str, links: list[Link]) -> list[dict[str, Any]]:
    """The short links that stand in `text`, with their places."""
    entities, at = [], 0
    for link in links:
        start = text.find(link.short, at)
        if start < 0:
            break
        at = start + len(link.short)
        place = {"start": start, "end": at}
        shown = link.expanded.partition("://")[2]
        entities.append(
            {**place, "url": link.short, "expanded_url": link.expanded, "display_url": shown[:30]}
        )
    return entities


def _url_entities(post: Post, links: list[Link], account: Account | None) -> list[dict[str, Any]]:
    text = text_of(post, links, account)
    entities = _link_entities(text, links)
    short = shorten(post.id + "media")
    for place, key in enumerate(post.extra["media_keys"], 1):
        kind = "photo" if key.startswith("3_") else "video"
        where = f"{SITE}/{account.handle[1:] if account else 'i'}/status/{post.id}/{kind}/{place}"
        start = text.find(short)
        entities.append(
            {
                "start": start,
                "end": start + len(short),
                "url": short,
                "expanded_url": f"https://{where}",
                "display_url": f"pic.{SITE}/{short[-10:]}",
                "media_key": key,
            }
        )
    return entities


def media_json(call: Call, media_id: str, wanted: set[str]) -> dict[str, Any]:
    """A Media object with the fields that were asked for."""
    media = call.world.media.get(media_id)
    if media is None:
        return {}
    kind = (
        "animated_gif"
        if media.extra["category"] == "tweet_gif"
        else media.mime.partition("/")[0].replace("image", "photo")
    )
    fields = {
        "alt_text": media.alt,
        "width": media.width,
        "height": media.height,
        "duration_ms": int(media.seconds * 1000),
        **groups_of_file(call, media),
    }
    shown = {name: value for name, value in fields.items() if name in wanted and value}
    return {"media_key": media.extra["key"], "type": kind, **shown}
