"""Connecting an account with an app password, which is traded for a session and forgotten.

Facts: https://atproto.com/specs/xrpc and the lexicons under com/atproto/server (read 2026-11). The password
goes to the service that the person named. Its tokens go only to the server in the account's DID document, and
an account counts as proven when that server accepts them as this DID.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.api import Answer
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.guard import ForbiddenHost, clean_host
from socialhub.platforms.login import LoginContext, PasswordLogin, TypedField
from socialhub.platforms.values import Account, Secret, Tokens

from .facets import clean_name, is_handle
from .identity import SERVICE, resolve
from .profile import describe

SERVER = "xrpc/com.atproto.server"
APP_PASSWORD = re.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
ENDED = "Bluesky has ended our session. Connect the account again with a new app password."


def sign_in(context: LoginContext, typed: Mapping[str, Secret]) -> tuple[Account, ...]:
    """Open a session and find out whose it is. ``LoginError`` says what is wrong with what was typed."""
    words = {
        "identifier": _identifier(typed["handle"].reveal()),
        "password": _app_password(typed["password"].reveal()),
    }
    host = _host(typed["host"].reveal() if "host" in typed else SERVICE)
    answer = context.api.post(f"https://{host}/{SERVER}.createSession", json_body=words, auth=False)
    if isinstance(answer.body, Mapping) and answer.body.get("active") is False:
        raise LoginError(
            Fault.POLICY,
            code=str(answer.body.get("status") or "inactive"),
            user_message="This account is switched off at Bluesky. Open the Bluesky app to see why.",
        )
    identity = resolve(context.api, answer.text("did"))
    return (describe(context.api, identity, read_session(answer), login.key),)


def refresh_with(context: LoginContext, tokens: Tokens) -> Tokens:
    """A new pair. The old refresh token stays good for two hours, so that a lost answer does no harm
    (https://github.com/bluesky-social/atproto, packages/pds/src/account-manager, read 2026-08).
    """
    if tokens.refresh is None:
        raise LoginError(Fault.INVALID_TOKEN, code="no_refresh_token")
    pds = resolve(context.api, str(_claims(tokens.refresh).get("sub"))).pds
    try:
        answer = context.api.post(
            f"{pds}/{SERVER}.refreshSession", headers=_bearer(tokens.refresh), auth=False
        )
    except PlatformError as error:
        if error.kind in {Fault.TOKEN_EXPIRED, Fault.INVALID_TOKEN}:
            raise LoginError(
                Fault.REVOKED, code=error.code, http_status=error.http_status, user_message=ENDED
            ) from None
        raise
    return read_session(answer)


def revoke_with(context: LoginContext, account: Account) -> None:
    """End the session. The app password itself can only be deleted in Bluesky's settings."""
    if account.tokens is not None and account.tokens.refresh is not None:
        pds = resolve(context.api, account.external_id).pds
        context.api.post(f"{pds}/{SERVER}.deleteSession", headers=_bearer(account.tokens.refresh), auth=False)


def read_session(answer: Answer) -> Tokens:
    """The pair of a session; when it ends is written in the tokens themselves."""
    access, refresh = Secret(answer.text("accessJwt")), Secret(answer.text("refreshJwt"))
    return Tokens(access, refresh, expires_at=_end(access), refresh_expires_at=_end(refresh))


def _end(token: Secret) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(_claims(token)["exp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _claims(token: Secret) -> Mapping[str, Any]:
    """What a JWT says; nothing where it is none. It came from the server itself, so nobody checks its seal."""
    parts = token.reveal().split(".")
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        return {}
    return body if isinstance(body, Mapping) else {}


def _bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.reveal()}"}


def _identifier(typed: str) -> str:
    value = clean_name(typed)
    if value.startswith("did:") or is_handle(value):
        return value
    raise _mistyped("Type the whole handle, such as name.bsky.social.")


def _app_password(typed: str) -> str:
    if APP_PASSWORD.fullmatch(typed.strip()):
        return typed.strip()
    raise _mistyped(
        "This is no app password; they look like abcd-efgh-ijkl-mnop. Never type the password of the account itself."
    )


def _host(typed: str) -> str:
    try:
        return clean_host(typed)
    except ForbiddenHost as problem:
        raise _mistyped(str(problem)) from None


def _mistyped(message: str) -> LoginError:
    return LoginError(Fault.INVALID_REQUEST, code="mistyped", user_message=message)


login = PasswordLogin(
    key="password",
    label="App password",
    fields=(
        TypedField("handle", "Handle", help="Such as name.bsky.social."),
        TypedField(
            "password", "App password", is_secret=True, help="Made for this app, not your own password."
        ),
        TypedField("host", "Service", required=False, help="Empty for Bluesky; else your server's name."),
    ),
    sign_in=sign_in,
    refresh_with=refresh_with,
    revoke_with=revoke_with,
    requirement="An app password, made in Bluesky under Settings, Privacy and security, App passwords.",
    help_url="https://bsky.app/settings/app-passwords",
)
