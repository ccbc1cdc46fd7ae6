"""Mastodon's errors, theirs → ours (https://docs.joinmastodon.org/entities/Error/, read 2026-07).

The texts are translated by the server into its own language, so the HTTP status decides and a text only
where one status has several meanings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning, PlatformError, Reach

OAUTH_CODE = re.compile(r"^[a-z]+(_[a-z]+)+$")
MOVED = Meaning(
    Fault.INVALID_REQUEST,
    "This server sends us elsewhere instead of answering. It may not offer Mastodon's API at this name.",
)
REVOKED = Meaning(Fault.REVOKED, "The server no longer accepts our access. Reconnect the account.")
PAUSED = Meaning(
    Fault.POLICY, "The server has paused this account. Open it in a browser: it will say what it wants."
)
BAD_FILE = Meaning(
    Fault.INVALID_MEDIA, "The server cannot use this file: its type, size or number is not allowed there."
)


def read(body: Any) -> ErrorFacts:
    """``{"error": text or OAuth code, "error_description": text}``."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    error = str(body.get("error") or "")
    description = str(body.get("error_description") or "")
    codes = (error,) if OAUTH_CODE.match(error) else ()
    return ErrorFacts(codes=codes, message=description or error)


errors = ErrorTable(
    read=read,
    codes={
        "invalid_client": Meaning(
            Fault.INVALID_REQUEST, "The server has forgotten our app. Connect the account once more."
        ),
        "unauthorized_client": Meaning(
            Fault.INVALID_REQUEST, "The server does not let our app do this. Connect the account once more."
        ),
        # A code that was used or is too old; on a refresh (Pleroma) a connection that is over.
        "invalid_grant": Meaning(
            Fault.INVALID_TOKEN, "The server no longer accepts this login. Connect the account again."
        ),
        "invalid_scope": Meaning(
            Fault.INVALID_REQUEST, "The server does not know the permissions that we ask for."
        ),
    },
    patterns=(
        # Since 4.3. A second try with the same files: the first may have made the post.
        (
            re.compile(r"not found or already attached", re.I),
            Meaning(Fault.DUPLICATE, "The files already belong to a post.", ambiguous=True),
        ),
        (
            re.compile(r"not finished processing|not ready", re.I),
            Meaning(
                Fault.SERVER_ERROR,
                "The server still works on the files. We try again by ourselves.",
                wait=timedelta(seconds=10),
            ),
        ),
        (re.compile(r"content type is invalid|file size|processing thumbnail", re.I), BAD_FILE),
        (re.compile(r"cannot attach|description is too long", re.I), BAD_FILE),
        (
            re.compile(r"duplicate record", re.I),
            Meaning(Fault.DUPLICATE, "The server says that it has this already.", ambiguous=True),
        ),
        (
            re.compile(
                r"login is (currently )?disabled|confirm your e-?mail|missing a confirmed|pending", re.I
            ),
            PAUSED,
        ),
        (
            re.compile(r"outside the authorized scopes", re.I),
            Meaning(
                Fault.PERMISSION,
                "A permission is missing. Reconnect the account and grant all that is asked.",
            ),
        ),
    ),
    statuses={
        **dict.fromkeys((301, 302, 303, 307, 308), MOVED),
        401: REVOKED,
        403: Meaning(Fault.PERMISSION, "The server does not allow this account to do that."),
        404: Meaning(Fault.NOT_FOUND, "The server does not find this. It may have been deleted there."),
        410: Meaning(Fault.NOT_FOUND, "This is gone from the server."),
        422: Meaning(
            Fault.INVALID_REQUEST, "The server refused the post as it is. Check its length and poll."
        ),
        429: Meaning(Fault.RATE_LIMIT, "The server asks us to slow down. We go on when it allows."),
        # A proxy gave up waiting: what stands behind it may have acted.
        502: Meaning(Fault.TIMEOUT, "The server did not answer in time.", ambiguous=True),
        504: Meaning(Fault.TIMEOUT, "The server did not answer in time.", ambiguous=True),
    },
)


def about_a_file(error: PlatformError) -> PlatformError:
    """The same error where only a file can be meant: texts are translated, so the place decides."""
    if error.http_status != 422 or error.kind is not Fault.INVALID_REQUEST:
        return error
    return PlatformError(
        BAD_FILE.kind,
        platform=error.platform,
        code=error.code,
        http_status=error.http_status,
        reach=Reach.REFUSED,
        raw=error.raw,
        user_message=BAD_FILE.message,
    )
