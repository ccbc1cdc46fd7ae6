"""The one flow of YouTube: open an upload, send it in ranges, wait for processing, add what belongs to the video."""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.flow import Flow, Step
from socialhub.platforms.values import Account, Kind

from .editing import CHANGEABLE, edit
from .extras import add_captions, add_to_playlist, find_in_playlist, report, set_thumbnail
from .finding import find_video
from .processing import await_processing
from .uploads import open_session, send_chunks


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a video; one that is gone already is as good as deleted."""
    api.delete("youtube/v3/videos", params={"id": post_id}, expect=(404,))


FLOW = Flow(
    (
        # Two days: a quota that is spent is full again at midnight, a channel's after 24 hours.
        Step("open_session", open_session, deadline=timedelta(days=2), label="Announce the video"),
        Step(
            "send_chunks", send_chunks, find=find_video, deadline=timedelta(hours=20), label="Send the video"
        ),
    ),
    after=(
        Step(
            "await_processing",
            await_processing,
            deadline=timedelta(days=1),
            label="Wait for YouTube to process it",
        ),
        Step("add_to_playlist", add_to_playlist, find=find_in_playlist, label="Add it to the playlist"),
        Step("add_captions", add_captions, label="Send the captions"),
        Step("set_thumbnail", set_thumbnail, label="Set the cover"),
        Step("report", report, label="Sum up"),
    ),
)
publishing = Publishing(
    flows={Kind.VIDEO: FLOW, Kind.SHORT: FLOW},
    delete=delete,
    edit=edit,
    edit_options=CHANGEABLE,
    left_out={
        Kind.TEXT: "The API has no posts of the community tab.",
        Kind.LINK: "The API has no posts of the community tab.",
        Kind.IMAGE: "The API has no posts of the community tab.",
        Kind.GALLERY: "The API has no posts of the community tab.",
        Kind.STORY: "YouTube closed its stories.",
        Kind.DOCUMENT: "The platform has none.",
        Kind.THREAD: "The platform has none.",
    },
    link=re.compile(
        r"https://(?:(?:www|m)\.)?(?:youtube\.com/(?:watch\?v=|shorts/)|youtu\.be/)(?P<id>[\w-]{11})"
    ),
)
