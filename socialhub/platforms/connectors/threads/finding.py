"""Whether a container that we may have published is live.

The container says *that* it was published, never as which post: the lists of posts and replies say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.connectors._graph.finding import (
    CLOCK_SKEW,
    PATIENCE,
    first_sent,
    next_look,
    plain,
    waited,
)
from socialhub.platforms.flow import Back, Finding, Job, Live, Stay, Unsure

from .containers import answered, forget, made_of, read_status

FIELDS = "id,permalink,text,media_type,timestamp,replied_to"
PAGE = 25
SETTLED = timedelta(minutes=2)
"""A container that still reads FINISHED, and lists that deny the post, are believed from then on."""


def find_published(job: Job) -> Finding:
    """Adopt the one post that fits; never the newest blindly, it may be one that a person made in the app."""
    index = len(job.facts.get("posts", ()))
    made = made_of(job, index)
    if not made["ready"]:
        return None  # only a finished container is ever sent
    state, _ = read_status(job, made["id"])
    first = first_sent(job)
    kept = {"first_sent": first.isoformat()}
    fitting = [str(post["id"]) for post in _listed(job, index, first) if _is_ours(job, index, post, first)]
    if len(fitting) > 1:
        return Unsure("Several posts on Threads look like this one. Open the profile and decide.")
    # Without words only the container speaks for a post.
    if fitting and (state == "PUBLISHED" or job.content.posts[index].text.strip()):
        return found(job, fitting[0])
    if state == "PUBLISHED":
        if waited(job) < PATIENCE:
            return Stay(kept, next_look(job), note="live; looking for its link")
        return Unsure("Threads says that it is live, but lists no post that fits. Open the profile.", kept)
    if state == "IN_PROGRESS" or waited(job) < SETTLED:
        return Stay(kept, next_look(job), note="asking Threads whether it is live")
    return None if state == "FINISHED" else Back("publish", forget(job, index), note="preparing it anew")


def found(job: Job, post_id: str) -> Live | Back:
    """A part that turned out to be live."""
    posts = [*job.facts.get("posts", ()), post_id]
    facts = {"posts": posts, "first_sent": ""}
    if len(posts) < len(job.content.posts):
        return Back("publish", facts, note=f"post {len(posts)} is live")
    return Live(posts[0], facts=facts)


def _listed(job: Job, index: int, first: datetime) -> Iterator[Mapping[str, Any]]:
    edge = "replies" if answered(job, index) else "threads"
    params = {"fields": FIELDS, "since": int((first - CLOCK_SKEW).timestamp()), "limit": PAGE}
    body = job.api.get(f"{job.account.external_id}/{edge}", params=params).body
    known = {*job.taken, *job.facts.get("posts", ())}
    for post in (body or {}).get("data") or ():
        if isinstance(post, Mapping) and str(post.get("id")) not in known:
            yield post


def _is_ours(job: Job, index: int, post: Mapping[str, Any], first: datetime) -> bool:
    part = job.content.posts[index]
    try:
        made = datetime.fromisoformat(str(post.get("timestamp")))
    except ValueError:
        return False
    above = str((post.get("replied_to") or {}).get("id") or "")
    if above and answered(job, index) not in ("", above):
        return False
    kind = "TEXT_POST"
    if part.media:
        kind = "VIDEO" if part.media[0].is_video else "IMAGE"
        kind = "CAROUSEL_ALBUM" if len(part.media) > 1 else kind
    return (
        made >= first - CLOCK_SKEW
        and post.get("media_type") == kind
        and plain(str(post.get("text") or "")) == plain(part.text)
    )
