"""Publishing finished containers, the next part of a thread in reply to the one before; links; deletion
(https://developers.facebook.com/docs/threads/posts, read 2026-06).

Facts: ``posts`` are the ids of the parts that are live.
"""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.connectors._graph.quota import quota_step, wait_for_place
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Go, Job, Live, Outcome, Stay, Step, partly
from socialhub.platforms.values import Account, Kind

from . import containers
from .finding import find_published


def prepare(job: Job) -> Outcome:
    """Everything up to a finished container of the first part."""
    return containers.prepare(job, 0) or Go()


def publish(job: Job) -> Outcome:
    """Publish the next part. Later ones are prepared here too, as they name the post that they answer.

    A turn either prepares or publishes, so what is sent was finished in an earlier turn.
    """
    posts, count = list(job.facts.get("posts", ())), len(job.content.posts)
    index = len(posts)
    try:
        waiting = containers.prepare(job, index)
        if waiting is not None:
            return waiting
        form = {"creation_id": containers.made_of(job, index)["id"]}
        posts.append(job.api.post(f"{job.account.external_id}/threads_publish", form=form).text("id"))
    except PlatformError as error:
        # Answers and later parts, which are answers too, have a quota of their own.
        is_answer = index > 0 or job.about is not None
        return partly(error, done=index, count=count) if is_answer else wait_for_place(job, error)
    facts = {"posts": posts, "first_sent": ""}
    if len(posts) < count:
        return Stay(facts, progress=len(posts) / count, note=f"{len(posts)} of {count} posts are live")
    return Live(posts[0], facts=facts)


def read_permalink(job: Job) -> Outcome:
    """Ask for the link in a turn of its own: if it fails, the post is live all the same."""
    post_id = str(job.facts["posts"][0])
    try:
        answer = job.api.get(post_id, params={"fields": "permalink"})
    except PlatformError as error:
        if error.kind is Fault.NOT_FOUND:  # known to pass: the post is not readable everywhere at once
            return Stay(wait=timedelta(seconds=20), note="waiting for the link")
        raise
    return Live(post_id, answer.text("permalink"))


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a post: 100 a day and profile. Answers to it stay."""
    try:
        api.delete(post_id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise


QUOTA_EDGE = "threads_publishing_limit"
FLOW = Flow(
    (
        quota_step(QUOTA_EDGE),
        Step("prepare", prepare, deadline=timedelta(hours=2), label="Prepare the post"),
        Step("publish", publish, find=find_published, deadline=timedelta(hours=2), label="Publish"),
    ),
    after=(Step("read_permalink", read_permalink, deadline=timedelta(minutes=10), label="Read the link"),),
)
publishing = Publishing(
    flows=dict.fromkeys((Kind.TEXT, Kind.LINK, Kind.IMAGE, Kind.GALLERY, Kind.VIDEO, Kind.THREAD), FLOW),
    delete=delete,
    posts_of=lambda facts: tuple(facts.get("posts", ())),
    pulls=True,
    left_out={
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "The platform has none.",
        Kind.DOCUMENT: "The platform has none.",
    },
    link=re.compile(r"https://(?:www\.)?threads\.(?:com|net)/@[^/]+/post/\w+"),
)
