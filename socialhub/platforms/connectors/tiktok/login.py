"""Connecting an account: Login Kit for the web; refresh tokens rotate
(https://developers.tiktok.com/doc/oauth-user-access-token-management, read 2026-11).

The token endpoint calls the client ``client_key`` and may refuse with status 200: the body decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from socialhub.platforms.errors import LoginError
from socialhub.platforms.login import AppField, LoginContext, OAuth2, read_tokens
from socialhub.platforms.values import Account, Capability, Tokens

from .errors import data_of, errors, read

REVOKE_URL = "https://open.tiktokapis.com/v2/oauth/revoke/"
BASIC_FIELDS = ("open_id", "union_id", "avatar_url", "display_name")
PROFILE = "user.info.profile"


def read_answer(body: Any, now: datetime) -> Tokens:
    """A flat answer; the end of the refresh token has a name of its own."""
    facts = read(body)
    if facts.codes:
        meaning, code = errors.meaning(facts, 400)
        raise LoginError(meaning.kind, code=code, trace_id=facts.trace_id, user_message=meaning.message)
    flat = body if isinstance(body, Mapping) else {}
    return read_tokens({**flat, "refresh_token_expires_in": flat.get("refresh_expires_in")}, now)


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account behind the token. A field whose permission was unticked would fail the whole call."""
    more = ("username", "profile_web_link") if PROFILE in tokens.scopes else ()
    answer = context.api.get(
        "v2/user/info/",
        params={"fields": ",".join((*BASIC_FIELDS, *more))},
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    user = data_of(context.api, answer).get("user")
    user = user if isinstance(user, Mapping) else {}
    if not user.get("open_id"):
        raise answer.lacks("open_id")
    name = str(user.get("display_name") or "")
    username = str(user.get("username") or name)
    return (
        Account(
            external_id=str(user["open_id"]),
            handle=f"@{username}",
            name=name or username,
            kind="creator",
            url=str(user.get("profile_web_link") or f"https://www.tiktok.com/@{username}"),
            avatar_url=str(user.get("avatar_url") or ""),
            person_id=str(user["open_id"]),
            login=login.key,
            tokens=tokens,
        ),
    )


def revoke(context: LoginContext, account: Account) -> None:
    """Withdraw our access; TikTok wants the access token here."""
    secret = context.app.client_secret
    if account.tokens is not None and secret is not None:
        form = {
            "client_key": context.app.client_id,
            "client_secret": secret.reveal(),
            "token": account.tokens.access.reveal(),
        }
        context.api.post(REVOKE_URL, form=form, auth=False)


login = OAuth2(
    key="oauth2",
    label="TikTok account",
    app_key="tiktok",
    authorize_url="https://www.tiktok.com/v2/auth/authorize/",
    token_url="https://open.tiktokapis.com/v2/oauth/token/",
    # video.list finds a photo post whose answer was lost.
    scopes={
        Capability.PUBLISH: ("video.publish", "video.upload", "video.list"),
        Capability.INSIGHTS: ("video.list", "user.info.stats"),
    },
    base_scopes=("user.info.basic", PROFILE),
    scope_separator=",",
    client_id_param="client_key",
    # Otherwise TikTok silently takes whoever gave consent last.
    authorize_extra={"disable_auto_auth": "1"},
    requirement="A TikTok account. Until TikTok has audited the app, posts go to private accounts only.",
    app_fields=(
        AppField("client_id", "Client key"),
        AppField("client_secret", "Client secret", is_secret=True),
    ),
    app_help_url="https://developers.tiktok.com/apps/",
    read_tokens=read_answer,
    revoke_with=revoke,
    discover=discover,
)
