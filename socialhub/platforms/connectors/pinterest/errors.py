"""Pinterest's errors, theirs → ours (https://github.com/pinterest/api-description, v5/openapi.json, read 2026-11).

``{"code": <int>, "message": "<text>"}``; the same code has several meanings, so only those that have one stand in
the table, then texts, then the status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning
from socialhub.platforms.policy import Scope

NO_RIGHT = Meaning(
    Fault.PERMISSION,
    "Pinterest does not let this account do that here. Choose another board, or reconnect it.",
)
ACCOUNT = Meaning(Fault.POLICY, "Pinterest has restricted this account. Open Pinterest to see why.")
SLOW_DOWN = Meaning(Fault.RATE_LIMIT, "Pinterest asks us to slow down. We go on when it allows.")


def read(body: Any) -> ErrorFacts:
    """The code and the text."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    code = body.get("code")
    return ErrorFacts(codes=(str(code),) if code is not None else (), message=str(body.get("message") or ""))


errors = ErrorTable(
    read=read,
    codes={
        "1104": Meaning(Fault.TOKEN_EXPIRED),
        "3": Meaning(
            Fault.PERMISSION, "A permission is missing. Reconnect the account and grant all that is asked."
        ),
        "7": NO_RIGHT,
        "2625": ACCOUNT,
        "2626": ACCOUNT,
        "40": Meaning(Fault.NOT_FOUND, "This board is gone or secret. Choose another one."),
        "50": Meaning(Fault.NOT_FOUND, "This pin is no longer on Pinterest."),
        "2031": Meaning(Fault.NOT_FOUND, "This section of the board is gone. Choose another one."),
        "4197": Meaning(Fault.SERVER_ERROR, "Pinterest is overloaded. We try again by ourselves."),
    },
    patterns=(
        (
            re.compile(r"trial access may not", re.I),
            Meaning(
                Fault.PERMISSION,
                "Pinterest has given the app of this hub Trial access only, so it may not publish yet."
                " Its administrator asks Pinterest for Standard access.",
            ),
        ),
        (
            re.compile(r"\b(daily|per day|a day)\b.*limit|limit.*\b(daily|per day|a day)\b", re.I),
            Meaning(
                Fault.QUOTA_EXCEEDED,
                "The app of this hub has used up what Pinterest allows it for today. We go on tomorrow.",
                retryable=True,
                # The hour at which the day ends is not documented; a reset in the headers is believed before this.
                midnight="UTC",
                scope=Scope.APP,
            ),
        ),
        (
            re.compile(r"\bspam\b|link is blocked|blocked link", re.I),
            Meaning(
                Fault.POLICY, "Pinterest blocks this link or account as spam. Change the link and try again."
            ),
        ),
        (
            re.compile(
                r"\bnot (read|fetch|download|process)\b.*\b(image|picture|video)\b|media is not ready", re.I
            ),
            Meaning(Fault.INVALID_MEDIA, "Pinterest cannot use this file. Replace it and try again."),
        ),
    ),
    statuses={
        400: Meaning(Fault.INVALID_REQUEST, "Pinterest refused the pin as it is. Change it and try again."),
        401: Meaning(Fault.TOKEN_EXPIRED),
        403: NO_RIGHT,
        404: Meaning(Fault.NOT_FOUND, "Pinterest does not find this. It may have been deleted there."),
        # Documented for changes to sections only.
        409: Meaning(Fault.SERVER_ERROR, "Pinterest was changing the same thing. We try again by ourselves."),
        429: SLOW_DOWN,
    },
)
