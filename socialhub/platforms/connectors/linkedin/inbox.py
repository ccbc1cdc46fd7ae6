"""Comments under a page's posts
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api, read 2026-11).

Members' comments are shown to no new app. A member's 150 requests of a day are shared with posting, so few posts are
looked at in a turn, the next ones the next time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import at_seconds, mappings
from socialhub.platforms.flow import Finding, Flow, Job, Live, Outcome, Stay, Step
from socialhub.platforms.inbox import Act, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.values import Account

from .finding import CLOCK_SKEW
from .rest import HEADERS, can_read, encoded, mapping

POSTS_A_POLL, THREADS_A_POLL, PAGE = 2, 2, 100
LAG = timedelta(minutes=2)
ACTS = frozenset({Act.REPLY, Act.DELETE, Act.LIKE, Act.UNLIKE})


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The comments under some of the latest posts, and the answers to some of them."""
    count = len(watching.posts)
    if not can_read(account) or not count:
        return Haul()
    turn, deep = int(watching.cursor.get("turn", 0)), 0
    found: list[Item] = []
    for place in range(min(POSTS_A_POLL, count)):
        post = watching.posts[(turn + place) % count]
        for line in _comments(api, post):
            found.append(_item(line, account, post))
            answers = mapping(line.get("commentsSummary"))
            if (answers.get("aggregatedTotalComments") or answers.get("count")) and deep < THREADS_A_POLL:
                deep += 1
                found += [_item(one, account, post) for one in _comments(api, found[-1].id)]
    found.sort(key=lambda item: item.at.timestamp() if item.at else 0.0)
    return Haul(tuple(found), {"turn": (turn + min(POSTS_A_POLL, count)) % count})


def _comments(api: Api, urn: str) -> list[Mapping[str, Any]]:
    """What stands right below a post or a comment; nothing where that is gone."""
    path = f"rest/socialActions/{encoded(urn)}/comments"
    answer = api.get(path, params={"start": 0, "count": PAGE}, headers=HEADERS, expect=(404,))
    return [line for line in mappings(mapping(answer.body).get("elements")) if line.get("id")]


def _item(line: Mapping[str, Any], account: Account, post: str) -> Item:
    urn, parent = _urn(line), str(line.get("parentComment") or "")
    actor, made = str(line.get("actor") or ""), mapping(line.get("created"))
    is_own = actor == account.external_id
    return Item(
        kind=ItemKind.COMMENT,
        id=urn,
        at=at_seconds(made.get("time")),
        text=str(mapping(line.get("message")).get("text") or ""),
        # LinkedIn tells who it was by an id alone.
        author=Person(actor) if actor else None,
        post_id=post,
        parent_id=parent,
        thread_id=parent or urn,
        url=f"https://www.linkedin.com/feed/update/{post}/",
        is_own=is_own,
        acts=frozenset({Act.DELETE}) if is_own else ACTS,
        facts={"object": str(line.get("object") or post), "number": str(line["id"]), "thread": parent or urn},
        as_of=at_seconds(mapping(line.get("lastModified")).get("time")),
    )


def _urn(line: Mapping[str, Any]) -> str:
    told = str(line.get("commentUrn") or line.get("$URN") or "")
    return told or f"urn:li:comment:({line.get('object')},{line.get('id')})"


def send_reply(job: Job) -> Outcome:
    """Answer in the thread: LinkedIn knows two levels."""
    assert job.about is not None  # a reply is about something
    thread, place = job.about.facts["thread"], job.about.facts["object"]
    body = {
        "actor": job.account.external_id,
        "object": place,
        "message": {"text": job.content.text},
        "parentComment": thread,
    }
    answer = job.api.post(f"rest/socialActions/{encoded(thread)}/comments", json_body=body, headers=HEADERS)
    told = mapping(answer.body)
    number = told.get("id") or answer.headers.get("x-restli-id", "")
    if not number:
        raise answer.lacks("id")
    return Live(_urn({"object": place, **told, "id": number}))


def find_reply(job: Job) -> Finding:
    """Our own words since then in the thread; lists lag."""
    assert job.about is not None
    since, wanted = (job.sent_at or job.now) - CLOCK_SKEW, " ".join(job.content.text.split())
    for line in _comments(job.api, job.about.facts["thread"]):
        item = _item(line, job.account, job.about.post_id)
        is_young = (item.at or datetime.min.replace(tzinfo=UTC)) >= since
        if item.is_own and is_young and " ".join(item.text.split()) == wanted and item.id not in job.taken:
            return Live(item.id)
    waited = job.now - (job.sent_at or job.now)
    return Stay(wait=LAG - waited, note="not listed yet") if waited < LAG else None


def _delete(api: Api, account: Account, item: Item) -> None:
    """A page's administrator may delete what others wrote below its posts, too."""
    path = f"rest/socialActions/{encoded(item.facts['object'])}/comments/{item.facts['number']}"
    api.delete(path, params={"actor": account.external_id}, headers=HEADERS, expect=(404,))


def _like(api: Api, account: Account, item: Item) -> None:
    body = {"root": item.id, "reactionType": "LIKE"}
    try:
        api.post("rest/reactions", params={"actor": account.external_id}, json_body=body, headers=HEADERS)
    except PlatformError as error:
        if error.http_status != 409 and error.kind is not Fault.DUPLICATE:  # it is there already
            raise


def _unlike(api: Api, account: Account, item: Item) -> None:
    key = f"(actor:{encoded(account.external_id)},entity:{encoded(item.id)})"
    api.delete(f"rest/reactions/{key}", headers=HEADERS, expect=(404,))


inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT}),
    fetch=fetch,
    poll_every=timedelta(hours=1),
    poll_at_least=timedelta(hours=6),
    needs_poll=True,
    reply=Flow((Step("send_reply", send_reply, find=find_reply, label="Send the reply"),)),
    reply_text={ItemKind.COMMENT: Text(1250)},
    acts={Act.DELETE: _delete, Act.LIKE: _like, Act.UNLIKE: _unlike},
    left_out={
        ItemKind.MENTION: "Posts of others that name a page are told by id alone; see them on LinkedIn.",
        ItemKind.MESSAGE: "LinkedIn's API has no messages.",
    },
)
