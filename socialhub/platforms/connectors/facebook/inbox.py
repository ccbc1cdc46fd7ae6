"""Comments under a Page's posts, and messages to the Page
(https://developers.facebook.com/docs/graph-api/reference/object/comments,
https://developers.facebook.com/docs/messenger-platform/send-messages, read 2026-07).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.finding import CLOCK_SKEW, LAG, plain, waited
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import Event, EventKind, at_seconds, mappings
from socialhub.platforms.flow import Finding, Flow, Job, Live, Outcome, Stay, Step
from socialhub.platforms.inbox import Act, Gone, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.values import Account

COMMENT_FIELDS = "id,message,from,created_time,parent{id},is_hidden,permalink_url"
POSTS_A_POLL, PAGE = 5, 50
COMMENT_ACTS = frozenset({Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE, Act.LIKE, Act.UNLIKE})
OWN_ACTS = frozenset({Act.DELETE})


def read(event: Event, account: Account) -> tuple[Item | Gone, ...]:
    """The item in a call: a comment that was made, changed, hidden or removed, or a message."""
    value = event.data
    if event.kind is EventKind.MESSAGE:
        return _message(value, event)
    if value.get("item") != "comment" or not value.get("comment_id"):
        return ()
    number = str(value["comment_id"])
    if value.get("verb") == "remove":
        return (Gone(number),)
    parent, post = str(value.get("parent_id") or ""), str(value.get("post_id") or "")
    at = at_seconds(value.get("created_time")) or event.at
    author = value.get("from")
    item = _comment(number, at, value.get("message"), author, account, post, parent, value)
    # The time of a call is that of its sending: a comment as it was made is older than every edit of it.
    return (replace(item, as_of=at if value.get("verb") == "add" else event.at),)


def _message(value: Mapping[str, Any], event: Event) -> tuple[Item, ...]:
    sender = value.get("sender")
    number = str(sender.get("id", "")) if isinstance(sender, Mapping) else ""
    message = value.get("message")
    if not number or not isinstance(message, Mapping):
        return ()
    text = str(message.get("text") or "")
    return (
        Item(
            ItemKind.MESSAGE, event.subject, event.at, text, Person(number), thread_id=number,
            acts=frozenset({Act.REPLY}), facts={"to": number},
        ),
    )  # fmt: skip


def _comment(
    number: str, at: datetime | None, text: Any, author: Any, account: Account, post: str, parent: str,
    value: Mapping[str, Any],
) -> Item:  # fmt: skip
    """A comment; one right under the post names the post as its parent."""
    person = None
    if isinstance(author, Mapping) and author.get("id"):
        person = Person(str(author["id"]), str(author.get("name") or ""))
    is_own = person is not None and person.external_id == account.external_id
    return Item(
        kind=ItemKind.COMMENT,
        id=number,
        at=at,
        text=str(text or ""),
        author=person,
        post_id=post,
        parent_id="" if parent == post else parent,
        url=str(value.get("permalink_url") or ""),
        is_own=is_own,
        is_hidden=bool(value.get("is_hidden")) or value.get("verb") == "hide",
        acts=OWN_ACTS if is_own else COMMENT_ACTS,
    )


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The newest comments under some of the latest posts, the next ones the next time."""
    turn = int(watching.cursor.get("turn", 0))
    count = len(watching.posts)
    chosen = [watching.posts[(turn + place) % count] for place in range(min(POSTS_A_POLL, count))]
    found: list[Item | Gone] = []
    params = {
        "fields": COMMENT_FIELDS,
        "filter": "stream",
        "order": "reverse_chronological",
        "limit": PAGE,
    }
    for post in chosen:
        try:
            body = api.get(f"{post}/comments", params=params).body
        except PlatformError as error:
            if error.kind is Fault.NOT_FOUND:
                continue
            raise
        for line in mappings((body or {}).get("data")):
            parent = line.get("parent")
            above = str(parent.get("id", "")) if isinstance(parent, Mapping) else ""
            at = _moment(line.get("created_time"))
            number = str(line.get("id", ""))
            item = _comment(number, at, line.get("message"), line.get("from"), account, post, above, line)
            found.append(item)
    # The oldest first, so that answers find what they answer; lists of one second are in order when turned round.
    found.reverse()
    found.sort(key=lambda item: item.at.timestamp() if isinstance(item, Item) and item.at else 0.0)
    return Haul(tuple(found), {"turn": (turn + len(chosen)) % count if count else 0})


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def send_reply(job: Job) -> Outcome:
    """Answer a comment below it, a message in its conversation."""
    assert job.about is not None  # a reply is about something
    if job.about.kind is ItemKind.MESSAGE:
        body = {
            "messaging_type": "RESPONSE",
            "recipient": {"id": job.about.facts["to"]},
            "message": {"text": job.content.text},
        }
        return Live(job.api.post(f"{job.account.external_id}/messages", json_body=body).text("message_id"))
    return Live(job.api.post(f"{job.about.id}/comments", form={"message": job.content.text}).text("id"))


