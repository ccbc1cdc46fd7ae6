"""Comments under an account's posts, and messages to it
(https://developers.facebook.com/docs/instagram-platform/comment-moderation and
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api; 2026-07).

Answers to comments have one level: an answer to an answer stands below the first comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.watching import Round
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import Event, EventKind, mappings
from socialhub.platforms.flow import Flow, Step
from socialhub.platforms.inbox import Act, Gone, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account

from .answering import find_reply, is_own, moment, send_reply
from .rules import COMMENT

ANSWER_FIELDS = "id,text,timestamp,username,from,hidden,parent_id"
COMMENT_FIELDS = f"{ANSWER_FIELDS},replies{{{ANSWER_FIELDS}}}"
POSTS_A_POLL, PAGE = 5, 50
COMMENT_ACTS = frozenset({Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE})
OWN_ACTS = frozenset({Act.DELETE})
MESSAGE = Text(1000, count=Count.BYTES)


def read(event: Event, account: Account) -> tuple[Item | Gone, ...]:
    """The item in a call: a comment, a message, a message that was taken back."""
    value = event.data
    if event.kind is EventKind.MESSAGE:
        return _message(value, event)
    number = str(value.get("id") or "")
    if event.kind is not EventKind.COMMENT or not number:
        return ()
    media = value.get("media")
    post = str(media.get("id") or "") if isinstance(media, Mapping) else ""
    parent = str(value.get("parent_id") or "")
    return (_comment(account, {"timestamp": _told_at(event), **value, "id": number}, post, parent),)


def _told_at(event: Event) -> str:
    return event.at.isoformat() if event.at else ""


def _message(value: Mapping[str, Any], event: Event) -> tuple[Item | Gone, ...]:
    sender, message = value.get("sender"), value.get("message")
    person = str(sender.get("id") or "") if isinstance(sender, Mapping) else ""
    if not person or not isinstance(message, Mapping):
        return ()
    if message.get("is_deleted"):
        return (Gone(event.subject),)
    return (
        Item(
            ItemKind.MESSAGE, event.subject, moment(value.get("timestamp")) or event.at, _words(message),
            Person(person), thread_id=person, acts=frozenset({Act.REPLY}), facts={"to": person},
        ),
    )  # fmt: skip


def _words(message: Mapping[str, Any]) -> str:
    """What was written; what was sent without words is named."""
    kinds = [str(file.get("type") or "file") for file in mappings(message.get("attachments"))]
    return str(message.get("text") or "") or ", ".join(f"[{kind.replace('_', ' ')}]" for kind in kinds)


def _comment(account: Account, line: Mapping[str, Any], post: str, parent: str) -> Item:
    """A comment as calls and lists tell it. Who wrote it is left out at times."""
    author, person = line.get("from"), None
    if isinstance(author, Mapping) and author.get("id"):
        handle = str(author.get("username") or line.get("username") or "")
        person = Person(
            str(author["id"]),
            handle,
            f"@{handle}" if handle else "",
            f"https://www.instagram.com/{handle}/" if handle else "",
        )
    own = bool(is_own(line, account))
    return Item(
        kind=ItemKind.COMMENT,
        id=str(line["id"]),
        at=moment(line.get("timestamp")),
        text=str(line.get("text") or ""),
        author=person,
        post_id=post,
        parent_id=parent,
        is_own=own,
        is_hidden=bool(line.get("hidden")),
        acts=OWN_ACTS if own else COMMENT_ACTS,
    )


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The newest comments under some of the latest posts, with their answers; the next posts the next time."""
    turn = Round.of(watching, POSTS_A_POLL)
    found: list[Item] = []
    gone: list[Gone] = []
    for post in turn.chosen:
        try:
            body = api.get(f"{post}/comments", params={"fields": COMMENT_FIELDS, "limit": PAGE}).body
        except PlatformError as error:
            if error.kind is Fault.NOT_FOUND:
                continue
            raise
        lines = list(_lines(body, ""))
        found += [_comment(account, line, post, parent) for line, parent in lines]
        listed = [str(line["id"]) for line, _ in lines]
        gone += turn.gone(post, listed, is_whole=_is_whole(body))
    # The oldest first, so that answers find what they answer; of one second, the comment before its answers.
    found.sort(key=lambda item: (item.at.timestamp() if item.at else 0.0, bool(item.parent_id)))
    return Haul((*found, *gone), turn.cursor())


def _lines(body: Any, above: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each comment of a list and each answer to one, with the comment that it answers."""
    for line in mappings((body or {}).get("data")):
        if line.get("id"):
            number = str(line["id"])
            yield line, above or str(line.get("parent_id") or "")
            yield from _lines(line.get("replies"), number)


def _is_whole(body: Any) -> bool:
    """Whether there is nothing beyond these pages of comments and answers."""
    lists = [body or {}, *(line.get("replies") or {} for line in mappings((body or {}).get("data")))]
    return not any((each.get("paging") or {}).get("next") for each in lists)


def _hide(api: Api, account: Account, item: Item) -> None:
    api.post(item.id, form={"hide": "true"})


def _show(api: Api, account: Account, item: Item) -> None:
    api.post(item.id, form={"hide": "false"})


def _delete(api: Api, account: Account, item: Item) -> None:
    try:
        api.delete(item.id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise


inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT, ItemKind.MESSAGE}),
    read=read,
    fetch=fetch,
    poll_every=timedelta(minutes=5),
    reply=Flow((Step("send_reply", send_reply, find=find_reply, label="Send the reply"),)),
    reply_text={ItemKind.COMMENT: COMMENT, ItemKind.MESSAGE: MESSAGE},
    reply_within={ItemKind.MESSAGE: timedelta(hours=24)},
    acts={Act.HIDE: _hide, Act.SHOW: _show, Act.DELETE: _delete},
    left_out={
        ItemKind.MENTION: (
            "Instagram tells of mentions by id alone and lists none of them; see them in the app. "
            "A story that names the account comes as a message."
        )
    },
)
