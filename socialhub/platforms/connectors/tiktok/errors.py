"""TikTok's errors, theirs → ours (https://developers.tiktok.com/doc/tiktok-api-v2-error-handling and
https://developers.tiktok.com/doc/oauth-error-handling, read 2026-11).

Every answer has ``{"data", "error": {"code"}}``; some refusals come with status 200, so only ``ok`` is good.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Answer, Api
from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning, PlatformError
from socialhub.platforms.flow import Stay

APP_SETUP = Meaning(
    Fault.INVALID_REQUEST,
    "TikTok does not accept the developer app of this hub. Its administrator finds the settings at TikTok.",
)
SCOPES = Meaning(
    Fault.PERMISSION, "A permission is missing. Reconnect the account and leave every box ticked."
)
REFUSED = Meaning(
    Fault.INVALID_REQUEST, "TikTok refused the post as it is. Look at its text and settings, then try again."
)
ENOUGH = Meaning(
    Fault.QUOTA_EXCEEDED,
    "TikTok takes no more posts of this account for now. Try again tomorrow.",
    # The 24 hours slide, and TikTok does not say when a place is free again.
    wait=timedelta(hours=1),
)
BLOCKED = Meaning(Fault.POLICY, "TikTok takes this for spam. Open the TikTok app to see why.")
SLOW_DOWN = Meaning(
    Fault.RATE_LIMIT, "TikTok asks us to slow down. We go on when it allows.", wait=timedelta(seconds=60)
)
GONE = Meaning(Fault.NOT_FOUND, "TikTok no longer knows this upload.")
BAD_FILE = Meaning(Fault.INVALID_MEDIA, "TikTok cannot use this file. Replace it and try again.")


def read(body: Any) -> ErrorFacts:
    """``{"error": {"code", "message", "log_id"}}``, or flat at the token endpoint: ``{"error", "log_id"}``."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        flat = str(body.get("error_description") or "")
        return ErrorFacts((f"oauth/{error}",), flat, str(body.get("log_id") or ""))
    if not isinstance(error, Mapping):
        return ErrorFacts()
    trace = str(error.get("log_id") or error.get("logid") or "")
    return ErrorFacts((str(error.get("code") or ""),), str(error.get("message") or ""), trace)


def data_of(api: Api, answer: Answer) -> Mapping[str, Any]:
    """The data of an answer that says ``ok``; :class:`PlatformError` for a refusal that came with status 200."""
    facts = read(answer.body)
    if facts.codes != ("ok",):
        raise refusal(api, facts, answer.status)
    data = answer.body.get("data")
    return data if isinstance(data, Mapping) else {}


def wait_for_place(error: PlatformError) -> Stay:
    """The creator's or the app's day is full, nothing was posted: ask again later. Other errors are raised again."""
    if error.kind is not Fault.QUOTA_EXCEEDED or error.retry_after is None:
        raise error
    return Stay(wait=error.retry_after, note=error.user_message)


def refusal(api: Api, facts: ErrorFacts, status: int) -> PlatformError:
    """The error behind a code that came with a good status."""
    meaning, code = errors.meaning(facts, status)
    error = PlatformError(
        meaning.kind,
        platform=api.platform,
        code=code,
        http_status=status,
        retry_after=meaning.wait,
        trace_id=facts.trace_id,
        user_message=meaning.message,
        retryable=meaning.retryable,
    )
    api.hear_refusal(error)
    return error


