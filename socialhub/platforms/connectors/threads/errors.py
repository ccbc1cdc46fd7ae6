"""Threads' own errors beside those of the Graph API, theirs → ours
(https://developers.facebook.com/docs/threads/troubleshooting, read 2026-06).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from socialhub.platforms.connectors._graph.errors import COMMON, TEMPORARY, read as read_common
from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning, PlatformError

BAD_FILE = Meaning(
    Fault.INVALID_MEDIA,
    "Threads cannot use this file. Pictures must be JPEG or PNG, videos MP4 with H.264 and AAC.",
)
NOT_FETCHED = Meaning(
    Fault.INVALID_MEDIA,
    "Threads could not fetch the file from this hub. Is its public address reachable from outside?",
    retryable=True,
)

NOT_FOR_THIS_PROFILE = "THREADS_API__FEATURE_NOT_AVAILABLE"
SYMBOL = re.compile(r"THREADS_API__[A-Z_]+")


def read(body: Any) -> ErrorFacts:
    """As on the whole Graph API; Threads' own symbols, wherever in the error they stand, say more than the code."""
    facts = read_common(body)
    error = body.get("error") if isinstance(body, Mapping) else None
    texts = error.values() if isinstance(error, Mapping) else ()
    found = [symbol for text in texts if isinstance(text, str) for symbol in SYMBOL.findall(text)]
    return replace(facts, codes=(*dict.fromkeys(found), *facts.codes))


errors = ErrorTable(
    read=read,
    codes={
        **COMMON,
        NOT_FOR_THIS_PROFILE: Meaning(
            Fault.PERMISSION, "Threads offers this only to profiles that an Instagram account is linked to."
        ),
        # Also for a container that is finished but not known everywhere yet; never answered to what was published.
        "4279009": Meaning(
            Fault.SERVER_ERROR,
            "Threads does not see yet what we prepared. We try again by ourselves.",
            wait=timedelta(seconds=10),
        ),
        "4279013": Meaning(
            Fault.POLICY, "Threads has restricted this account. Open the app: it will say what it wants."
        ),
        # Rolling, so the least wait is a guess.
        "2207042": Meaning(
            Fault.QUOTA_EXCEEDED,
            "The limit of 250 posts in 24 hours is reached for this profile.",
            wait=timedelta(hours=1),
        ),
        "2207051": Meaning(
            Fault.POLICY,
            "Threads blocked this action as it looks like spam. Open the app to see why.",
            ambiguous=True,
        ),
        "2207003": TEMPORARY,
        "2207052": NOT_FETCHED,
        "login/400": Meaning(Fault.INVALID_REQUEST, "Threads did not accept the login. Start again."),
    },
)
FAILURES = {
    "FAILED_DOWNLOADING_VIDEO": NOT_FETCHED,
    "FAILED_PROCESSING_AUDIO": BAD_FILE,
    "FAILED_PROCESSING_VIDEO": BAD_FILE,
    # Their spelling; the right one may come some day.
    "INVALID_ASPEC_RATIO": Meaning(Fault.INVALID_MEDIA, "The file is too tall or too wide for Threads."),
    "INVALID_ASPECT_RATIO": Meaning(Fault.INVALID_MEDIA, "The file is too tall or too wide for Threads."),
    "INVALID_BIT_RATE": Meaning(Fault.INVALID_MEDIA, "The bit rate of the video is too high for Threads."),
    "INVALID_DURATION": Meaning(Fault.INVALID_MEDIA, "Threads takes videos of at most five minutes."),
    "INVALID_FRAME_RATE": Meaning(Fault.INVALID_MEDIA, "Threads wants a video of 23 to 60 frames a second."),
    "INVALID_AUDIO_CHANNELS": Meaning(Fault.INVALID_MEDIA, "Threads takes mono or stereo sound only."),
    "INVALID_AUDIO_CHANNEL_LAYOUT": Meaning(Fault.INVALID_MEDIA, "Threads takes mono or stereo sound only."),
}
_WORD = re.compile(r"[A-Z_]{5,}")


def failed_container(platform: str, message: str) -> PlatformError:
    """The error of a container that failed, which comes with HTTP 200 and a word in ``error_message``."""
    found = _WORD.search(message)
    meaning = FAILURES.get(found[0], BAD_FILE) if found else BAD_FILE
    return PlatformError(
        meaning.kind,
        platform=platform,
        code=found[0] if found else "container_error",
        http_status=200,
        raw=message[:500],
        user_message=meaning.message,
        retryable=False,
    )
