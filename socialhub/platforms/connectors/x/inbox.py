"""Posts that name the account, answers to it among them (https://docs.x.com/x-api/users/get-mentions,
https://docs.x.com/x-api/posts/hide-reply, read 2026-08).

X takes money for each post that is read, so only what is new since ``since`` is asked for. While more than a page is
new, ``top`` will be the next ``since`` and ``page`` is where the next poll goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.events import Event, EventKind, mappings
from socialhub.platforms.flow import Flow
from socialhub.platforms.inbox import Act, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account

from .finding import FIELDS, text_of
from .publish import WORDS

PAGE = 100
TWEET_FIELDS = f"{FIELDS},author_id,in_reply_to_user_id"
USER_FIELDS = "id,name,username,profile_image_url"


def read(event: Event, account: Account) -> tuple[Item, ...]:
    """The post in a call, where X tells it whole; else the next poll finds it."""
    line = event.data
    is_post = line.get("id") and line.get("author_id") and isinstance(line.get("text"), str)
    if event.kind not in {EventKind.COMMENT, EventKind.MENTION} or not is_post:
        return ()
    return (_item(line, _people(_part(line, "includes")), account, ()),)


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The mentions since the last look, one page a poll; the first look takes the newest page alone."""
    since, page, top = (str(watching.cursor.get(name) or "") for name in ("since", "page", "top"))
    params: dict[str, Any] = {
        "max_results": PAGE,
        "tweet.fields": TWEET_FIELDS,
        "user.fields": USER_FIELDS,
        "expansions": "author_id",
    }
    params |= {name: value for name, value in (("since_id", since), ("pagination_token", page)) if value}
    body = api.get(f"2/users/{account.external_id}/mentions", params=params).body
    body = body if isinstance(body, Mapping) else {}
    lines, meta, includes = list(mappings(body.get("data"))), _part(body, "meta"), _part(body, "includes")
    people = _people(includes)
    found = tuple(_item(line, people, account, watching.posts) for line in reversed(lines) if line.get("id"))
    newest = top or (str(lines[0].get("id")) if lines else since)
    after = str(meta.get("next_token") or "")
    if since and lines and after and after != page:
        return Haul(found, {"since": since, "top": newest, "page": after}, is_more=True)
    return Haul(found, {"since": newest})


def _item(
    line: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]], account: Account, posts: tuple[str, ...]
) -> Item:
    number, author = str(line["id"]), str(line.get("author_id") or "")
    root = str(line.get("conversation_id") or "")
    above = next(
        (
            str(one.get("id"))
            for one in mappings(line.get("referenced_tweets"))
            if one.get("type") == "replied_to"
        ),
        "",
    )
    answers_us = bool(above) and str(line.get("in_reply_to_user_id") or "") == account.external_id
    began_here = root in posts or (answers_us and above == root)
    post = (root if began_here else above) if answers_us or began_here else ""
    is_own = author == account.external_id
    person = _person(people.get(author), author)
    acts = {Act.REPLY} | ({Act.HIDE, Act.SHOW} if began_here else set())
    return Item(
        kind=ItemKind.COMMENT if post else ItemKind.MENTION,
        id=number,
        at=_moment(line.get("created_at")),
        text=text_of(line),
        author=person,
        post_id=post,
        # Below a post of ours it answers no item; below what else was said it goes on with that conversation.
        parent_id="" if above == post or above in posts else above,
        thread_id=number,
        url=f"https://x.com/i/web/status/{number}",
        is_own=is_own,
        acts=frozenset() if is_own else frozenset(acts),
    )


def _people(includes: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(user.get("id")): user for user in mappings(includes.get("users"))}


def _person(user: Mapping[str, Any] | None, number: str) -> Person | None:
    if not number:
        return None
    username = str((user or {}).get("username") or "")
    return Person(
        external_id=number,
        name=str((user or {}).get("name") or username),
        handle=f"@{username}" if username else "",
        url=f"https://x.com/{username}" if username else "",
        avatar_url=str((user or {}).get("profile_image_url") or ""),
    )


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _hide(api: Api, account: Account, item: Item) -> None:
    api.put(f"2/tweets/{item.id}/hidden", json_body={"hidden": True})


def _show(api: Api, account: Account, item: Item) -> None:
    api.put(f"2/tweets/{item.id}/hidden", json_body={"hidden": False})


ANSWER = Text(280, count=Count.WEIGHTED)
inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT, ItemKind.MENTION}),
    read=read,
    fetch=fetch,
    # What a call holds of a post is not certain, and a poll without news costs nothing.
    needs_poll=True,
    poll_every=timedelta(minutes=5),
    poll_at_least=timedelta(hours=2),
    # A reply is a post: the same step, found in the same way.
    reply=Flow(WORDS.steps),
    reply_text=dict.fromkeys((ItemKind.COMMENT, ItemKind.MENTION), ANSWER),
    acts={Act.HIDE: _hide, Act.SHOW: _show},
    left_out={ItemKind.MESSAGE: "Encrypted messages are out of reach of the API. Read messages on X."},
)
