"""YouTube's errors, theirs → ours (https://developers.google.com/youtube/v3/docs/errors and
https://developers.google.com/identity/protocols/oauth2/web-server, read 2026-09).

The ``reason`` decides, not the status: 403 is a quota, a rate, a setting of the developer project or a
permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning
from socialhub.platforms.policy import Scope

PACIFIC = "America/Los_Angeles"
"""The zone whose midnight begins a new day of quota."""
QUOTA = Meaning(
    Fault.QUOTA_EXCEEDED,
    "Today's YouTube quota of this hub's Google project is used up. It is full again at midnight Pacific time.",
    midnight=PACIFIC,
    scope=Scope.APP,
)
SLOW_DOWN = Meaning(
    Fault.RATE_LIMIT, "YouTube asks us to slow down. We go on when it allows.", wait=timedelta(minutes=2)
)
APP_SETUP = Meaning(
    Fault.INVALID_REQUEST,
    "Google does not accept the developer project of this hub. Its administrator finds the settings at Google.",
    retryable=False,
)
NO_CHANNEL = Meaning(
    Fault.PERMISSION, "This Google account has no YouTube channel. Create one on YouTube, then connect it."
)
CLOSED = Meaning(
    Fault.POLICY, "YouTube has closed or suspended this channel. Open YouTube Studio to see why."
)
NOT_ALLOWED = Meaning(
    Fault.PERMISSION, "YouTube does not permit this connection to do that. Reconnect the channel."
)
SETTING = Meaning(
    Fault.PERMISSION, "This channel may not use that setting. Choose another one and try again."
)
GONE = Meaning(Fault.NOT_FOUND, "YouTube does not find this. It may have been deleted there.")
BAD_FILE = Meaning(Fault.INVALID_MEDIA, "YouTube cannot use this file. Replace it and try again.")
RETRY = Meaning(Fault.SERVER_ERROR, "YouTube has a problem of its own. We try again by ourselves.")
EXPIRED = Meaning(Fault.TOKEN_EXPIRED)


def _metadata(what: str) -> Meaning:
    return Meaning(Fault.INVALID_REQUEST, f"YouTube does not accept {what}. Change it and try again.")


def read(body: Any) -> ErrorFacts:
    """``{"error": {"errors": [{"reason"}], "status"}}``, or the OAuth form ``{"error", "error_description"}``."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return ErrorFacts((f"oauth/{error}",), str(body.get("error_description") or ""))
    if not isinstance(error, Mapping):
        return ErrorFacts()
    items = [
        item for key in ("errors", "details") for item in error.get(key) or () if isinstance(item, Mapping)
    ]
    codes = [str(item["reason"]) for item in items if item.get("reason")]
    codes += [str(error["status"])] if error.get("status") else []
    return ErrorFacts(tuple(codes), str(error.get("message") or ""))


errors = ErrorTable(
    read=read,
    codes={
        "authError": EXPIRED,
        "expired": EXPIRED,
        "UNAUTHENTICATED": EXPIRED,
        "authorizationRequired": Meaning(Fault.INVALID_TOKEN),
        "oauth/invalid_grant": Meaning(
            Fault.REVOKED, "Google has ended this connection. Reconnect the channel."
        ),
        "oauth/invalid_client": APP_SETUP,
        "oauth/unauthorized_client": APP_SETUP,
        "oauth/deleted_client": APP_SETUP,
        "youtubeSignupRequired": NO_CHANNEL,
        "authenticatedUserNotChannel": NO_CHANNEL,
        "insufficientPermissions": NOT_ALLOWED,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT": NOT_ALLOWED,
        "accountDelegationForbidden": NOT_ALLOWED,
        "forbidden": NOT_ALLOWED,
        "quotaExceeded": QUOTA,
        "dailyLimitExceeded": QUOTA,
        "rateLimitExceeded": SLOW_DOWN,
        "userRateLimitExceeded": SLOW_DOWN,
        "uploadLimitExceeded": Meaning(
            Fault.QUOTA_EXCEEDED,
            "YouTube takes no more videos of this channel today. Try again tomorrow.",
            wait=timedelta(hours=24),
        ),
        "uploadRateLimitExceeded": Meaning(
            Fault.RATE_LIMIT, "This channel has set too many covers today.", wait=timedelta(hours=24)
        ),
        "accessNotConfigured": APP_SETUP,
        "SERVICE_DISABLED": APP_SETUP,
        "authenticatedUserAccountClosed": CLOSED,
        "authenticatedUserAccountSuspended": CLOSED,
        "channelClosed": CLOSED,
        "channelSuspended": CLOSED,
        "forbiddenPrivacySetting": SETTING,
        "forbiddenLicenseSetting": SETTING,
        "forbiddenEmbedSetting": SETTING,
        "invalidTitle": _metadata("the title: at most 100 characters, without < and >"),
        "invalidDescription": _metadata("the text: at most 5,000 bytes, without < and >"),
        "invalidTags": _metadata("the tags: together at most 500 characters, without < and >"),
        "invalidCategoryId": _metadata("the category"),
        "invalidPublishAt": _metadata("the time of publishing"),
        "invalidVideoMetadata": _metadata("the title, the text or a setting of this video"),
        "invalidFilename": _metadata("the name of the file"),
        "invalidRecordingDetails": _metadata("the day of recording"),
        "defaultLanguageNotSet": _metadata("a translation without a language of the video"),
        "invalidMetadata": _metadata("the language or the name of the captions"),
        "nameTooLong": _metadata("the name of the captions: at most 150 characters"),
        "mediaBodyRequired": BAD_FILE,
        "contentRequired": BAD_FILE,
        "invalidImage": Meaning(
            Fault.INVALID_MEDIA, "YouTube cannot use this picture as a cover. Replace it and try again."
        ),
        "captionExists": Meaning(
            Fault.DUPLICATE, "The video has captions of that language and name already."
        ),
        "playlistContainsMaximumNumberOfVideos": Meaning(
            Fault.INVALID_REQUEST, "The playlist is full. Choose another one."
        ),
        "manualSortRequired": Meaning(
            Fault.INVALID_REQUEST, "YouTube sorts this playlist by itself and takes no place in it."
        ),
        "commentsDisabled": Meaning(Fault.POLICY, "Comments are switched off for this video."),
        "ineligibleAccount": Meaning(Fault.POLICY, "YouTube does not let this account comment."),
        "commentTextTooLong": _metadata("a comment that is so long"),
        "processingFailure": Meaning(
            Fault.SERVER_ERROR, "YouTube could not take the comment. We try again by ourselves."
        ),
        "commentNotFound": GONE,
        "commentThreadNotFound": GONE,
        "videoNotFound": GONE,
        "channelNotFound": GONE,
        "playlistNotFound": GONE,
        "internalError": RETRY,
        "backendError": RETRY,
        "SERVICE_UNAVAILABLE": RETRY,
    },
    statuses={
        400: Meaning(Fault.INVALID_REQUEST, "YouTube refused the post as it is. Change it and try again."),
        401: EXPIRED,
        403: NOT_ALLOWED,
        404: GONE,
        410: GONE,
        429: SLOW_DOWN,
    },
)
