"""Making posts, one a turn (https://docs.x.com/x-api/posts/create-post, read 2026-08).

X has no idempotency key. Facts: ``posts`` are the parts that are live, ``first_sent`` when the part in question was
first tried, ``refused`` how often X called it a duplicate.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Held, Job, Live, Outcome, Stay, Step, partly
from socialhub.platforms.values import Account, Kind

from .finding import find_post, look, permalink
from .media import (
    await_media,
    close_upload,
    data_of,
    describe_media,
    forget_uploads,
    has_expired,
    open_upload,
    send_chunks,
    uploads_of,
)
from .options import EVERYONE

MOST_REFUSALS = 4
LISTING_LAG = timedelta(seconds=30)


def post(job: Job) -> Outcome:
    """Publish the next part, in reply to the part before it."""
    index, count = len(job.facts.get("posts", ())), len(job.content.posts)
    if has_expired(job, index):
        return forget_uploads(job)
    try:
        answer = job.api.post("2/tweets", json_body=body_of(job, index))
    except PlatformError as error:
        if error.kind is Fault.DUPLICATE:
            return _refused_as_duplicate(job, index)
        return partly(error, done=index, count=count)
    post_id = str(data_of(answer.body).get("id") or "")
    if not post_id:
        raise answer.lacks("data.id")
    return settle(job, post_id)


def settle(job: Job, post_id: str) -> Live | Stay:
    """Note a part that is live; the next one is the next turn."""
    posts = [*job.facts.get("posts", ()), post_id]
    facts = {"posts": posts, "first_sent": "", "refused": 0}
    done, count = len(posts), len(job.content.posts)
    if done < count:
        return Stay(facts, progress=done / count, note=f"{done} of {count} posts are live")
    return Live(posts[0], permalink(job.account, posts[0]), facts)


def _refused_as_duplicate(job: Job, index: int) -> Outcome:
    """X refused this try, so an earlier one of ours may be live although no list shows it yet.

    A refusal is no doubt: nothing was published by it, so trying again is safe.
    """
    found = look(job, index)
    if len(found) == 1:
        return settle(job, found[0])
    refused = int(job.facts.get("refused", 0)) + 1
    if refused < MOST_REFUSALS:
        return Stay(
            {"refused": refused}, wait=LISTING_LAG, note="X calls it a duplicate; looking for the first"
        )
    live = f" {index} of {len(job.content.posts)} posts of the thread are live." if index else ""
    return Held(
        "X refuses this text because the account posted the same one already. Change the text and try again."
        + live,
        {"refused": 0},
    )


def body_of(job: Job, index: int) -> dict[str, Any]:
    """What is sent for one part; X refuses any field that it does not know."""
    part, options = job.content.posts[index], job.options
    body: dict[str, Any] = {"text": part.text}
    if part.media:
        body["media"] = {"media_ids": [upload["id"] for upload in uploads_of(job, index)]}
    elif options.get("poll_options"):
        body["poll"] = {
            "options": list(options["poll_options"]),
            "duration_minutes": int(options["poll_minutes"]),
        }
    if index:
        body["reply"] = {"in_reply_to_tweet_id": job.facts["posts"][index - 1]}
    elif job.about is not None:
        body["reply"] = {"in_reply_to_tweet_id": job.about.id}
    if options.get("reply_settings", EVERYONE) != EVERYONE and not index:
        body["reply_settings"] = options["reply_settings"]
    if options.get("community"):
        body["community_id"] = str(options["community"]).strip()
        body["share_with_followers"] = bool(options.get("share_with_followers"))
    for name in ("made_with_ai", "paid_partnership"):
        if options.get(name):
            body[name] = True
    return body


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a post; one that is gone already is as good as deleted. Replies to it stay."""
    api.delete(f"2/tweets/{post_id}", expect=(404,))


UPLOADS = (
    Step("open_upload", open_upload, label="Announce the files"),
    Step("send_chunks", send_chunks, deadline=timedelta(hours=12), label="Send the files"),
    Step("close_upload", close_upload, label="Close the uploads"),
    Step("await_media", await_media, deadline=timedelta(hours=2), label="Wait for X to process them"),
    Step("describe_media", describe_media, label="Set the alternative texts"),
)
POST = Step("post", post, find=find_post, deadline=timedelta(hours=2), label="Post")
WORDS, FILES = Flow((POST,)), Flow((*UPLOADS, POST))
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.IMAGE: FILES,
        Kind.GALLERY: FILES,
        Kind.VIDEO: FILES,
        Kind.THREAD: FILES,
    },
    refuses_twins=True,
    delete=delete,
    posts_of=lambda facts: tuple(facts.get("posts", ())),
    left_out={
        Kind.LINK: "X makes the card of an address by itself: write it into the text.",
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "The platform has none.",
        Kind.DOCUMENT: "The platform has none.",
    },
    link=re.compile(r"https://(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/]+/status/(?P<id>\d+)"),
)
