"""Tokens of Instagram's and Threads' own logins: exchanged once, then renewed by themselves
(https://developers.facebook.com/docs/threads/get-started/long-lived-tokens, read 2026-08, and
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login, 2026-06).
"""

from __future__ import annotations

from dataclasses import replace

from socialhub.platforms.login import AfterExchange, LoginContext, RefreshWith, read_tokens
from socialhub.platforms.values import Tokens


def lengthen_at(host: str, grant: str, scopes: tuple[str, ...] = ()) -> AfterExchange:
    """A token of an hour against one of about 60 days. The documentation has it in the query only.

    ``scopes`` are what was asked for, where no answer names what was granted (RFC 6749 §5.1).
    """

    def lengthen(context: LoginContext, tokens: Tokens) -> Tokens:
        secret = context.app.client_secret
        params = {
            "grant_type": f"{grant}_exchange_token",
            "client_secret": secret.reveal() if secret else "",
            "access_token": tokens.access.reveal(),
        }
        body = context.api.get(f"{host}/access_token", params=params, auth=False).body
        return replace(read_tokens(body, context.now), scopes=frozenset(scopes) or tokens.scopes)

    return lengthen


def renew_at(host: str, grant: str) -> RefreshWith:
    """Another 60 days for a living token that is at least a day old; there is no refresh token."""

    def renew(context: LoginContext, tokens: Tokens) -> Tokens:
        params = {"grant_type": f"{grant}_refresh_token", "access_token": tokens.access.reveal()}
        body = context.api.get(f"{host}/refresh_access_token", params=params, auth=False).body
        return replace(read_tokens(body, context.now), scopes=tokens.scopes)

    return renew
