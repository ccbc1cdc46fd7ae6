"""Facebook Login: long-lived tokens, granted permissions, Pages, and the app's proof
(https://developers.facebook.com/docs/facebook-login/guides/access-tokens, read 2026-06).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from socialhub.platforms.login import AppField, LoginContext, RevokeWith, read_tokens
from socialhub.platforms.values import Account, App, Secret, Tokens

VERSION = "v26.0"
"""2026-07-29; a version lives about two years (https://developers.facebook.com/docs/graph-api/changelog)."""
GRAPH = f"https://graph.facebook.com/{VERSION}"
DIALOG = f"https://www.facebook.com/{VERSION}/dialog/oauth"
TOKEN_URL = f"{GRAPH}/oauth/access_token"
PAGE_SIZE, MOST_PAGES = 100, 40
APP_KEY = "meta"
"""One Meta app serves every platform that is reached through Facebook Login."""
APP_FIELDS = (
    AppField("client_id", "Meta app ID"),
    AppField("client_secret", "Meta app secret", is_secret=True),
)


def proof(token: Secret, app: App) -> Mapping[str, str]:
    """``appsecret_proof``: shows that whoever uses the token also holds the app's secret."""
    if app.client_secret is None:
        return {}
    digest = hmac.new(app.client_secret.reveal().encode(), token.reveal().encode(), hashlib.sha256)
    return {"appsecret_proof": digest.hexdigest()}


def sign(account: Account, app: App) -> Mapping[str, str]:
    """The proof for the account's own token."""
    return proof(account.tokens.access, app) if account.tokens else {}


def lengthen(context: LoginContext, tokens: Tokens) -> Tokens:
    """A token of an hour or two against one of about 60 days, with what the person really granted.

    Page tokens that are made from a long-lived one have no end.
    """
    form = {"grant_type": "fb_exchange_token", "client_id": context.app.client_id}
    if context.app.client_secret is not None:
        form["client_secret"] = context.app.client_secret.reveal()
    form["fb_exchange_token"] = tokens.access.reveal()
    body = context.api.post(TOKEN_URL, form=form, auth=False).body
    long_lived = read_tokens(body, context.now)
    return replace(long_lived, scopes=_granted(context, long_lived))


def get(context: LoginContext, tokens: Tokens, path: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A call with the person's token, which no account holds."""
    answer = context.api.get(
        f"{GRAPH}/{path}",
        params={**params, **proof(tokens.access, context.app)},
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    return answer.body if isinstance(answer.body, Mapping) else {}


def pages(context: LoginContext, tokens: Tokens, fields: str) -> Iterator[Mapping[str, Any]]:
    """The Pages that the consent covers, with their own tokens; all leaves of the list."""
    params: dict[str, Any] = {"fields": fields, "limit": PAGE_SIZE}
    for _ in range(MOST_PAGES):
        body = get(context, tokens, "me/accounts", params)
        yield from (page for page in body.get("data") or () if isinstance(page, Mapping))
        paging = body.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not after or not paging.get("next"):
            return
        params["after"] = after


def withdraw(permissions: Iterable[str]) -> RevokeWith:
    """Takes single permissions back, with the app's own token
    (https://developers.facebook.com/docs/graph-api/reference/user/permissions, read 2026-06).

    Without naming one the call would take the app away from all that the person connected with it, and one app serves
    several platforms: so a platform names those that nobody but itself asks for.
    """

    def revoke(context: LoginContext, account: Account) -> None:
        secret = context.app.client_secret
        if secret is None or not account.person_id:
            return
        token = Secret(f"{context.app.client_id}|{secret.reveal()}")
        for permission in permissions:
            context.api.delete(
                f"{GRAPH}/{account.person_id}/permissions",
                params={"permission": permission, **proof(token, context.app)},
                headers={"Authorization": f"Bearer {token.reveal()}"},
                auth=False,
            )

    return revoke


def _granted(context: LoginContext, tokens: Tokens) -> frozenset[str]:
    lines = get(context, tokens, "me/permissions", {}).get("data") or ()
    return frozenset(str(line["permission"]) for line in lines if line.get("status") == "granted")
