"""Errors of the AT Protocol, theirs → ours (https://atproto.com/specs/xrpc, its OAuth page, the lexicons, 2026-11).

Servers speak in CamelCase, the authorization servers beside them in snake_case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning

SIGNED_OUT = Meaning(
    Fault.INVALID_TOKEN,
    "Bluesky no longer accepts our session. Connect the account again.",
)
PAUSED = Meaning(Fault.POLICY, "Bluesky has paused this account. Open the Bluesky app to see why.")
BAD_FILE = Meaning(
    Fault.INVALID_MEDIA, "Bluesky cannot use this file: its type or size is not allowed there."
)
GONE = Meaning(Fault.NOT_FOUND, "Bluesky does not find this. It may have been deleted there.")
OUR_FAULT = Meaning(
    Fault.INVALID_REQUEST,
    "The server does not accept how this hub presents itself. Its operator has to look at PUBLIC_URL and the clock.",
)
NO_INDEX = Meaning(
    Fault.PERMISSION,
    "The account's server asks no index of the network, so it tells no figures and no answers of others.",
)
BUSY = Meaning(Fault.SERVER_ERROR, "The server behind Bluesky did not answer. We try again by ourselves.")


def read(body: Any) -> ErrorFacts:
    """``{"error": name, "message": text}``; authorization servers call the text ``error_description``."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    name = str(body.get("error") or "")
    message = str(body.get("message") or body.get("error_description") or "")
    # The name says little of a refused record; there the text decides.
    codes = () if name in {"InvalidRequest", ""} else (name,)
    return ErrorFacts(codes=codes, message=message)


errors = ErrorTable(
    read=read,
    codes={
        "ExpiredToken": Meaning(Fault.TOKEN_EXPIRED),
        "InvalidToken": SIGNED_OUT,
        "AuthMissing": SIGNED_OUT,
        "BadJwt": SIGNED_OUT,
        "AuthenticationRequired": Meaning(
            Fault.INVALID_TOKEN,
            "Bluesky does not accept this handle and app password. Check both, or make a new app password.",
        ),
        "AuthFactorTokenRequired": Meaning(
            Fault.INVALID_TOKEN,
            "This is the password of the account itself. Make an app password and use that.",
        ),
        # What says that a session is over and what only says that its token is: OAuth.
        "invalid_grant": Meaning(Fault.REVOKED, "Bluesky has ended our session. Connect the account again."),
        "invalid_token": Meaning(Fault.TOKEN_EXPIRED),
        "use_dpop_nonce": Meaning(Fault.SERVER_ERROR),
        "invalid_dpop_proof": OUR_FAULT,
        "invalid_client": OUR_FAULT,
        "invalid_client_metadata": OUR_FAULT,
        "unauthorized_client": OUR_FAULT,
        "invalid_request": OUR_FAULT,
        "invalid_scope": OUR_FAULT,
        "AccountTakedown": PAUSED,
        "AccountSuspended": PAUSED,
        "AccountDeactivated": PAUSED,
        "RepoDeactivated": PAUSED,
        "AccountNotFound": Meaning(
            Fault.NOT_FOUND, "The account is no longer on this server. Connect it again."
        ),
        "ScopeMissingError": Meaning(
            Fault.PERMISSION, "Our connection does not allow this. Connect again and grant all that is asked."
        ),
        "MethodNotImplemented": NO_INDEX,
        "BlobNotFound": Meaning(Fault.INVALID_MEDIA, "Bluesky no longer has the file. Publish once more."),
        "InvalidMimeType": BAD_FILE,
        "InvalidSize": BAD_FILE,
        "BlobTooLarge": BAD_FILE,
        "PayloadTooLarge": BAD_FILE,
        # A record is there under our key: ours from an earlier try, which is asked for.
        "InvalidSwap": Meaning(Fault.DUPLICATE, "Bluesky has this post already.", ambiguous=True),
        "RecordNotFound": GONE,
        "HandleNotFound": GONE,
        "DidNotFound": GONE,
        "NotFound": GONE,
        "RateLimitExceeded": Meaning(
            Fault.RATE_LIMIT, "Bluesky asks us to slow down. We go on when it allows."
        ),
        "InternalServerError": Meaning(Fault.SERVER_ERROR),
        "UpstreamFailure": BUSY,
        "NotEnoughResources": BUSY,
        "UpstreamTimeout": Meaning(Fault.TIMEOUT),
    },
    patterns=(
        (re.compile(r"no service configured", re.I), NO_INDEX),
        (re.compile(r"\bblob\b|mime ?type", re.I), BAD_FILE),
        (
            re.compile(r"grapheme|too (big|long)|maximum", re.I),
            Meaning(Fault.INVALID_REQUEST, "Bluesky says that the post is too long. Shorten it."),
        ),
        (
            re.compile(r"unable to resolve handle", re.I),
            Meaning(Fault.NOT_FOUND, "Nobody on the network has this handle."),
        ),
    ),
    statuses={
        400: Meaning(Fault.INVALID_REQUEST, "Bluesky refused the post as it is. Change it and try again."),
        401: SIGNED_OUT,
        403: Meaning(Fault.PERMISSION, "The server does not allow this account to do that."),
        404: GONE,
        410: GONE,
        413: BAD_FILE,
        415: BAD_FILE,
        429: Meaning(Fault.RATE_LIMIT, "Bluesky asks us to slow down. We go on when it allows."),
    },
)
