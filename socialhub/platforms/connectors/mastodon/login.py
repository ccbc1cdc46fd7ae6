"""Connecting an account: we register ourselves at the server that the person typed, then OAuth 2 with PKCE.

Facts: https://docs.joinmastodon.org/methods/apps/, /methods/oauth/ and /api/oauth-scopes/ (read 2026-07).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.guard import ForbiddenHost, clean_host
from socialhub.platforms.login import LoginContext, OAuth2
from socialhub.platforms.values import Account, App, Capability, Secret, Tokens

CLIENT_NAME = "SocialHub"
PROFILE = "profile"
OLDER_PROFILE = "read:accounts"
BROAD = ("read", "write")
PUBLISH = ("read:statuses", "write:statuses", "write:media")
INBOX = ("read:notifications", "write:favourites")
INSIGHTS = ("read:statuses",)


def check_host(typed: str) -> str:
    """The server's name in what a person typed; ``LoginError`` says what is wrong with it."""
    try:
        return clean_host(typed)
    except ForbiddenHost as problem:
        raise LoginError(Fault.INVALID_REQUEST, code="bad_host", user_message=str(problem)) from None


def register_app(context: LoginContext, host: str) -> App:
    """Register at ``host`` with the scopes that it knows; they are kept, for only these may be asked for."""
    scopes = _scopes_at(context, host)
    try:
        return _register(context, host, scopes)
    except PlatformError as error:
        # Some servers refuse fine-grained scopes without telling before.
        if error.http_status not in {400, 422} or scopes == BROAD:
            raise
    return _register(context, host, BROAD)


def _scopes_at(context: LoginContext, host: str) -> tuple[str, ...]:
    """``profile`` is there since 4.3, which also publishes what it knows."""
    try:
        told = context.api.get(f"https://{host}/.well-known/oauth-authorization-server", auth=False).body
    except PlatformError as error:
        if error.http_status == 0:
            raise LoginError(
                error.kind,
                code=error.code,
                user_message=f"We cannot reach {host}. Check the name; if it is right, try again later.",
            ) from None
        told = None
    known = told.get("scopes_supported") if isinstance(told, Mapping) else None
    if not isinstance(known, list):
        return (OLDER_PROFILE, *PUBLISH, *INBOX)
    if not {*PUBLISH, *INBOX} <= set(known):
        return BROAD
    return (PROFILE if PROFILE in known else OLDER_PROFILE, *PUBLISH, *INBOX)


def _register(context: LoginContext, host: str, scopes: tuple[str, ...]) -> App:
    wish = {"client_name": CLIENT_NAME, "redirect_uris": context.redirect_uri, "scopes": " ".join(scopes)}
    answer = context.api.post(f"https://{host}/api/v1/apps", form=wish, auth=False)
    return App(
        client_id=answer.text("client_id"),
        client_secret=Secret(answer.text("client_secret")),
        host=host,
        extra={"scopes": " ".join(scopes)},
    )


def fit_scopes(app: App, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes we may ask for here: what was registered. Broad ones stand for the fine ones below them."""
    registered = tuple(app.extra.get("scopes", "").split())
    if not registered:
        return wanted
    fitting: list[str] = []
    for wish in wanted:
        scope = OLDER_PROFILE if wish == PROFILE and PROFILE not in registered else wish
        broad = scope.partition(":")[0]
        fitting += [name for name in (scope, broad) if name in registered][:1]
    return tuple(dict.fromkeys(fitting))


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account behind the token."""
    answer = context.api.get(
        "api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    body: Mapping[str, Any] = answer.body if isinstance(answer.body, Mapping) else {}
    username = str(body.get("username") or body.get("acct") or "")
    return (
        Account(
            external_id=answer.text("id"),
            handle=f"@{username}@{context.app.host}",
            name=str(body.get("display_name") or username),
            kind="bot" if body.get("bot") else "person",
            host=context.app.host,
            url=str(body.get("url") or ""),
            avatar_url=str(body.get("avatar") or ""),
            person_id=str(body.get("uri") or body.get("url") or ""),
            login=login.key,
            tokens=tokens,
        ),
    )


login = OAuth2(
    key="server",
    label="Your server",
    app_key="mastodon",
    authorize_url="https://{host}/oauth/authorize",
    token_url="https://{host}/oauth/token",
    revoke_url="https://{host}/oauth/revoke",
    scopes={Capability.PUBLISH: PUBLISH, Capability.INBOX: INBOX, Capability.INSIGHTS: INSIGHTS},
    base_scopes=(PROFILE,),
    pkce=True,
    # Otherwise the server silently takes whoever is signed in: no second account could be added.
    authorize_extra={"force_login": "true"},
    requirement="An account on Mastodon or a server that speaks its API. Nothing has to be set up there.",
    app_fields=(),
    user_host=True,
    check_host=check_host,
    register_app=register_app,
    fit_scopes=fit_scopes,
    discover=discover,
)
