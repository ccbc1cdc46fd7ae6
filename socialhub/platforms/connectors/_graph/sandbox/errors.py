"""Errors of the Graph API (https://developers.facebook.com/docs/graph-api/guides/error-handling)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.sandbox.simulator import RefusalError

MESSAGES = {
    "1": "An unknown error has occurred.",
    "2": "Service temporarily unavailable",
    "3": "(#3) Application does not have the capability to make this API call.",
    "4": "(#4) Application request limit reached",
    "10": "(#10) Application does not have permission for this action",
    "17": "(#17) User request limit reached",
    "32": "(#32) Page request limit reached",
    "100": "(#100) Invalid parameter",
    "100/33": (
        "Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not"
        " support this operation"
    ),
    "102": "Session key invalid or no longer valid",
    "104": "Invalid appsecret_proof provided in the API argument",
    "190": "Invalid OAuth access token - Cannot parse access token",
    "190/458": "Error validating access token: The user has not authorized application.",
    "190/459": "Error validating access token: You cannot access the app till you log in and follow the"
    " instructions.",
    "190/460": "Error validating access token: The session has been invalidated because the user changed"
    " their password.",
    "190/463": "Error validating access token: Session has expired.",
    "190/467": "Error validating access token: This may be because the user logged out.",
    "190/492": "Invalid session. The session user is no longer an administrator of the Page.",
    "200": "(#200) Permissions error",
    "341": "Application limit reached",
    "368": "The action attempted has been deemed abusive or is otherwise disallowed",
    "613": "(#613) Calls to this api have exceeded the rate limit.",
}
TRANSIENT = ("1", "2", "-1", "-2")
EXCEPTIONS = {"104": "GraphMethodException"}
CODE_OF_STATUS = {
    400: "100",
    401: "190",
    403: "200",
    404: "100/33",
    429: "4",
    500: "1",
    502: "2",
    503: "2",
    504: "2",
}


def graph_error(
    code: str, message: str = "", *, status: int = 400, more: Mapping[str, Any] | None = None
) -> RefusalError:
    """An error by its `code` or `code/subcode`."""
    number, _, subcode = code.partition("/")
    error: dict[str, Any] = {
        "message": message
        or MESSAGES.get(code)
        or MESSAGES.get(number, "(#" + number + ") An error occurred"),
        "type": EXCEPTIONS.get(number, "OAuthException"),
        "code": int(number),
        **({"error_subcode": int(subcode)} if subcode else {}),
        **({"is_transient": number in TRANSIENT} if number in TRANSIENT or subcode else {}),
        **(more or {}),
        "fbtrace_id": "A" + secrets.token_urlsafe(16),
    }
    return RefusalError(status, {"error": error})


def debug_info(status: int, kind: str, message: str, *, is_retriable: bool) -> RefusalError:
    """An error of the upload host."""
    return RefusalError(status, {"debug_info": {"retriable": is_retriable, "type": kind, "message": message}})
