"""Whether a post that we may have made exists. LinkedIn has no key for it.

A page's posts are listed: its uploads have URNs of their own, texts are compared. A member's are not shown to any new
app: a text is sent once more, for LinkedIn refuses the same text and names the first; a post with files is left to
a person, for nobody can know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Finding, Job, Live, Stay, Unsure

from .littletext import escape, plain
from .media import assets_of, card_of
from .rest import HEADERS, can_read, encoded, mapping, method

CLOCK_SKEW = timedelta(seconds=60)
LISTING_LAG = timedelta(seconds=45)
ENOUGH = timedelta(minutes=2)
"""How far lists lag is not published; a post that is not listed after two minutes and several looks is absent."""
PAGE, MOST_PAGES = 50, 4
_POST = re.compile(r"urn:li:(?:share|ugcPost):\d+")


def permalink(urn: str) -> str:
    """Where people see the post."""
    return f"https://www.linkedin.com/feed/update/{urn}/"


def find_post(job: Job) -> Finding:
    """Adopt the one post that is ours."""
    return _find_listed(job) if can_read(job.account) else _find_unseen(job)


def _find_listed(job: Job) -> Finding:
    found = [str(post["id"]) for post in _listed(job) if _is_ours(job, post)]
    if len(found) > 1:
        return Unsure("Several posts on LinkedIn look like this one. Open the page and decide.")
    if found:
        return Live(found[0], permalink(found[0]))
    if not job.facts.get("first_sent"):
        return Stay({"first_sent": _first_sent(job).isoformat()}, LISTING_LAG, note="not listed yet")
    if job.now - (job.sent_at or job.now) < ENOUGH:
        return Stay(wait=LISTING_LAG, note="not listed yet")
    return None


def _find_unseen(job: Job) -> Finding:
    if job.content.media:
        return Unsure("LinkedIn does not show us a member's posts. Open the profile and decide.")
    if not job.facts.get("first_sent"):
        return Stay(
            {"first_sent": _first_sent(job).isoformat()}, LISTING_LAG, note="giving the first try time"
        )
    if (job.sent_at or job.now) > _first_sent(job):
        return Unsure("This post was sent twice and LinkedIn answered neither. Open the profile and decide.")
    return None


def adopt_duplicate(job: Job, error: PlatformError) -> Live | None:
    """The post that LinkedIn names as the first of its kind, if it is one that we were in doubt about.

    The message is not asked what went wrong, only which post it names.
    """
    found = _POST.search(error.raw)
    if found is None or not job.facts.get("first_sent") or found[0] in job.taken:
        return None
    at = _made_at(job, found[0])
    if at is None or not _first_sent(job) - CLOCK_SKEW <= at <= job.now + CLOCK_SKEW:
        return None
    return Live(found[0], permalink(found[0]))


def _made_at(job: Job, urn: str) -> datetime | None:
    """When the post was made, ``None`` for a ghost. Ids begin with the time in milliseconds."""
    if not can_read(job.account):
        return _moment(int(urn.rsplit(":", 1)[-1]) >> 22)
    answer = job.api.get(f"rest/posts/{encoded(urn)}", headers=HEADERS, expect=(404,))
    return _moment(mapping(answer.body).get("createdAt")) if answer.status != 404 else None


def _moment(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _first_sent(job: Job) -> datetime:
    kept = job.facts.get("first_sent")
    return datetime.fromisoformat(kept) if kept else (job.sent_at or job.now)


def _listed(job: Job) -> Iterator[Mapping[str, Any]]:
    """The account's posts since the first try, newest first."""
    since = _first_sent(job) - CLOCK_SKEW
    params = {"q": "author", "author": job.account.external_id, "count": PAGE, "sortBy": "CREATED"}
    for page in range(MOST_PAGES):
        query = {**params, "start": page * PAGE, "viewContext": "AUTHOR"}
        body = mapping(job.api.get("rest/posts", params=query, headers=method("FINDER")).body)
        elements = [item for item in body.get("elements") or () if isinstance(item, Mapping)]
        young = [item for item in elements if (_moment(item.get("createdAt")) or since) >= since]
        yield from (item for item in young if item.get("id") and str(item["id"]) not in job.taken)
        if len(young) < PAGE:
            return


def _is_ours(job: Job, post: Mapping[str, Any]) -> bool:
    content = mapping(post.get("content"))
    images = mapping(content.get("multiImage")).get("images") or [mapping(content.get("media"))]
    theirs = [str(item["id"]) for item in images if isinstance(item, Mapping) and item.get("id")]
    ours = assets_of(job)
    if ours or theirs:
        return ours == theirs
    article = mapping(content.get("article"))
    if card_of(job):
        return card_of(job) == [article.get("thumbnail")]
    source = str(article.get("source") or "")
    same_link = source.rstrip("/") == job.content.link.rstrip("/")
    return same_link and plain(str(post.get("commentary") or "")) == plain(escape(job.content.text))
