"""Whether a status that we may have sent exists.

A server's memory of an Idempotency-Key ends after an hour, and from February to September 2026 some releases
answered a repeat with HTTP 500 although the first post existed
(https://github.com/mastodon/mastodon/pull/37879 and /pull/40439), so the author's own list is asked first.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import regex

from socialhub.platforms.flow import Back, Finding, Job, Live, Stay, Unsure

from .instance import Instance
from .media import is_attached, media_ids

QUIET = timedelta(seconds=60)
"""How long a request may still be under way behind a proxy that gave up."""
LONGEST_REQUEST = timedelta(minutes=5)
KEY_IS_KNOWN = timedelta(minutes=50)
"""A key is kept for 3600 s from the first request; the margin is ours."""
CLOCK_SKEW = timedelta(minutes=2)
PAGE, PAGES = 40, 5
_BREAK = regex.compile(r"<br\s*+/?>|</p>\s*+<p>", regex.IGNORECASE)
_TAG = regex.compile(r"<[^<>]*+>")
_SERVER = regex.compile(r"(@[\w.-]++)@[\w.-]++")


def since(job: Job, index: int) -> str:
    """The id of our newest status before this part: of the part before it, or what was noted at the start."""
    return str(job.facts["posts"][index - 1]["id"] if index else job.facts.get("since", ""))


def parent_of(job: Job, index: int) -> str:
    """What this part answers: the part before it, or what an answer is about."""
    if index:
        return str(job.facts["posts"][index - 1]["id"])
    return job.about.id if job.about else ""


def find_status(job: Job) -> Finding:
    """Adopt the one status that is ours; say that it is absent only when that is proven or harmless."""
    index = len(job.facts["posts"])
    if index == len(job.content.posts):
        return None  # all were taken; what broke off was the look that follows, which may be repeated
    matches = [status for status in _listed(job, index) if _is_ours(job, index, status)]
    if len(matches) > 1:
        return Unsure("Several posts on the server look like this one. Open the profile and decide.")
    if matches:
        return _found(job, matches[0])
    waited = job.now - (job.sent_at or job.now)
    if waited < QUIET:
        return Stay(wait=QUIET - waited, note="waiting until a late request must have ended")
    ids = media_ids(job, index)
    is_used = bool(ids) and is_attached(job, ids[0])
    if not is_used and Instance.of(job.account).is_mastodon and waited < KEY_IS_KNOWN:
        return None  # the same key again: the server gives the first post if there is one after all
    if waited < LONGEST_REQUEST:
        note = "the files are in a post that is not listed yet" if is_used else "looking once more"
        return Stay(wait=LONGEST_REQUEST - waited, note=note)
    if is_used:
        return Unsure("The server used the files, but it shows no such post. It may have been deleted there.")
    if waited > KEY_IS_KNOWN and not ids:
        return Unsure("The server shows no such post, but too much time has passed to be sure.")
    return None


def _found(job: Job, status: Mapping[str, Any]) -> Finding:
    url = str(status.get("url") or status.get("uri") or "")
    posts = [*job.facts["posts"], {"id": str(status["id"]), "url": url}]
    facts = {"posts": posts}
    if len(posts) < len(job.content.posts):
        return Back("post_status", facts, note=f"post {len(posts)} is live")
    return Live(posts[0]["id"], posts[0]["url"], facts)


def _listed(job: Job, index: int) -> Iterator[Mapping[str, Any]]:
    """Our statuses after the noted one, newest first, that belong to nobody else's delivery."""
    path = f"api/v1/accounts/{job.account.external_id}/statuses"
    params: dict[str, Any] = {"limit": PAGE, "exclude_reblogs": "true"}
    after = since(job, index)
    if after:
        params["since_id"] = after
    earliest = (job.sent_at or job.now) - CLOCK_SKEW
    for _ in range(PAGES):
        page = job.api.get(path, params=params).body
        statuses = [item for item in page if isinstance(item, Mapping)] if isinstance(page, list) else []
        for status in statuses:
            if str(status.get("id")) in job.taken or (not after and _is_before(status, earliest)):
                continue
            yield status
        if len(statuses) < PAGE:
            return
        params["max_id"] = statuses[-1]["id"]


def _is_before(status: Mapping[str, Any], moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(status.get("created_at"))) < moment
    except (ValueError, TypeError):
        return True


def _is_ours(job: Job, index: int, status: Mapping[str, Any]) -> bool:
    parent = parent_of(job, index)
    attached = [str(item.get("id")) for item in status.get("media_attachments") or []]
    if str(status.get("in_reply_to_id") or "") != parent or set(attached) != set(media_ids(job, index)):
        return False
    warning = str(job.options.get("spoiler_text") or "")
    text = job.content.posts[index].text
    if not text.strip():
        text, warning = warning, ""  # the server makes the warning the text of a post without one
    return _text_fits(job, status, text, warning)


def _text_fits(job: Job, status: Mapping[str, Any], text: str, warning: str) -> bool:
    answer = job.api.get(f"api/v1/statuses/{status['id']}/source", expect=(403, 404, 410))
    if answer.status < 300 and isinstance(answer.body, Mapping):
        shown, spoiler = str(answer.body.get("text") or ""), str(answer.body.get("spoiler_text") or "")
        return _same(shown, text) and _same(spoiler, warning)
    shown = html.unescape(_TAG.sub("", _BREAK.sub(" ", str(status.get("content") or ""))))
    spoiler = str(status.get("spoiler_text") or "")
    return _same(_SERVER.sub(r"\1", shown), _SERVER.sub(r"\1", text)) and _same(spoiler, warning)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())
