"""The first comment under our own post
(https://developers.facebook.com/docs/graph-api/reference/object/comments, read 2026-06).
"""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.flow import Finding, Go, Job, Outcome, Stay, Step

from .finding import plain

LAG = timedelta(seconds=60)
PAGE = 50


def comment_step(text_field: str) -> Step:
    """The step, for a platform that gives back the text of comments in ``text_field``."""

    def find_comment(job: Job) -> Finding:
        """Look for the comment among those of the post."""
        if not job.content.first_comment:
            return None
        params = {"fields": f"id,{text_field}", "limit": PAGE}
        body = job.api.get(f"{job.facts['post_id']}/comments", params=params).body
        wanted = plain(job.content.first_comment)
        for comment in (body or {}).get("data") or ():
            if plain(str(comment.get(text_field) or "")) == wanted:
                return Go({"comment_id": str(comment["id"])})
        waited = job.now - (job.sent_at or job.now)
        return Stay(wait=LAG - waited, note="not listed yet") if waited < LAG else None

    return Step("first_comment", first_comment, find=find_comment, label="Post the first comment")


def first_comment(job: Job) -> Outcome:
    """Comment under our own post, if a person wrote one. Needs ``post_id`` among the facts."""
    if not job.content.first_comment:
        return Go()
    answer = job.api.post(f"{job.facts['post_id']}/comments", form={"message": job.content.first_comment})
    return Go({"comment_id": answer.text("id")})