def find_reply(job: Job) -> Finding:
    """Our own words since then, below the comment or in the conversation; lists lag."""
    assert job.about is not None
    is_message = job.about.kind is ItemKind.MESSAGE
    wanted, since = plain(job.content.text), (job.sent_at or job.now) - CLOCK_SKEW
    for line in _messages(job) if is_message else _answers(job):
        author = line.get("from")
        number, at = str(line.get("id", "")), _moment(line.get("created_time"))
        is_ours = isinstance(author, Mapping) and str(author.get("id")) == job.account.external_id
        fits = is_ours and plain(str(line.get("message") or "")) == wanted and at is not None and at >= since
        if fits and number not in job.taken:
            return Live(number)
    return Stay(wait=LAG - waited(job), note="not listed yet") if waited(job) < LAG else None


def _answers(job: Job) -> list[Mapping[str, Any]]:
    assert job.about is not None
    params = {"fields": "id,message,from,created_time", "order": "reverse_chronological", "limit": PAGE}
    body = job.api.get(f"{job.about.id}/comments", params=params).body
    return list(mappings((body or {}).get("data")))


def _messages(job: Job) -> list[Mapping[str, Any]]:
    assert job.about is not None
    params = {
        "user_id": str(job.about.facts["to"]),
        "fields": "messages.limit(20){id,message,from,created_time}",
    }
    body = job.api.get(f"{job.account.external_id}/conversations", params=params).body
    talks = mappings((body or {}).get("data"))
    return [line for talk in talks for line in mappings((talk.get("messages") or {}).get("data"))]


def _hide(api: Api, account: Account, item: Item) -> None:
    api.post(item.id, form={"is_hidden": "true"})


def _show(api: Api, account: Account, item: Item) -> None:
    api.post(item.id, form={"is_hidden": "false"})


def _delete(api: Api, account: Account, item: Item) -> None:
    try:
        api.delete(item.id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise


def _like(api: Api, account: Account, item: Item) -> None:
    api.post(f"{item.id}/likes")


def _unlike(api: Api, account: Account, item: Item) -> None:
    api.delete(f"{item.id}/likes")


inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT, ItemKind.MESSAGE}),
    read=read,
    fetch=fetch,
    poll_every=timedelta(minutes=5),
    reply=Flow((Step("send_reply", send_reply, find=find_reply, label="Send the reply"),)),
    reply_text={ItemKind.COMMENT: Text(8000), ItemKind.MESSAGE: Text(2000)},
    reply_within={ItemKind.MESSAGE: timedelta(hours=24)},
    acts={Act.HIDE: _hide, Act.SHOW: _show, Act.DELETE: _delete, Act.LIKE: _like, Act.UNLIKE: _unlike},
    left_out={
        ItemKind.MENTION: "Posts of others that name a Page are told by id alone; see them on Facebook."
    },
)
