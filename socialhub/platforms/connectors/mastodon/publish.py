"""Posting statuses, one a turn (https://docs.joinmastodon.org/methods/statuses/#create, read 2026-07).

Facts: ``keys`` the Idempotency-Key of each part, ``since`` the newest status of ours before the first part,
``posts`` the parts that are live as ``{"id": …, "url": …}``.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Flow, Go, Job, Live, Outcome, Stay, Step, partly
from socialhub.platforms.values import Account, Kind

from .finding import find_status
from .instance import Instance
from .media import await_media, media_ids, upload_media


def prepare_status(job: Job) -> Outcome:
    """Fix what makes a repeat recognisable before anything is sent.

    The keys are random, never made from the content: Pleroma looks them up without asking whose they are.
    """
    path = f"api/v1/accounts/{job.account.external_id}/statuses"
    newest = job.api.get(path, params={"limit": 1}).body
    last = str(newest[0]["id"]) if isinstance(newest, list) and newest else ""
    return Go({"keys": [str(uuid.uuid4()) for _ in job.content.posts], "since": last, "posts": []})


def post_status(job: Job) -> Outcome:
    """Publish the next part; the same key within the hour gives the same status."""
    index = len(job.facts["posts"])
    headers = {}
    if Instance.of(job.account).is_mastodon:
        # Others ignore the key, or (Pleroma) replay a refusal for as long as they remember it.
        headers["Idempotency-Key"] = job.facts["keys"][index]
    try:
        answer = job.api.post("api/v1/statuses", json_body=body_of(job, index), headers=headers)
    except PlatformError as error:
        return partly(error, done=index, count=len(job.content.posts))
    url = answer.body.get("url") or answer.body.get("uri") or ""
    posts = [*job.facts["posts"], {"id": answer.text("id"), "url": str(url)}]
    facts = {"posts": posts}
    done, count = len(posts), len(job.content.posts)
    if done < count:
        return Stay(facts, progress=done / count, note=f"{done} of {count} posts are live")
    return Live(posts[0]["id"], posts[0]["url"], facts)


def body_of(job: Job, index: int) -> dict[str, Any]:
    """What is sent for one part. ``scheduled_at`` never: forks ignore it and publish at once."""
    part, options = job.content.posts[index], job.options
    body: dict[str, Any] = {"status": part.text, "visibility": visibility_of(job, index)}
    if part.media:
        body["media_ids"] = media_ids(job, index)
        body["sensitive"] = bool(options.get("sensitive"))
    if index:
        body["in_reply_to_id"] = job.facts["posts"][index - 1]["id"]
    for name in ("spoiler_text", "language"):
        if options.get(name):
            body[name] = options[name]
    if options.get("poll_options") and not part.media:
        body["poll"] = {
            "options": list(options["poll_options"]),
            "expires_in": int(options["poll_seconds"]),
            "multiple": bool(options.get("poll_multiple")),
        }
    return body


def visibility_of(job: Job, index: int) -> str:
    """Public threads fill timelines: all but the first part are unlisted unless a person wants it."""
    chosen = str(job.options.get("visibility", "public"))
    return "unlisted" if index and chosen == "public" and job.options.get("quiet_replies") else chosen


def delete(api: Api, account: Account, post_id: str) -> None:
    """Take a status down; one that is gone already is as good as deleted."""
    api.delete(f"api/v1/statuses/{post_id}", expect=(404,))


UPLOADS = (
    Step("upload_media", upload_media, deadline=timedelta(hours=6), label="Send the files"),
    Step("await_media", await_media, label="Wait for the server to process them"),
)
POSTING = (
    Step("prepare_status", prepare_status, label="Note our newest post"),
    Step("post_status", post_status, find=find_status, label="Post"),
)
WORDS, FILES = Flow(POSTING), Flow(UPLOADS + POSTING)
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.IMAGE: FILES,
        Kind.GALLERY: FILES,
        Kind.VIDEO: FILES,
        Kind.THREAD: FILES,
    },
    delete=delete,
    posts_of=lambda facts: tuple(post["id"] for post in facts.get("posts", ())),
)
