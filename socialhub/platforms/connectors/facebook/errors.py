"""Errors of Pages beside those of the whole Graph API, theirs → ours
(https://developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-06).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from socialhub.platforms.connectors._graph.errors import COMMON, SLOW_DOWN, TEMPORARY, read
from socialhub.platforms.errors import ErrorTable, Fault, Meaning, PlatformError

TOO_SLOW = Meaning(Fault.TIMEOUT, "Facebook took too long. We try again by ourselves.")
BAD_LINK = Meaning(Fault.INVALID_REQUEST, "Facebook cannot open the link. Check it, then try again.")
BAD_PHOTO = Meaning(Fault.INVALID_MEDIA, "Facebook cannot use this picture: JPEG or PNG of at most 10 MB.")
BAD_VIDEO = Meaning(
    Fault.INVALID_MEDIA,
    "Facebook cannot use this video. Convert it to MP4 with H.264 and AAC, then try again.",
)
BROKEN_UPLOAD = Meaning(Fault.SERVER_ERROR, "The upload broke off. We go on with it by ourselves.")
WRONG_CHUNK = "1363037"

errors = ErrorTable(
    read=read,
    codes={
        **COMMON,
        **dict.fromkeys(("-1", "-2"), TOO_SLOW),
        **dict.fromkeys(("80000", "80003", "80004", "80005", "80006", "80008", "80009", "80014"), SLOW_DOWN),
        "324": BAD_PHOTO,
        "1366046": BAD_PHOTO,
        "352": BAD_VIDEO,
        "1363024": BAD_VIDEO,
        "1363040": Meaning(
            Fault.INVALID_MEDIA, "The video is too tall or too wide for Facebook: between 9:16 and 16:9."
        ),
        "1363127": Meaning(Fault.INVALID_MEDIA, "The video is too small for Facebook: at least 540 by 960."),
        "1363128": Meaning(Fault.INVALID_MEDIA, "The video is too short or too long: 3 to 90 seconds."),
        "1363129": Meaning(Fault.INVALID_MEDIA, "Facebook wants a video of 24 to 60 frames a second."),
        **dict.fromkeys(("382", "390", "6000", "6001", WRONG_CHUNK), BROKEN_UPLOAD),
        # Says that another post reads the same, which may be this very one: see create_post.
        "506": Meaning(Fault.DUPLICATE, "Facebook refuses the same text twice in a row. Change a word."),
        "1500": BAD_LINK,
        "1609005": BAD_LINK,
        "1390008": Meaning(
            Fault.RATE_LIMIT,
            "Facebook says that this Page posts too fast. We go on later.",
            wait=timedelta(minutes=15),
        ),
        "1404112": Meaning(
            Fault.POLICY, "Facebook has limited this account for a while. Open its site to see why."
        ),
        "rupload/OffsetInvalidError": TEMPORARY,
        "rupload/PartialRequestError": TEMPORARY,
        "rupload/ProcessingFailedError": BAD_VIDEO,
    },
)


def failed_video(platform: str, phase: Any) -> PlatformError:
    """The error of a video that failed in processing, which comes with HTTP 200."""
    return PlatformError(
        BAD_VIDEO.kind,
        platform=platform,
        code="video_error",
        http_status=200,
        raw=str(phase)[:500],
        user_message=BAD_VIDEO.message,
    )
