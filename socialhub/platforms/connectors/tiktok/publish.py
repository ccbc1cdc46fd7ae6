"""The two flows of TikTok: a video in chunks, photos by address."""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.connector import Publishing
from socialhub.platforms.flow import Flow, Step
from socialhub.platforms.values import Kind

from .creator import read_creator
from .photos import create_post, find_post
from .status import await_status, read_link
from .uploads import find_upload, open_upload, send_chunks

DAY = timedelta(hours=26)
"""For a free place among the posts of 24 hours."""
CREATOR = Step("read_creator", read_creator, deadline=DAY, label="Ask what the creator may choose")
STATUS = Step(
    "await_status", await_status, deadline=timedelta(hours=6), label="Wait for TikTok to process it"
)
LINK = Step("read_link", read_link, deadline=timedelta(days=2), label="Read the link")

VIDEO = Flow(
    (
        CREATOR,
        Step("open_upload", open_upload, deadline=DAY, label="Announce the video"),
        Step(
            "send_chunks", send_chunks, find=find_upload, deadline=timedelta(hours=6), label="Send the video"
        ),
        STATUS,
    ),
    after=(LINK,),
)
PHOTOS = Flow(
    (
        CREATOR,
        Step("create_post", create_post, find=find_post, deadline=DAY, label="Hand over the photos"),
        STATUS,
    ),
    after=(LINK,),
)
publishing = Publishing(
    flows={Kind.IMAGE: PHOTOS, Kind.GALLERY: PHOTOS, Kind.VIDEO: VIDEO},
    pulls=True,
    left_out={
        Kind.TEXT: "Every post needs photos or a video.",
        Kind.LINK: "Addresses in captions are no links.",
        Kind.SHORT: "Every video here is one.",
        Kind.STORY: "The API for posting takes none.",
        Kind.DOCUMENT: "The platform has none.",
        Kind.THREAD: "The platform has none.",
    },
    link=re.compile(r"https://(?:\w+\.)?tiktok\.com/(?:@[^/]+/(?:video|photo)/(?P<id>\d+)|\w+)"),
)
