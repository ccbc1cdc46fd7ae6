"""Publishing a finished container, then its link and the first comment
(https://developers.facebook.com/docs/instagram-platform/content-publishing, read 2026-03).
"""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.connectors._graph.comments import comment_step
from socialhub.platforms.connectors._graph.quota import quota_step, wait_for_place
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Job, Live, Outcome, Stay, Step
from socialhub.platforms.values import Account, Kind

from .containers import (
    EXPIRED,
    WHOLE,
    await_children,
    await_container,
    create_children,
    create_container,
    start_over,
    upload_bytes,
)
from .finding import find_published
from .hosts import is_by_facebook

POST_FIELDS = "id,permalink,shortcode,media_type,media_product_type,timestamp"


def publish_container(job: Job) -> Outcome:
    """Make the post public. There is no idempotency key; the container's state is the proof afterwards."""
    form = {"creation_id": job.facts["containers"][WHOLE]["id"]}
    try:
        answer = job.api.post(f"{job.account.external_id}/media_publish", form=form)
    except PlatformError as error:
        if error.code == EXPIRED:
            return start_over(job)
        return wait_for_place(job, error)
    post_id = answer.text("id")
    return Live(post_id, facts={"post_id": post_id})


def read_permalink(job: Job) -> Outcome:
    """Ask for the link in a turn of its own: if it fails, the post is live all the same."""
    post_id = job.facts["post_id"]
    if job.facts.get("permalink"):
        return Live(post_id, job.facts["permalink"])
    try:
        answer = job.api.get(post_id, params={"fields": POST_FIELDS})
    except PlatformError as error:
        if error.kind is Fault.NOT_FOUND:  # known to pass: the post is not readable everywhere at once
            return Stay(wait=timedelta(seconds=20), note="waiting for the link")
        raise
    return Live(post_id, answer.text("permalink"), {"permalink": answer.text("permalink")})


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a post: only possible for accounts connected through Facebook Login."""
    if not is_by_facebook(account):
        raise PlatformError(
            Fault.PERMISSION,
            platform=api.platform,
            code="delete_not_offered",
            user_message="Instagram lets nobody delete this post from outside. Delete it in the Instagram app.",
        )
    try:
        api.delete(post_id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise


QUOTA_EDGE = "content_publishing_limit"
QUOTA = quota_step(QUOTA_EDGE)
UPLOAD = Step("upload_bytes", upload_bytes, deadline=timedelta(hours=6), label="Send the video")
CREATE = Step("create_container", create_container, label="Prepare the post")
AWAIT = Step("await_container", await_container, label="Wait for Instagram to process it")
PUBLISH = Step("publish_container", publish_container, find=find_published, label="Publish")
LINK = Step("read_permalink", read_permalink, deadline=timedelta(minutes=10), label="Read the link")
COMMENT = comment_step("text")

PICTURE = Flow((QUOTA, CREATE, AWAIT, PUBLISH), after=(LINK, COMMENT))
REEL = Flow((QUOTA, CREATE, UPLOAD, AWAIT, PUBLISH), after=(LINK, COMMENT))
CAROUSEL = Flow(
    (
        QUOTA,
        Step("create_children", create_children, label="Prepare the files"),
        Step("upload_children", upload_bytes, deadline=timedelta(hours=6), label="Send the videos"),
        Step("await_children", await_children, label="Wait for Instagram to process them"),
        CREATE,
        AWAIT,
        PUBLISH,
    ),
    after=(LINK, COMMENT),
)
publishing = Publishing(
    flows={
        Kind.IMAGE: PICTURE,
        Kind.GALLERY: CAROUSEL,
        Kind.VIDEO: REEL,
        Kind.SHORT: REEL,
        Kind.STORY: Flow((QUOTA, CREATE, UPLOAD, AWAIT, PUBLISH), after=(LINK,)),
    },
    delete=delete,
    pulls=True,
    left_out={
        Kind.TEXT: "Every post needs a picture or a video.",
        Kind.LINK: "Addresses in captions are no links.",
        Kind.DOCUMENT: "The platform has none.",
        Kind.THREAD: "The platform has none.",
    },
    link=re.compile(r"https://(?:www\.)?instagram\.com/(?:[^/]+/)?(?:p|reels?|tv|stories)/[^/]"),
)
