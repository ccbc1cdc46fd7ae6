"""Whether a post that we may have sent exists: X has no key for it, so the account's list is compared.

Proof, best first: the media keys (each upload has its own), the post it replies to, the text after undoing what
X does to it: links shortened, ``& < >`` escaped, a link to the media at the end.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import regex

from socialhub.platforms.flow import Back, Finding, Job, Live, Stay, Unsure
from socialhub.platforms.values import Account

from .media import uploads_of

FIELDS = "created_at,text,entities,attachments,referenced_tweets,conversation_id,note_tweet"
"""Sent as ``tweet.fields``: the OpenAPI says ``post.fields`` since 2026, the guides do not; both answer."""
CLOCK_SKEW = timedelta(seconds=60)
LISTING_LAG = timedelta(seconds=45)
ENOUGH = timedelta(minutes=2)
"""Lists are late by seconds; after two minutes and several looks a post that is not there is absent."""
PAGE, PAGES = 100, 4
_NAMES = regex.compile(r"^(?:@\w++\s++)++")
_MEDIA_LINK = regex.compile(r"\s*+https://t\.co/\w++$")


def permalink(account: Account, post_id: str) -> str:
    """Where people see the post."""
    return f"https://x.com/{account.handle.lstrip('@')}/status/{post_id}"


def find_post(job: Job) -> Finding:
    """Adopt the one post that is ours, or say that it is absent after enough looks."""
    index = len(job.facts.get("posts", ()))
    found = look(job, index)
    if len(found) > 1:
        return Unsure("Several posts on X look like this one. Open the profile and decide.")
    if found:
        posts = [*job.facts.get("posts", ()), found[0]]
        facts = {"posts": posts, "first_sent": "", "refused": 0}
        if len(posts) < len(job.content.posts):
            return Back("post", facts, note=f"post {len(posts)} is live")
        return Live(posts[0], permalink(job.account, posts[0]), facts)
    if not job.facts.get("first_sent"):
        return Stay({"first_sent": _first_sent(job).isoformat()}, LISTING_LAG, note="not listed yet")
    if job.now - (job.sent_at or job.now) < ENOUGH:
        return Stay(wait=LISTING_LAG, note="not listed yet")
    return None


def look(job: Job, index: int) -> list[str]:
    """The ids of listed posts that match this part and belong to nobody else's delivery."""
    return [str(item["id"]) for item in _listed(job) if _is_ours(job, index, item)]


def _first_sent(job: Job) -> datetime:
    kept = job.facts.get("first_sent")
    return datetime.fromisoformat(kept) if kept else (job.sent_at or job.now)


def _listed(job: Job) -> Iterator[Mapping[str, Any]]:
    start = (_first_sent(job) - CLOCK_SKEW).astimezone(UTC)
    params: dict[str, Any] = {
        "max_results": PAGE,
        "start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exclude": "retweets",
        "tweet.fields": FIELDS,
    }
    ours = set(job.facts.get("posts", ())) | job.taken
    for _ in range(PAGES):
        body = job.api.get(f"2/users/{job.account.external_id}/tweets", params=params).body
        body = body if isinstance(body, Mapping) else {}
        for item in body.get("data") or ():
            if str(item.get("id")) not in ours:
                yield item
        token = (body.get("meta") or {}).get("next_token")
        if not token:
            return
        params["pagination_token"] = token


def _is_ours(job: Job, index: int, item: Mapping[str, Any]) -> bool:
    replied = [
        str(ref.get("id")) for ref in item.get("referenced_tweets") or () if ref.get("type") == "replied_to"
    ]
    parent = [job.facts["posts"][index - 1]] if index else [job.about.id] if job.about else []
    if replied != parent:
        return False
    keys = {str(key) for key in (item.get("attachments") or {}).get("media_keys") or ()}
    sent = uploads_of(job, index)
    if sent or keys:
        return keys == {file["key"] for file in sent}
    shown, wanted = _plain(text_of(item)), _plain(job.content.posts[index].text)
    # X may put the names of those who are answered before the text.
    return shown == wanted or (job.about is not None and _NAMES.sub("", shown) == _NAMES.sub("", wanted))


def text_of(item: Mapping[str, Any]) -> str:
    """The text as it was sent: long form, links expanded, escapes undone, the media's link cut."""
    note = item.get("note_tweet")
    long_form = note if isinstance(note, Mapping) else {}
    text = str(long_form.get("text") or item.get("text") or "")
    entities = long_form.get("entities") or item.get("entities") or {}
    has_media = bool((item.get("attachments") or {}).get("media_keys"))
    text = _MEDIA_LINK.sub("", text) if has_media else text
    for link in entities.get("urls") or ():
        if not link.get("media_key"):
            text = text.replace(str(link.get("url")), str(link.get("expanded_url")))
    return html.unescape(text)


def _plain(text: str) -> str:
    """Equal for X: one composition of letters, no space around, bare domains as their links."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return regex.sub(r"https?://", "", text, flags=regex.IGNORECASE).replace("/ ", " ").rstrip("/").lower()
