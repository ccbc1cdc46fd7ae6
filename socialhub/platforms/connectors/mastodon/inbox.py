"""What people write to an account: mentions, which are answers, posts that name it, and posts for it alone
(https://docs.joinmastodon.org/methods/notifications/, /methods/statuses/#favourite, read 2026-11).

The cursor: ``since`` the newest notification that is known; while more than a page is new, ``top`` will be the
next ``since`` and ``below`` is where the next page goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.events import mappings
from socialhub.platforms.flow import Finding, Flow, Go, Job, Outcome, Step
from socialhub.platforms.inbox import Act, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Content, Kind

from .finding import find_status
from .publish import post_status
from .words import full_name, names_in, plain_text

PAGE = 40
ACTS = frozenset({Act.REPLY, Act.LIKE, Act.UNLIKE})
VISIBILITIES = ("public", "unlisted", "private", "direct")
LONGEST, NAME = 500, 32
"""The default length of a status, and what the name of the other side may need of it."""


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The mentions since the last look, one page a poll; the first look takes the newest page alone."""
    since, below, top = (str(watching.cursor.get(name, "")) for name in ("since", "below", "top"))
    params: dict[str, Any] = {"limit": PAGE, "types[]": "mention"}
    params |= {name: value for name, value in (("since_id", since), ("max_id", below)) if value}
    page = list(mappings(api.get("api/v1/notifications", params=params).body))
    if not page or str(page[0].get("id", "")) == top:  # the end, or a server that knows no max_id
        return Haul(cursor={"since": top or since})
    newest = top or str(page[0].get("id", ""))
    found = [item for line in reversed(page) if (item := _item(line, account, watching)) is not None]
    if since:
        return Haul(
            tuple(found), {"since": since, "top": newest, "below": str(page[-1].get("id", ""))}, is_more=True
        )
    return Haul(tuple(found), {"since": newest})


def _item(line: Mapping[str, Any], account: Account, watching: Watching) -> Item | None:
    """A mention; other notifications are there on servers that do not know the filter."""
    status = line.get("status")
    if line.get("type") != "mention" or not isinstance(status, Mapping) or not status.get("id"):
        return None
    above = str(status.get("in_reply_to_id") or "")
    is_under_ours = bool(above) and str(status.get("in_reply_to_account_id")) == account.external_id
    visibility = str(status.get("visibility") or "")
    kind = ItemKind.COMMENT if is_under_ours else ItemKind.MENTION
    if visibility == "direct":
        kind = ItemKind.MESSAGE
    writer = status.get("account")
    author = _person(writer if isinstance(writer, Mapping) else {}, account)
    number = str(status["id"])
    is_comment = kind is ItemKind.COMMENT
    return Item(
        kind=kind,
        id=number,
        at=_moment(status.get("created_at")),
        as_of=_moment(status.get("edited_at")) or _moment(status.get("created_at")),
        text=_text(status),
        author=author,
        post_id=above if is_comment else "",
        # Below a post of ours it answers no item; below what else we wrote it goes on with that conversation.
        parent_id="" if is_comment and above in watching.posts else above,
        # Direct messages with one person belong together, as their conversation is shown on Mastodon.
        thread_id=author.external_id if kind is ItemKind.MESSAGE and author else number,
        url=str(status.get("url") or status.get("uri") or ""),
        acts=ACTS,
        facts={"visibility": visibility, "acct": author.handle.removeprefix("@") if author else ""},
    )


def _person(writer: Mapping[str, Any], account: Account) -> Person | None:
    acct = str(writer.get("acct") or "")
    if not writer.get("id") or not acct:
        return None
    return Person(
        external_id=str(writer["id"]),
        name=str(writer.get("display_name") or acct.partition("@")[0]),
        handle=f"@{full_name(acct, account.host)}",
        url=str(writer.get("url") or ""),
        avatar_url=str(writer.get("avatar") or ""),
    )


def _text(status: Mapping[str, Any]) -> str:
    warning = str(status.get("spoiler_text") or "").strip()
    words = plain_text(str(status.get("content") or ""))
    return f"{warning}\n\n{words}" if warning else words


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def prepare_reply(job: Job) -> Outcome:
    """Note our newest status, so that a search afterwards starts exactly there."""
    path = f"api/v1/accounts/{job.account.external_id}/statuses"
    newest = list(mappings(job.api.get(path, params={"limit": 1}).body))
    return Go({"since": str(newest[0].get("id", "")) if newest else "", "posts": []})


def send_reply(job: Job) -> Outcome:
    """Post the answer; on Mastodon itself the same key within the hour gives the same status."""
    return post_status(_as_post(job))


def find_reply(job: Job) -> Finding:
    """As for posts: our own list first, then the key."""
    return find_status(_as_post(job))


def _as_post(job: Job) -> Job:
    """The answer as the post that it is. Who is not named hears nothing of it, and nobody may read it who could not
    read what it answers.
    """
    assert job.about is not None  # a reply is about something
    facts, text = job.about.facts, job.content.text
    acct, seen = str(facts.get("acct") or ""), str(facts.get("visibility") or "")
    host = job.account.host
    if acct and full_name(acct, host) not in names_in(text, host):
        text = f"@{acct.removesuffix(f'@{host}')} {text}"
    return replace(
        job,
        content=Content(Kind.TEXT, text),
        options={"visibility": seen if seen in VISIBILITIES else "direct"},
        facts={**job.facts, "keys": [job.key]},
    )


def _like(api: Api, account: Account, item: Item) -> None:
    api.post(f"api/v1/statuses/{item.id}/favourite")


def _unlike(api: Api, account: Account, item: Item) -> None:
    api.post(f"api/v1/statuses/{item.id}/unfavourite")


WORDS = Text(LONGEST - NAME, count=Count.GRAPHEMES, url_cost=23, local_mentions=True)
inbox = Inbox(
    kinds=frozenset(ItemKind),
    fetch=fetch,
    poll_every=timedelta(minutes=2),
    poll_at_least=timedelta(minutes=30),
    reply=Flow(
        (
            Step("prepare_reply", prepare_reply, label="Note our newest post"),
            Step("send_reply", send_reply, find=find_reply, label="Send the reply"),
        )
    ),
    reply_text=dict.fromkeys(ItemKind, WORDS),
    acts={Act.LIKE: _like, Act.UNLIKE: _unlike},
)
