"""Whether a container that we may have published is live.

The container says *that* it was published, never as which post: the list of posts says which. A flag that still
reads FINISHED may lag behind, so both must deny before the same container is published again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from socialhub.platforms.connectors._graph.finding import CLOCK_SKEW, LAG, LOOK, PATIENCE, first_sent, plain
from socialhub.platforms.flow import Finding, Job, Live, Stay, Unsure
from socialhub.platforms.values import Kind

from .containers import WHOLE, read_status, start_over

FIELDS = "id,caption,permalink,shortcode,timestamp,media_type,media_product_type"
PAGE = 25
PRODUCTS = {Kind.STORY: "STORY", Kind.VIDEO: "REELS", Kind.SHORT: "REELS"}


def find_published(job: Job) -> Finding:
    """Adopt the one post that fits; never the newest blindly, it may be one that a person made in the app."""
    first = first_sent(job)
    waited = job.now - (job.sent_at or job.now)
    state, _ = read_status(job, job.facts["containers"][WHOLE]["id"])
    fitting = [post for post in _listed(job) if _is_ours(job, post, first)]
    if len(fitting) > 1:
        return Unsure("Several posts on Instagram look like this one. Open the profile and decide.")
    # Without a caption only the container's word speaks for a post, and the list must have settled.
    has_proof = bool(job.content.text.strip()) and job.content.kind is not Kind.STORY
    if fitting and (has_proof or (state == "PUBLISHED" and waited >= LAG)):
        return _found(fitting[0])
    kept = {"first_sent": first.isoformat()}
    if state == "PUBLISHED":
        if waited < PATIENCE:
            return Stay(kept, wait=max(LOOK, LAG - waited), note="live; looking for its link")
        return Unsure("Instagram says that it is live, but shows no post that fits. Open the profile.", kept)
    if state == "IN_PROGRESS" or waited < LAG:
        return Stay(kept, wait=max(LOOK, LAG - waited), note="asking Instagram whether it is live")
    if fitting:
        return Unsure("A post on Instagram may be this one. Open the profile and decide.", kept)
    return start_over(job) if state in {"ERROR", "EXPIRED"} else None


def _found(post: Mapping[str, Any]) -> Live:
    post_id, link = str(post["id"]), str(post.get("permalink") or "")
    return Live(post_id, link, {"post_id": post_id, "permalink": link})


def _listed(job: Job) -> Iterator[Mapping[str, Any]]:
    edge = "stories" if job.content.kind is Kind.STORY else "media"
    path = f"{job.account.external_id}/{edge}"
    body = job.api.get(path, params={"fields": FIELDS, "limit": PAGE}).body
    for post in (body or {}).get("data") or ():
        if isinstance(post, Mapping) and str(post.get("id")) not in job.taken:
            yield post


def _is_ours(job: Job, post: Mapping[str, Any], first: datetime) -> bool:
    try:
        made = datetime.fromisoformat(str(post.get("timestamp")))
    except ValueError:
        return False
    caption = "" if job.content.kind is Kind.STORY else job.content.text
    return (
        made >= first - CLOCK_SKEW
        and post.get("media_product_type") == PRODUCTS.get(job.content.kind, "FEED")
        and plain(str(post.get("caption") or "")) == plain(caption)
    )
