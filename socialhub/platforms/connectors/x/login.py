"""Connecting an account: OAuth 2 with PKCE, two-hour tokens, refresh tokens that work once
(https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code, read 2026-08).

The code lives for 30 seconds, so it is exchanged inside the callback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.login import AppField, ClientAuth, LoginContext, OAuth2
from socialhub.platforms.values import Account, Capability, Tokens

USER_FIELDS = "id,name,username,profile_image_url,subscription_type,protected,verified_type"


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account behind the token."""
    answer = context.api.get(
        "2/users/me",
        params={"user.fields": USER_FIELDS},
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    user = _user(answer.body)
    username = str(user["username"])
    return (
        Account(
            external_id=str(user["id"]),
            handle=f"@{username}",
            name=str(user.get("name") or username),
            kind="person",
            url=f"https://x.com/{username}",
            avatar_url=str(user.get("profile_image_url") or ""),
            person_id=str(user["id"]),
            login=login.key,
            tokens=tokens,
            extra=_extra(user),
        ),
    )


def learn(api: Api, account: Account) -> Mapping[str, Any]:
    """What the account pays for decides how long its posts may be."""
    return _extra(_user(api.get("2/users/me", params={"user.fields": USER_FIELDS}).body))


def _user(body: Any) -> Mapping[str, Any]:
    data = body.get("data") if isinstance(body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _extra(user: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subscription": str(user.get("subscription_type") or ""),
        "verified": str(user.get("verified_type") or ""),
        "protected": bool(user.get("protected")),
    }


login = OAuth2(
    key="oauth2",
    label="X account",
    app_key="x",
    authorize_url="https://x.com/i/oauth2/authorize",
    token_url="https://api.x.com/2/oauth2/token",
    revoke_url="https://api.x.com/2/oauth2/revoke",
    # POST /2/tweets demands the first three together.
    scopes={
        Capability.PUBLISH: ("tweet.read", "tweet.write", "users.read", "media.write"),
        Capability.INBOX: ("tweet.moderate.write",),
        Capability.INSIGHTS: ("tweet.read", "users.read"),
    },
    base_scopes=("tweet.read", "users.read", "offline.access"),
    client_auth=ClientAuth.BASIC,
    pkce=True,
    requirement="A developer app on X with user authentication set up, and credit for posts.",
    app_fields=(
        AppField("client_id", "OAuth 2.0 client ID", help="Not the API key of the same app."),
        AppField("client_secret", "OAuth 2.0 client secret", is_secret=True),
        AppField(
            "consumer_key",
            "API key",
            required=False,
            help="Only for webhooks: the hub subscribes with it.",
        ),
        AppField(
            "consumer_secret",
            "API key secret",
            is_secret=True,
            required=False,
            help="Only for webhooks: X seals its calls with it.",
        ),
    ),
    app_help_url="https://developer.x.com/en/portal/dashboard",
    discover=discover,
)
