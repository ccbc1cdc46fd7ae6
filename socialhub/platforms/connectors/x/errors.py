"""X's errors, theirs → ours (https://docs.x.com/x-api/fundamentals/response-codes-and-errors, read 2026-08).

Order of reading: the last word of the problem's ``type``, a number of the older form, an OAuth code; then the
text, for X gives several meanings to one status; then the status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning

NO_CREDIT = Meaning(
    Fault.QUOTA_EXCEEDED,
    "The X developer account of this hub has no credit left. Its administrator can add some; then try again.",
    retryable=False,
)
APP_SETUP = Meaning(
    Fault.PERMISSION,
    "X does not accept the developer app of this hub for this. Its administrator finds the settings on X.",
)
LOCKED = Meaning(Fault.PERMISSION, "X has locked or suspended this account. Open X to see why.")
TOO_LONG = Meaning(Fault.INVALID_REQUEST, "X finds the text too long for this account. Shorten it.")
LOGIN_OVER = Meaning(Fault.INVALID_TOKEN, "X no longer accepts this connection. Reconnect the account.")
BAD_MEDIA = Meaning(Fault.INVALID_MEDIA, "X cannot use a file of this post. Replace it and try again.")


def read(body: Any) -> ErrorFacts:
    """Problem JSON, ``{"errors": [...]}``, or the OAuth form ``{"error", "error_description"}``."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    errors = [item for item in body.get("errors") or () if isinstance(item, Mapping)]
    codes = [_last_word(body.get("type")), *(_last_word(item.get("type")) for item in errors)]
    codes += [str(item["code"]) for item in (*errors, body) if item.get("code")]
    codes += [f"oauth/{body['error']}"] if isinstance(body.get("error"), str) else []
    texts = [body.get("detail"), body.get("error_description"), body.get("title")]
    texts += [item.get(name) for item in errors for name in ("message", "detail")]
    return ErrorFacts(
        codes=tuple(code for code in codes if code and code != "about:blank"),
        message=" · ".join(str(text) for text in texts if text),
    )


def _last_word(kind: Any) -> str:
    return str(kind or "").rstrip("/").rsplit("/", 1)[-1]


errors = ErrorTable(
    read=read,
    codes={
        "88": Meaning(Fault.RATE_LIMIT, "X asks us to slow down. We go on when it allows."),
        "usage-capped": Meaning(
            Fault.QUOTA_EXCEEDED,
            "The month's allowance of this hub's X developer account is used up.",
            retryable=False,
        ),
        "credits": NO_CREDIT,
        "credits-depleted": NO_CREDIT,
        "client-forbidden": APP_SETUP,
        "oauth1-permissions": APP_SETUP,
        "unsupported-authentication": APP_SETUP,
        "64": LOCKED,
        "326": LOCKED,
        "186": TOO_LONG,
        "resource-not-found": Meaning(
            Fault.NOT_FOUND, "X does not find this. It may have been deleted there."
        ),
        # X says invalid_request where RFC 6749 has invalid_grant: a refresh token that is used or revoked.
        "oauth/invalid_request": LOGIN_OVER,
        "oauth/invalid_grant": LOGIN_OVER,
        "oauth/invalid_client": APP_SETUP,
        "oauth/unauthorized_client": APP_SETUP,
        "oauth/invalid_scope": APP_SETUP,
    },
    patterns=(
        (
            re.compile(r"duplicate content", re.I),
            Meaning(
                Fault.DUPLICATE, "X says that this account posted the same text already.", ambiguous=True
            ),
        ),
        (
            re.compile(r"reply to this conversation is not allowed", re.I),
            Meaning(
                Fault.POLICY, "X does not let this account reply here: nobody in it mentioned the account."
            ),
        ),
        (re.compile(r"media IDs are invalid|video longer than|media.*(not found|expired)", re.I), BAD_MEDIA),
        (re.compile(r"needs to be a bit shorter", re.I), TOO_LONG),
        (re.compile(r"user is suspended|account is (temporarily )?locked|suspended", re.I), LOCKED),
    ),
    statuses={
        400: Meaning(Fault.INVALID_REQUEST, "X refused the post as it is. Change it and try again."),
        401: Meaning(Fault.TOKEN_EXPIRED),
        402: NO_CREDIT,
        403: Meaning(Fault.PERMISSION, "X does not permit this account to do that. Reconnecting may help."),
        404: Meaning(Fault.NOT_FOUND, "X does not find this. It may have been deleted there."),
        409: Meaning(Fault.INVALID_REQUEST, "X says that this contradicts what is there already."),
        413: BAD_MEDIA,
        429: Meaning(Fault.RATE_LIMIT, "X asks us to slow down. We go on when it allows."),
    },
)
