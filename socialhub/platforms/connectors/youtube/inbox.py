"""Comments under a channel's videos (https://developers.google.com/youtube/v3/docs/commentThreads/list,
https://developers.google.com/youtube/v3/docs/comments, read 2026-11).

Nothing tells of comments, so they are asked for: a page is one unit of the day's quota, every act is fifty.

The cursor: ``known`` what the newest threads looked like, ``page`` where the next poll goes on while more than a
page is new, and ``fresh`` what will be ``known`` then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.flow import Finding, Flow, Job, Live, Outcome, Stay, Step
from socialhub.platforms.inbox import Act, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.values import Account

THREADS, COMMENTS = "youtube/v3/commentThreads", "youtube/v3/comments"
PAGE, MOST_REPLIES = 100, 3
"""How many threads a page has, and under how many of them the answers that it leaves out are asked for."""
LONGEST = 10_000
CLOCK_SKEW, LAG = timedelta(minutes=2), timedelta(minutes=2)
MODERATE = frozenset({Act.HIDE, Act.SHOW, Act.DELETE})


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The newest threads until one is known as it is, and those that wait for a moderator."""
    cursor = watching.cursor
    known, page = dict(cursor.get("known") or {}), str(cursor.get("page") or "")
    lines, after = _threads(api, account, page)
    marks = {str(line.get("id")): _mark(line) for line in lines}
    changed = [line for line in lines if known.get(str(line.get("id"))) != _mark(line)]
    found = _items(api, account, changed)
    fresh = dict(cursor.get("fresh") or {}) if page else marks
    is_more = bool(known and after and lines and len(changed) == len(lines))
    if is_more:
        return Haul(_in_order(found), {"known": known, "fresh": fresh, "page": after}, is_more=True)
    held, _ = _threads(api, account, "", moderationStatus="heldForReview")
    found += _items(api, account, held, is_hidden=True)
    return Haul(_in_order(found), {"known": fresh})


def _threads(api: Api, account: Account, page: str, **more: str) -> tuple[list[Mapping[str, Any]], str]:
    """One page of threads, newest first, and the token of the next; an old token counts as the end."""
    query = {
        "part": "snippet,replies",
        "allThreadsRelatedToChannelId": account.external_id,
        "order": "time",
        "textFormat": "plainText",
        "maxResults": PAGE,
        **more,
    }
    try:
        body = api.get(THREADS, params={**query, "pageToken": page} if page else query).body
    except PlatformError as error:
        if page and error.kind is Fault.INVALID_REQUEST:
            return [], ""
        raise
    body = body if isinstance(body, Mapping) else {}
    return list(mappings(body.get("items"))), str(body.get("nextPageToken") or "")


def _mark(line: Mapping[str, Any]) -> str:
    """What changes when a comment is edited or answered."""
    snippet = _part(line, "snippet")
    top = _part(_part(snippet, "topLevelComment"), "snippet")
    return f"{top.get('updatedAt') or ''} {snippet.get('totalReplyCount') or 0}"


def _items(
    api: Api, account: Account, lines: list[Mapping[str, Any]], *, is_hidden: bool = False
) -> list[Item]:
    found: list[Item] = []
    asked = 0
    for line in lines:
        snippet = _part(line, "snippet")
        video, is_ours = str(snippet.get("videoId") or ""), _is_ours(snippet, account)
        can_reply = snippet.get("canReply") is not False
        replies = list(mappings(_part(line, "replies").get("comments")))
        if len(replies) < int(snippet.get("totalReplyCount") or 0) and asked < MOST_REPLIES:
            asked += 1
            replies = _replies(api, str(line.get("id")))
        for comment in (_part(snippet, "topLevelComment"), *replies):
            if comment.get("id"):
                found.append(_item(comment, account, video, is_ours, can_reply, is_hidden))
    return found


def _replies(api: Api, thread: str) -> list[Mapping[str, Any]]:
    query = {"part": "snippet", "parentId": thread, "textFormat": "plainText", "maxResults": PAGE}
    body = api.get(COMMENTS, params=query).body
    return list(mappings(body.get("items") if isinstance(body, Mapping) else None))


