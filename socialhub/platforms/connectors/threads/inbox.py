"""Answers to a profile's posts, and posts that mention it
(https://developers.facebook.com/docs/threads/reference/reply-management and
https://developers.facebook.com/docs/threads/threads-mentions, read 2026-07).

Everything said here is a post, and so is an answer of ours. People are known by their name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.watching import Round
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import Event, EventKind, mappings
from socialhub.platforms.flow import Flow, Step
from socialhub.platforms.inbox import Act, Gone, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.values import Account

from .finding import find_published
from .publish import delete, prepare, publish
from .rules import TEXT

MENTION_FIELDS = "id,text,username,timestamp,permalink,media_type,is_reply,replied_to,root_post"
ANSWER_FIELDS = f"{MENTION_FIELDS},is_reply_owned_by_me,hide_status"
POSTS_A_POLL = 4
NESTED_ACTS = frozenset({Act.REPLY})
TOP_ACTS = frozenset({Act.REPLY, Act.HIDE, Act.SHOW})
"""Only what stands right below our own post can be hidden; what is below that follows."""
OWN_ACTS = frozenset({Act.DELETE})
HIDDEN = "HIDDEN"
Line = Mapping[str, Any]


def read(event: Event, account: Account) -> tuple[Item | Gone, ...]:
    """The item in a call. Our own answers and the parts of our own threads are none."""
    if event.kind is EventKind.POST_REMOVED and event.subject:
        return (Gone(event.subject),)
    line = event.data
    if (
        event.kind not in (EventKind.COMMENT, EventKind.MENTION)
        or not event.subject
        or _is_own(line, account)
    ):
        return ()
    is_ours = event.kind is EventKind.COMMENT or _is_under_ours(line, account, ())
    at = _moment(line.get("timestamp")) or event.at
    return (_answer(line, account, at) if is_ours else _mention(line, at),)


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """What is below some of the latest posts, the next ones the next time, and who mentions the profile."""
    turn = Round.of(watching, POSTS_A_POLL)
    found: dict[str, Item] = {}
    gone: list[Gone] = []
    for post in turn.chosen:
        try:
            body = api.get(f"{post}/conversation", params={"fields": ANSWER_FIELDS}).body
        except PlatformError as error:
            if error.kind is Fault.NOT_FOUND:
                continue
            raise
        lines = [line for line in mappings((body or {}).get("data")) if line.get("id")]
        found |= {item.id: item for item in _conversation(lines, account, post)}
        gone += turn.gone(post, [str(line["id"]) for line in lines], is_whole=_is_whole(body))
    for line in _mentions(api, account):
        if str(line["id"]) not in found and not _is_own(line, account):
            at, is_ours = _moment(line.get("timestamp")), _is_under_ours(line, account, watching.posts)
            found[str(line["id"])] = _answer(line, account, at) if is_ours else _mention(line, at)
    items = sorted(found.values(), key=lambda item: item.at.timestamp() if item.at else 0.0)
    return Haul((*items, *gone), turn.cursor())


def _mentions(api: Api, account: Account) -> list[Line]:
    """The latest posts that name the profile; none where the app may not see them, which no answer told before."""
    try:
        body = api.get(f"{account.external_id}/mentions", params={"fields": MENTION_FIELDS}).body
    except PlatformError as error:
        if error.kind is Fault.PERMISSION:
            return []
        raise
    return [line for line in mappings((body or {}).get("data")) if line.get("id")]


def _conversation(lines: Sequence[Line], account: Account, post: str) -> list[Item]:
    """All levels below a post, the oldest first; those of one second are in order when turned round. The further
    parts of our own thread are no answers: they are answered like the post.
    """
    ordered = list(reversed(lines))
    ordered.sort(key=lambda line: str(line.get("timestamp") or ""))
    ours, above, items = {post}, {str(line["id"]): _above(line) for line in ordered}, []
    for line in ordered:
        if _is_own(line, account) and _above(line) in ours:
            ours.add(str(line["id"]))
    for line in ordered:
        number = str(line["id"])
        if number in ours:
            continue
        parent, thread = "" if above[number] in ours else above[number], _top(number, above, ours)
        at = _moment(line.get("timestamp"))
        items.append(_item(line, account, at, post=post, parent=parent, thread=thread))
    return items


def _top(number: str, above: Mapping[str, str], ours: Collection[str]) -> str:
    """The highest known answer that one hangs on."""
    passed = set()
    while above.get(number) and above[number] not in ours and number not in passed:
        passed.add(number)
        number = above[number]
    return number


def _answer(line: Line, account: Account, at: datetime | None) -> Item:
    """One answer, told without what is around it: its thread is its parent's, where that is known."""
    root = line.get("root_post")
    post, parent = str(root.get("id") or "") if isinstance(root, Mapping) else "", _above(line)
    number = str(line["id"])
    return _item(line, account, at, post=post, parent="" if parent == post else parent, thread=number)


