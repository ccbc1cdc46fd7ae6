"""How YouTube refuses: its reasons with status, domain and words (https://developers.google.com/youtube/v3/docs/errors)."""

from __future__ import annotations

from socialhub.platforms.sandbox.simulator import RefusalError

NAMED: dict[str, tuple[int, str, str]] = {
    "authError": (401, "global", "Invalid Credentials"),
    "expired": (401, "global", "Access token expired."),
    "authorizationRequired": (401, "youtube.common", "The request uses the mine parameter but is not authorized."),
    "youtubeSignupRequired": (401, "youtube.header", "Unauthorized"),
    "insufficientPermissions": (403, "global", "Request had insufficient authentication scopes."),
    "quotaExceeded": (403, "youtube.quota", "The request cannot be completed because you have exceeded your quota."),
    "dailyLimitExceeded": (403, "usageLimits", "Daily Limit Exceeded"),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "uploadRateLimitExceeded": (429, "youtube.thumbnail", "The channel has uploaded too many thumbnails recently."),
    "uploadLimitExceeded": (400, "youtube.video", "The user has exceeded the number of videos they may upload."),
    "accessNotConfigured": (403, "usageLimits", "YouTube Data API v3 is disabled in this project."),
    "authenticatedUserAccountClosed": (403, "youtube.common", "The user's account is closed."),
    "authenticatedUserAccountSuspended": (403, "youtube.common", "The user's account is suspended."),
    "channelClosed": (403, "youtube.channel", "The channel has been closed."),
    "channelSuspended": (403, "youtube.channel", "The channel has been suspended."),
    "authenticatedUserNotChannel": (403, "youtube.common", "The authenticated user's account has no channel."),
    "accountDelegationForbidden": (403, "global", "The authenticated user cannot act on behalf of this owner."),
    "forbidden": (403, "youtube.common", "The request might not be properly authorized."),
    "forbiddenPrivacySetting": (403, "youtube.video", "The privacy setting is not allowed."),
    "forbiddenLicenseSetting": (403, "youtube.video", "The license is not allowed."),
    "forbiddenEmbedSetting": (403, "youtube.video", "The embed setting is not allowed."),
    "invalidTitle": (400, "youtube.video", "The request metadata specifies an invalid or empty video title."),
    "invalidDescription": (400, "youtube.video", "The request metadata specifies an invalid video description."),
    "invalidTags": (400, "youtube.video", "The request metadata specifies invalid video keywords."),
    "invalidCategoryId": (400, "youtube.video", "The snippet.categoryId property is invalid."),
    "invalidPublishAt": (400, "youtube.video", "The request metadata specifies an invalid time."),
    "invalidVideoMetadata": (400, "youtube.video", "The request metadata is invalid."),
    "invalidFilename": (400, "youtube.video", "The video filename specified in the Slug header is invalid."),
    "mediaBodyRequired": (400, "youtube.video", "The request does not include the video content."),
    "videoNotFound": (404, "youtube.video", "The video cannot be found."),
    "channelNotFound": (404, "youtube.channel", "The channel cannot be found."),
    "playlistNotFound": (404, "youtube.playlistItem", "The playlist cannot be found."),
    "invalidRecordingDetails": (400, "youtube.video", "The recordingDetails are invalid."),
    "defaultLanguageNotSet": (400, "youtube.video", "Localized metadata without a default language."),
    "invalidMetadata": (400, "youtube.caption", "The request contains invalid metadata values."),
    "nameTooLong": (400, "youtube.caption", "The name of the caption track is too long."),
    "contentRequired": (400, "youtube.caption", "The request does not contain the caption track contents."),
    "invalidImage": (400, "youtube.thumbnail", "The provided image content is invalid."),
    "captionExists": (409, "youtube.caption", "The video already has a caption track with this name and language."),
    "playlistContainsMaximumNumberOfVideos": (403, "youtube.playlistItem", "The playlist is full."),
    "manualSortRequired": (400, "youtube.playlistItem", "The playlist must use manual sorting."),
    "commentsDisabled": (403, "youtube.commentThread", "The video has disabled comments."),
    "ineligibleAccount": (403, "youtube.commentThread", "The account cannot be used to comment."),
    "commentTextTooLong": (400, "youtube.commentThread", "The comment text is too long."),
    "processingFailure": (400, "youtube.commentThread", "The API server failed to process the request."),
    "commentNotFound": (404, "youtube.comment", "The comment cannot be found."),
    "commentThreadNotFound": (404, "youtube.commentThread", "The comment thread cannot be found."),
    "backendError": (503, "global", "Backend Error"),
    "internalError": (500, "global", "Internal error encountered."),
}  # fmt: skip

STATUS_NAMES = {
    "UNAUTHENTICATED": 401,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": 403,
    "SERVICE_DISABLED": 403,
    "SERVICE_UNAVAILABLE": 503,
}
"""Answers of Google's newer front, which bear a word in place of a list of reasons."""


def error(
    status: int, reason: str, message: str, domain: str = "global", headers: dict[str, str] | None = None
) -> RefusalError:
    """Google's error body."""
    detail = {"message": message, "domain": domain, "reason": reason}
    return RefusalError(status, {"error": {"code": status, "message": message, "errors": [detail]}}, headers)


def refusal(reason: str, headers: dict[str, str] | None = None) -> RefusalError:
    """A recorded error by its reason."""
    status, domain, message = NAMED[reason]
    return error(status, reason, message, domain, headers)
