"""Instagram's own errors beside those of the Graph API, theirs → ours
(https://developers.facebook.com/docs/instagram-graph-api/reference/error-codes, read 2026-06).
"""

from __future__ import annotations

import re
from datetime import timedelta

from socialhub.platforms.connectors._graph.errors import COMMON, TEMPORARY, read
from socialhub.platforms.errors import ErrorTable, Fault, Meaning, PlatformError

BAD_REQUEST = Meaning(Fault.INVALID_REQUEST, "Instagram refused the post as it is. Change it and try again.")
BEFORE_SWITCH = "2108006"
"""Seen by others (https://github.com/airbytehq/airbyte/issues/1814); in no table of the documentation."""
EXPIRED = Meaning(Fault.INVALID_REQUEST, "What we prepared on Instagram has expired. Try again.")
BAD_VIDEO = Meaning(
    Fault.INVALID_MEDIA,
    "Instagram cannot use this video. Convert it to MP4 with H.264 and AAC, then try again.",
)

errors = ErrorTable(
    read=read,
    codes={
        **COMMON,
        BEFORE_SWITCH: Meaning(
            Fault.INVALID_REQUEST, "The post is older than the account's time as a professional one."
        ),
        "2207001": TEMPORARY,
        "2207003": Meaning(
            Fault.TIMEOUT, "Instagram could not fetch the file in time. We try again by ourselves."
        ),
        "2207004": Meaning(Fault.INVALID_MEDIA, "The picture is too large for Instagram: at most 8 MB."),
        "2207005": Meaning(Fault.INVALID_MEDIA, "Instagram takes pictures as JPEG only."),
        "2207006": Meaning(Fault.NOT_FOUND, "Instagram does not find this, or the account may not see it."),
        "2207008": Meaning(
            Fault.SERVER_ERROR,
            "Instagram does not see yet what we prepared. We try again by ourselves.",
            wait=timedelta(seconds=60),
        ),
        "2207009": Meaning(
            Fault.INVALID_MEDIA, "The picture is too tall or too wide for Instagram: between 4:5 and 1.91:1."
        ),
        "2207010": Meaning(
            Fault.INVALID_REQUEST,
            "The caption is too long, or has more than 30 hashtags or 20 mentions.",
        ),
        "2207020": EXPIRED,
        "2207023": BAD_REQUEST,
        "2207026": BAD_VIDEO,
        "2207027": Meaning(
            Fault.SERVER_ERROR,
            "Instagram still works on the file. We try again by ourselves.",
            wait=timedelta(seconds=30),
        ),
        "2207028": Meaning(Fault.INVALID_REQUEST, "A carousel needs 2 to 10 pictures or videos."),
        "2207032": TEMPORARY,
        **dict.fromkeys(("2207035", "2207036", "2207037"), BAD_REQUEST),
        "2207040": Meaning(Fault.INVALID_REQUEST, "A post can tag at most 20 people."),
        # Rolling, so the least wait is a guess; "code 9" is no call limit.
        "2207042": Meaning(
            Fault.QUOTA_EXCEEDED,
            "Instagram's limit of posts in 24 hours is reached for this account.",
            wait=timedelta(hours=1),
        ),
        "2207050": Meaning(
            Fault.POLICY, "Instagram has restricted this account. Open the app: it will say what it wants."
        ),
        # Seen on posts that did go live, so never taken for a refusal.
        "2207051": Meaning(
            Fault.POLICY,
            "Instagram blocked this action as it looks like spam. Open the app to see why.",
            ambiguous=True,
        ),
        "2207052": Meaning(
            Fault.INVALID_MEDIA,
            "Instagram could not fetch the file from this hub. Is its public address reachable from outside?",
            retryable=True,
        ),
        "2207053": TEMPORARY,
        "2207057": Meaning(Fault.INVALID_REQUEST, "The cover lies outside the video."),
        "2207085": TEMPORARY,
        "2534022": Meaning(
            Fault.POLICY, "Instagram takes answers only within 24 hours of the person's last message."
        ),
        "login/400": Meaning(Fault.INVALID_REQUEST, "Instagram did not accept the login. Start again."),
        "rupload/OffsetInvalidError": TEMPORARY,
        "rupload/PartialRequestError": TEMPORARY,
        "rupload/ProcessingFailedError": BAD_VIDEO,
    },
)

_SUBCODE = re.compile(r"2207\d{3}")


def failed_container(platform: str, status: str) -> PlatformError:
    """The error inside the text ``status`` of a container that failed, which comes with HTTP 200."""
    found = _SUBCODE.search(status)
    code = found[0] if found else ""
    meaning = errors.codes.get(code, BAD_VIDEO)
    return PlatformError(
        meaning.kind,
        platform=platform,
        code=code or "container_error",
        http_status=200,
        retry_after=meaning.wait,
        raw=status[:500],
        user_message=meaning.message,
        retryable=meaning.retryable,
    )
