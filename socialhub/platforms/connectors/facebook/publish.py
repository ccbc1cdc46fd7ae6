"""The flows of a Page's posts, and their links
(https://developers.facebook.com/docs/pages-api/posts, read 2026-06).
"""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.connector import Publishing
from socialhub.platforms.connectors._graph.comments import comment_step
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Job, Live, Outcome, Stay, Step
from socialhub.platforms.values import Kind

from .editing import delete, edit
from .finding import find_post, find_story, find_video, listed_stories
from .posts import create_post, publish_photo_story, upload_photos
from .videos import await_video, finish_video, has_video, open_upload, send_video, set_cover

SITE = "https://www.facebook.com"
LINK_WAIT = timedelta(seconds=20)


def publish_story(job: Job) -> Outcome:
    """Make the picture or the video a story."""
    if has_video(job):
        return await_video(job) if job.facts.get("finished") else finish_video(job)
    post_id = publish_photo_story(job)
    return Live(post_id, facts={"post_id": post_id})


def read_permalink(job: Job) -> Outcome:
    """Ask for the link in a turn of its own: if it fails, the post is live all the same."""
    post_id = str(job.facts["post_id"])
    if job.facts.get("permalink"):
        return Live(post_id, job.facts["permalink"])
    try:
        link = _story_link(job, post_id) if job.content.kind is Kind.STORY else _post_link(job, post_id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:  # known to pass: the post is not readable everywhere at once
            raise
        link = ""
    if not link:
        return Stay(wait=LINK_WAIT, note="waiting for the link")
    return Live(post_id, link, {"permalink": link})


def _post_link(job: Job, post_id: str) -> str:
    body = job.api.get(post_id, params={"fields": "permalink_url"}).body
    link = str((body or {}).get("permalink_url") or "")
    # Videos tell the path alone.
    return f"{SITE}{link}" if link.startswith("/") else link


def _story_link(job: Job, post_id: str) -> str:
    lines = (line for line in listed_stories(job) if str(line.get("post_id")) == post_id)
    return next((str(line.get("url") or "") for line in lines), "")


PHOTOS = Step("upload_photos", upload_photos, label="Send the pictures")
POST = Step("create_post", create_post, find=find_post, label="Publish")
OPEN = Step("open_upload", open_upload, label="Announce the video")
SEND = Step("send_video", send_video, deadline=timedelta(hours=6), label="Send the video")
FINISH = Step(
    "finish_video", finish_video, find=find_video, deadline=timedelta(hours=1), label="Publish the video"
)
STORY = Step("publish_story", publish_story, find=find_story, label="Publish the story")
LINK = Step("read_permalink", read_permalink, deadline=timedelta(minutes=10), label="Read the link")
COVER = Step("set_cover", set_cover, deadline=timedelta(minutes=10), label="Set the cover")
COMMENT = comment_step("message")

WORDS = Flow((POST,), after=(LINK, COMMENT))
PICTURES = Flow((PHOTOS, POST), after=(LINK, COMMENT))
VIDEO = Flow((OPEN, SEND, FINISH), after=(COVER, LINK, COMMENT))
publishing = Publishing(
    flows={
        Kind.TEXT: WORDS,
        Kind.LINK: WORDS,
        Kind.IMAGE: PICTURES,
        Kind.GALLERY: PICTURES,
        Kind.VIDEO: VIDEO,
        Kind.SHORT: VIDEO,
        Kind.STORY: Flow((PHOTOS, OPEN, SEND, STORY), after=(LINK,)),
    },
    refuses_twins=True,
    delete=delete,
    edit=edit,
    edit_options=frozenset({"title"}),
    left_out={
        Kind.DOCUMENT: "The API for Pages takes none.",
        Kind.THREAD: "The platform has none.",
    },
    link=re.compile(r"https://(?:\w+\.)?(?:facebook\.com|fb\.watch|fb\.com)/[^/?]"),
)
