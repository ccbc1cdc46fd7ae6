"""Posting statuses, one a turn (https://docs.joinmastodon.org/methods/statuses/#create, read 2026-07).

Facts: ``keys`` the Idempotency-Key of each part, ``since`` the newest status of ours before the first part,
``posts`` the parts that are live as ``{"id": …, "url": …}``, ``missed`` how often one of them was not shown.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Flow, Go, Held, Job, Live, Outcome, Stay, Step, partly
from socialhub.platforms.values import Account, Kind

from .editing import edit
from .finding import find_status, parent_of
from .instance import Instance
from .media import await_media, media_ids, set_thumbnail, upload_media

LOOK_AGAIN = timedelta(seconds=5)
MOST_MISSES = 3
"""Reads may lag behind writes on large servers; a post that is not shown after this many looks was dropped."""
GONE = (404, 410)
LOOK_TIMEOUT = (3.0, 5.0)


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
    if index == len(job.content.posts):  # all were taken, but one was not shown
        return _shown(job, job.facts["posts"])
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
    done, count = len(posts), len(job.content.posts)
    if done < count:
        return Stay({"posts": posts}, progress=done / count, note=f"{done} of {count} posts are live")
    return _shown(job, posts)


def _shown(job: Job, posts: list[dict[str, str]]) -> Outcome:
    """Look whether the server shows what it took: a rule against spam may drop a post and answer as if it stood
    (https://github.com/mastodon/mastodon, Antispam::SilentlyDrop). Any trouble but its absence is no reason to
    doubt the good answer. Of a thread the two ends tell: what is dropped takes the rest with it.
    """
    missed = int(job.facts.get("missed", 0))
    if any(_is_missing(job, post["id"]) for post in posts[:1] + posts[1:][-1:]):
        if missed < MOST_MISSES:
            facts = {"posts": posts, "missed": missed + 1}
            return Stay(facts, LOOK_AGAIN, note="the server does not show the post yet")
        return Held(
            "The server answered that it took the post, but does not show it: a rule against spam may have"
            " dropped it. Open the profile before you post it again.",
            {"posts": posts},
        )
    return Live(posts[0]["id"], posts[0]["url"], {"posts": posts})


def _is_missing(job: Job, post_id: str) -> bool:
    try:
        answer = job.api.get(f"api/v1/statuses/{post_id}", expect=GONE, timeout=LOOK_TIMEOUT)
    except PlatformError:
        return False
    return answer.status in GONE


def body_of(job: Job, index: int) -> dict[str, Any]:
    """What is sent for one part. ``scheduled_at`` never: forks ignore it and publish at once."""
    part, options = job.content.posts[index], job.options
    body: dict[str, Any] = {"status": part.text, "visibility": visibility_of(job, index)}
    if part.media:
        body["media_ids"] = media_ids(job, index)
        body["sensitive"] = bool(options.get("sensitive"))
    if above := parent_of(job, index):
        body["in_reply_to_id"] = above
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
THUMBNAIL = Step("set_thumbnail", set_thumbnail, label="Send the picture for the video")
WORDS, FILES = Flow(POSTING), Flow(UPLOADS + POSTING)
FILM = Flow((UPLOADS[0], THUMBNAIL, UPLOADS[1], *POSTING))
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.IMAGE: FILES,
        Kind.GALLERY: FILES,
        Kind.VIDEO: FILM,
        Kind.THREAD: FILES,
    },
    delete=delete,
    edit=edit,
    edit_options=frozenset({"spoiler_text", "sensitive", "language"}),
    posts_of=lambda facts: tuple(post["id"] for post in facts.get("posts", ())),
    left_out={
        Kind.LINK: "The server makes the card of an address by itself: write it into the text.",
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "The platform has none.",
        Kind.DOCUMENT: "The platform has none.",
    },
)