errors = ErrorTable(
    read=read,
    codes={
        "access_token_invalid": Meaning(Fault.TOKEN_EXPIRED),
        "oauth/invalid_grant": Meaning(
            Fault.REVOKED, "TikTok has ended this connection. Reconnect the account."
        ),
        "oauth/invalid_client": APP_SETUP,
        "oauth/unauthorized_client": APP_SETUP,
        "oauth/invalid_request": APP_SETUP,
        "oauth/invalid_scope": APP_SETUP,
        "oauth/unsupported_grant_type": APP_SETUP,
        "oauth/access_denied": Meaning(
            Fault.PERMISSION, "You did not give access, so nothing was connected. Start again when you are ready."
        ),
        "scope_not_authorized": SCOPES,
        "scope_permission_missed": SCOPES,
        "invalid_params": REFUSED,
        "invalid_param": REFUSED,
        "invalid_file_upload": BAD_FILE,
        "app_version_check_failed": Meaning(
            Fault.INVALID_REQUEST, "The TikTok app on your phone is too old for drafts. Update it and try again."
        ),
        "invalid_publish_id": GONE,
        "token_not_authorized_for_specified_publish_id": Meaning(
            Fault.PERMISSION, "This upload belongs to another TikTok account."
        ),
        "publish_not_cancellable": Meaning(
            Fault.INVALID_REQUEST, "This post can no longer be stopped. Delete it in the TikTok app."
        ),
        "spam_risk_too_many_posts": ENOUGH,
        "spam_risk_too_many_pending_share": Meaning(
            Fault.QUOTA_EXCEEDED, "Too many drafts wait in the TikTok app. Post or delete some, then try again."
        ),
        "reached_active_user_cap": Meaning(
            Fault.QUOTA_EXCEEDED,
            "This hub's TikTok app may serve no more accounts today. Try again tomorrow.",
            wait=timedelta(hours=1),
        ),
        "spam_risk_user_banned_from_posting": Meaning(
            Fault.POLICY, "TikTok has banned this account from posting. Open the TikTok app to see why."
        ),
        "spam_risk": BLOCKED,
        "spam_risk_text": BLOCKED,
        "unaudited_client_can_only_post_to_private_accounts": Meaning(
            Fault.POLICY, "TikTok has not audited this hub's app: it may post to private accounts only."
        ),
        "privacy_level_option_mismatch": Meaning(
            Fault.POLICY, "This account can no longer be posted to with that privacy. Choose again."
        ),
        "url_ownership_unverified": Meaning(
            Fault.INVALID_REQUEST, "TikTok fetches photos from verified addresses only. Ask the administrator."
        ),
        "rate_limit_exceeded": SLOW_DOWN,
        "internal_error": Meaning(
            Fault.SERVER_ERROR, "TikTok has a problem of its own. We try again by ourselves."
        ),
    },
    statuses={
        400: REFUSED,
        401: Meaning(Fault.TOKEN_EXPIRED),
        403: BLOCKED,
        404: GONE,
        429: SLOW_DOWN,
    },
)  # fmt: skip

FAILURES: Mapping[str, Meaning] = {
    "file_format_check_failed": BAD_FILE,
    "duration_check_failed": Meaning(
        Fault.INVALID_MEDIA, "The video is longer or shorter than TikTok takes from this account. Cut it."
    ),
    "frame_rate_check_failed": Meaning(
        Fault.INVALID_MEDIA, "TikTok takes 23 to 60 frames a second. Convert the video and try again."
    ),
    "picture_size_check_failed": Meaning(
        Fault.INVALID_MEDIA, "TikTok does not take a picture of this size. Scale it and try again."
    ),
    "video_pull_failed": Meaning(Fault.TIMEOUT, "TikTok could not fetch the file in time.", retryable=False),
    "photo_pull_failed": Meaning(
        Fault.TIMEOUT, "TikTok could not fetch the photos in time.", retryable=False
    ),
    "internal": Meaning(Fault.SERVER_ERROR, "TikTok could not process the post. Try again.", retryable=False),
    "auth_removed": Meaning(Fault.REVOKED, "Access was withdrawn on TikTok. Reconnect the account."),
    "publish_cancelled": Meaning(Fault.INVALID_REQUEST, "The post was cancelled on TikTok."),
}
"""``fail_reason`` of a share that did not go out
(https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status, read 2026-11)."""