def _item(line: Line, account: Account, at: datetime | None, *, post: str, parent: str, thread: str) -> Item:
    own = _is_own(line, account)
    return Item(
        kind=ItemKind.COMMENT,
        id=str(line["id"]),
        at=at,
        text=str(line.get("text") or ""),
        author=_author(line),
        post_id=post,
        parent_id=parent,
        thread_id=thread,
        url=str(line.get("permalink") or ""),
        is_own=own,
        is_hidden=line.get("hide_status") == HIDDEN,
        acts=OWN_ACTS if own else NESTED_ACTS if parent else TOP_ACTS,
    )


def _mention(line: Line, at: datetime | None) -> Item:
    return Item(
        kind=ItemKind.MENTION,
        id=str(line["id"]),
        at=at,
        text=str(line.get("text") or ""),
        author=_author(line),
        url=str(line.get("permalink") or ""),
        acts=NESTED_ACTS,
    )


def _author(line: Line) -> Person | None:
    """Nothing but the name is told of people, so that is what they are known by."""
    name = str(line.get("username") or "")
    return Person(name, name, f"@{name}", f"https://www.threads.com/@{name}") if name else None


def _is_own(line: Line, account: Account) -> bool:
    own_name = account.handle.removeprefix("@").lower()
    return line.get("is_reply_owned_by_me") is True or str(line.get("username") or "").lower() == own_name


def _is_under_ours(line: Line, account: Account, posts: Collection[str]) -> bool:
    root = line.get("root_post")
    if not isinstance(root, Mapping):
        return False
    return (
        str(root.get("owner_id") or "") == account.external_id
        or str(root.get("id") or "") in posts
        or _is_own({"username": root.get("username")}, account)
    )


def _above(line: Line) -> str:
    replied = line.get("replied_to")
    return str(replied.get("id") or "") if isinstance(replied, Mapping) else ""


def _is_whole(body: Any) -> bool:
    """Whether nothing is beyond this page; several lists have cursors without links."""
    paging = (body or {}).get("paging") or {}
    return not paging.get("next") and not (paging.get("cursors") or {}).get("after")


def _moment(told: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told)).astimezone(UTC)
    except ValueError:
        return None


def _hide(api: Api, account: Account, item: Item) -> None:
    api.post(f"{item.id}/manage_reply", form={"hide": "true"})


def _show(api: Api, account: Account, item: Item) -> None:
    api.post(f"{item.id}/manage_reply", form={"hide": "false"})


def _delete(api: Api, account: Account, item: Item) -> None:
    delete(api, account, item.id)


inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT, ItemKind.MENTION}),
    read=read,
    fetch=fetch,
    poll_every=timedelta(minutes=5),
    reply=Flow(
        (
            Step("prepare", prepare, deadline=timedelta(hours=2), label="Prepare the reply"),
            Step("publish", publish, find=find_published, label="Publish the reply"),
        )
    ),
    reply_text={ItemKind.COMMENT: TEXT, ItemKind.MENTION: TEXT},
    acts={Act.HIDE: _hide, Act.SHOW: _show, Act.DELETE: _delete},
    left_out={ItemKind.MESSAGE: "Messages on Threads are not open to apps; see them in the app."},
)
