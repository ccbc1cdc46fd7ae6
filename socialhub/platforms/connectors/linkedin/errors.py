"""LinkedIn's errors, theirs → ours
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling, read 2026-11).

Read in this order: the codes of input errors, the named code, the number, the OAuth error; then texts, then the
status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning
from socialhub.platforms.policy import Scope

from .rest import mapping

DUPLICATE = "DUPLICATE_POST"
WAITING = frozenset({"MEDIA_ASSET_WAITING_UPLOAD", "MEDIA_ASSET_PROCESSING"})
TODAY = "UTC"
"""The zone in which LinkedIn's day of limits ends."""

RECONNECT = Meaning(Fault.INVALID_TOKEN, "LinkedIn no longer accepts this connection. Reconnect the account.")
REFUSED = Meaning(Fault.INVALID_REQUEST, "LinkedIn refused the post as it is. Change it and try again.")
BAD_MEDIA = Meaning(Fault.INVALID_MEDIA, "LinkedIn cannot use a file of this post. Replace it and try again.")
NOT_READY = Meaning(
    Fault.SERVER_ERROR, "LinkedIn still processes the files. We try again by ourselves.", retryable=True
)
NO_RIGHT = Meaning(
    Fault.PERMISSION,
    "LinkedIn does not permit this account to do that. Check the role on the page, then reconnect.",
)
OLD = Meaning(
    Fault.INVALID_REQUEST,
    "LinkedIn has ended the version of its interface that this hub speaks. The hub needs an update.",
)
APP_SETUP = Meaning(
    Fault.PERMISSION,
    "LinkedIn does not accept the developer app of this hub for this. Its administrator checks its settings there.",
)


def read(body: Any) -> ErrorFacts:
    """``errorDetails.inputErrors``, ``code`` and ``serviceErrorCode``, or ``{"error", "error_description"}``."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    inputs = mapping(body.get("errorDetails")).get("inputErrors")
    errors = [item for item in inputs if isinstance(item, Mapping)] if isinstance(inputs, list) else []
    codes = [str(item["code"]) for item in errors if item.get("code")]
    codes += [str(body[name]) for name in ("code", "serviceErrorCode") if body.get(name)]
    codes += [f"oauth/{body['error']}"] if isinstance(body.get("error"), str) else []
    texts = [
        body.get("message"),
        body.get("error_description"),
        *(item.get("description") for item in errors),
    ]
    return ErrorFacts(codes=tuple(codes), message=" · ".join(str(text) for text in texts if text))


errors = ErrorTable(
    read=read,
    codes={
        DUPLICATE: Meaning(
            Fault.DUPLICATE, "LinkedIn says that this account posted the same already.", ambiguous=True
        ),
        "MEDIA_ASSET_PROCESSING_FAILED": BAD_MEDIA,
        "MEDIA_ASSET_WAITING_UPLOAD": NOT_READY,
        "MEDIA_ASSET_PROCESSING": NOT_READY,
        "EXPIRED_UPLOAD_URL": Meaning(
            Fault.INVALID_MEDIA, "The address for sending the file has expired. Publish again."
        ),
        "FIELD_LENGTH_TOO_LONG": Meaning(
            Fault.INVALID_REQUEST, "LinkedIn finds the text or the title too long. Shorten it."
        ),
        "INVALID_ACCESS_TOKEN": RECONNECT,
        "65600": RECONNECT,
        "REVOKED_ACCESS_TOKEN": Meaning(Fault.REVOKED),
        "65601": Meaning(Fault.REVOKED),
        "EXPIRED_ACCESS_TOKEN": Meaning(Fault.TOKEN_EXPIRED),
        "65602": Meaning(Fault.TOKEN_EXPIRED),
        "NONEXISTENT_VERSION": OLD,
        "VERSION_DEPRECATED": OLD,
        "VERSION_MISSING": OLD,
        "oauth/invalid_grant": RECONNECT,
        "oauth/invalid_client": APP_SETUP,
        "oauth/invalid_redirect_uri": APP_SETUP,
    },
    patterns=(
        (re.compile(r"version header is deprecated", re.I), OLD),
        (
            re.compile(r"throttle.*APPLICATION", re.S),
            Meaning(
                Fault.QUOTA_EXCEEDED,
                "The app of this hub has used up what LinkedIn allows it for today. We go on after midnight UTC.",
                retryable=True,
                midnight=TODAY,
                scope=Scope.APP,
            ),
        ),
        (
            re.compile(r"throttle", re.I),
            Meaning(
                Fault.RATE_LIMIT,
                "This account has used up what LinkedIn allows it for today. We go on after midnight UTC.",
                midnight=TODAY,
            ),
        ),
    ),
    statuses={
        400: REFUSED,
        401: RECONNECT,
        403: NO_RIGHT,
        404: Meaning(Fault.NOT_FOUND, "LinkedIn does not find this. It may have been deleted there."),
        409: Meaning(
            Fault.SERVER_ERROR, "LinkedIn was changing the same thing. We try again by ourselves.", True
        ),
        422: REFUSED,
        426: OLD,
        # Without the words of a day's limit it is LinkedIn's own trouble, which is short.
        429: Meaning(Fault.RATE_LIMIT, "LinkedIn asks us to slow down. We go on when it allows."),
    },
)