def _item(
    comment: Mapping[str, Any], account: Account, video: str, is_ours: bool, can_reply: bool, is_hidden: bool
) -> Item:
    snippet, number = _part(comment, "snippet"), str(comment["id"])
    thread = str(snippet.get("parentId") or number)
    author = str(_part(snippet, "authorChannelId").get("value") or "")
    is_own = author == account.external_id
    acts = MODERATE if is_ours else frozenset()
    acts = frozenset({Act.DELETE}) if is_own else acts | ({Act.REPLY} if can_reply else set())
    return Item(
        kind=ItemKind.COMMENT,
        id=number,
        at=_moment(snippet.get("publishedAt")),
        text=str(snippet.get("textOriginal") or snippet.get("textDisplay") or ""),
        author=_person(snippet, author),
        post_id=video,
        parent_id=thread if thread != number else "",
        thread_id=thread,
        url=f"https://www.youtube.com/watch?v={video}&lc={number}" if video else "",
        is_own=is_own,
        is_hidden=is_hidden or snippet.get("moderationStatus") in {"heldForReview", "rejected"},
        acts=acts,
        facts={"thread": thread, "is_own": is_own},
        as_of=_moment(snippet.get("updatedAt")),
    )


def _is_ours(snippet: Mapping[str, Any], account: Account) -> bool:
    """Whether it stands under a video of the channel: only there may it moderate."""
    return str(snippet.get("channelId") or account.external_id) == account.external_id


def _person(snippet: Mapping[str, Any], channel: str) -> Person | None:
    if not channel:
        return None
    name = str(snippet.get("authorDisplayName") or "")
    return Person(
        external_id=channel,
        name=name,
        handle=name if name.startswith("@") else "",
        url=f"https://www.youtube.com/channel/{channel}",
        avatar_url=str(snippet.get("authorProfileImageUrl") or ""),
    )


def _in_order(found: list[Item]) -> tuple[Item, ...]:
    """The oldest first, so that answers find what they answer."""
    return tuple(sorted(found, key=lambda item: item.at.timestamp() if item.at else 0.0))


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def send_reply(job: Job) -> Outcome:
    """Answer in the thread: YouTube knows one level below a comment."""
    said = {"parentId": _thread_of(job), "textOriginal": job.content.text}
    return Live(job.api.post(COMMENTS, params={"part": "snippet"}, json_body={"snippet": said}).text("id"))


def find_reply(job: Job) -> Finding:
    """Our own words since then in the thread; lists lag."""
    since, wanted = (job.sent_at or job.now) - CLOCK_SKEW, _plain(job.content.text)
    for line in _replies(job.api, _thread_of(job)):
        snippet, number = _part(line, "snippet"), str(line.get("id") or "")
        at = _moment(snippet.get("publishedAt"))
        author = _part(snippet, "authorChannelId").get("value")
        text = _plain(str(snippet.get("textOriginal") or snippet.get("textDisplay") or ""))
        fits = author == job.account.external_id and text == wanted and at is not None and at >= since
        if fits and number not in job.taken:
            return Live(number)
    waited = job.now - (job.sent_at or job.now)
    return Stay(wait=LAG - waited, note="not listed yet") if waited < LAG else None


def _thread_of(job: Job) -> str:
    assert job.about is not None  # a reply is about something
    return str(job.about.facts.get("thread") or job.about.id)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _hide(api: Api, account: Account, item: Item) -> None:
    """Hold it for review, which can be undone; where YouTube does not hold a comment that is out, reject it."""
    try:
        _moderate(api, item, "heldForReview")
    except PlatformError as error:
        if error.http_status != 400:
            raise
        _moderate(api, item, "rejected")


def _show(api: Api, account: Account, item: Item) -> None:
    _moderate(api, item, "published")


def _delete(api: Api, account: Account, item: Item) -> None:
    """Delete our own; reject that of another, which nobody sees any more and is not undone in the inbox."""
    try:
        if item.facts.get("is_own") or item.is_own:
            api.delete(COMMENTS, params={"id": item.id})
        else:
            _moderate(api, item, "rejected")
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise


def _moderate(api: Api, item: Item, status: str) -> None:
    api.post(f"{COMMENTS}/setModerationStatus", params={"id": item.id, "moderationStatus": status})


inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT}),
    fetch=fetch,
    # What the hub's WebSub tells is of videos alone.
    needs_poll=True,
    poll_every=timedelta(minutes=10),
    poll_at_least=timedelta(hours=2),
    reply=Flow((Step("send_reply", send_reply, find=find_reply, label="Send the reply"),)),
    reply_text={ItemKind.COMMENT: Text(LONGEST)},
    acts={Act.HIDE: _hide, Act.SHOW: _show, Act.DELETE: _delete},
    left_out={
        ItemKind.MENTION: "The API does not tell where others name a channel.",
        ItemKind.MESSAGE: "YouTube has no messages.",
    },
)
