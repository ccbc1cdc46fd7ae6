"""Two ways to connect an account: Instagram Login, and Facebook Login through a linked Page
(https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login, and
https://developers.facebook.com/docs/facebook-login/guides/access-tokens; read 2026-06).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.connectors._graph import facebook_login
from socialhub.platforms.connectors._graph.own_login import lengthen_at, renew_at
from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.login import AppField, LoginContext, OAuth2, read_tokens
from socialhub.platforms.values import Account, Capability, Tokens

from .hosts import IG_GRAPH, INSTAGRAM, PAGE

ME_FIELDS = "id,user_id,username,name,account_type,profile_picture_url"
PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account{id,username,name,profile_picture_url}"
HOST = "https://graph.instagram.com"


def read_short_tokens(body: Any, now: datetime) -> Tokens:
    """``{"data": [{…}]}`` by the documentation, flat in practice; ``permissions`` is a list or has commas."""
    data = body.get("data") if isinstance(body, Mapping) else None
    line = data[0] if isinstance(data, list) and data else body
    if not isinstance(line, Mapping):
        line = {}
    return read_tokens({**line, "scope": line.get("permissions") or ""}, now)


def discover_own(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account behind the token. ``user_id`` is the account, ``id`` the person for this app."""
    answer = context.api.get(
        f"{IG_GRAPH}/me",
        params={"fields": ME_FIELDS},
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    body = answer.body if isinstance(answer.body, Mapping) else {}
    account = _account(body, answer.text("user_id"), tokens, INSTAGRAM)
    kind = str(body.get("account_type") or "").lower()
    return (replace(account, kind=kind, person_id=str(body.get("id") or "")),)


def discover_linked(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The accounts that are linked to the chosen Pages, each with its Page's token, which has no end."""
    person = str(facebook_login.get(context, tokens, "me", {"fields": "id"}).get("id") or "")
    found: list[Account] = []
    for page in facebook_login.pages(context, tokens, PAGE_FIELDS):
        linked = page.get("instagram_business_account")
        if not isinstance(linked, Mapping) or not page.get("access_token"):
            continue
        page_tokens = replace(read_tokens(page, context.now), scopes=tokens.scopes)
        account = _account(linked, str(linked["id"]), page_tokens, PAGE)
        extra = {"page_id": str(page["id"]), "page_name": str(page.get("name") or "")}
        found.append(replace(account, kind="professional", person_id=person, extra=extra))
    if not found:
        raise LoginError(
            Fault.NOT_FOUND,
            code="no_linked_account",
            user_message=(
                "None of the chosen Facebook Pages has an Instagram business or creator account linked to it. "
                "Link one in the Page's settings, or use Instagram Login."
            ),
        )
    return tuple(found)


def _account(body: Mapping[str, Any], external_id: str, tokens: Tokens, login: str) -> Account:
    username = str(body.get("username") or "")
    return Account(
        external_id=external_id,
        handle=f"@{username}",
        name=str(body.get("name") or username),
        url=f"https://www.instagram.com/{username}/",
        avatar_url=str(body.get("profile_picture_url") or ""),
        login=login,
        tokens=tokens,
    )


instagram_login = OAuth2(
    key=INSTAGRAM,
    label="Instagram Login",
    app_key="instagram",
    authorize_url="https://www.instagram.com/oauth/authorize",
    token_url="https://api.instagram.com/oauth/access_token",
    scopes={
        Capability.PUBLISH: (
            "instagram_business_content_publish",
            # The first comment.
            "instagram_business_manage_comments",
        ),
        Capability.INBOX: ("instagram_business_manage_comments", "instagram_business_manage_messages"),
        Capability.INSIGHTS: ("instagram_business_manage_insights",),
    },
    base_scopes=("instagram_business_basic",),
    scope_separator=",",
    # Otherwise the platform silently takes whoever is signed in.
    authorize_extra={"force_reauth": "true"},
    requirement="A business or creator account. Personal accounts cannot be connected.",
    app_fields=(
        AppField(
            "client_id",
            "Instagram app ID",
            help="Under “API setup with Instagram login”; not the Facebook one.",
        ),
        AppField("client_secret", "Instagram app secret", is_secret=True),
    ),
    app_help_url="https://developers.facebook.com/apps/",
    read_tokens=read_short_tokens,
    after_exchange=lengthen_at(HOST, "ig"),
    refresh_with=renew_at(HOST, "ig"),
    refresh_min_age=timedelta(hours=24),
    discover=discover_own,
)

facebook = OAuth2(
    key=PAGE,
    label="Facebook Login",
    app_key=facebook_login.APP_KEY,
    authorize_url=facebook_login.DIALOG,
    token_url=facebook_login.TOKEN_URL,
    scopes={
        Capability.PUBLISH: (
            "instagram_content_publish",
            "pages_read_engagement",
            "instagram_manage_comments",
            # Deleting a post, which only this way in can do.
            "instagram_manage_contents",
        ),
        Capability.INBOX: (
            "pages_read_engagement",
            "instagram_manage_comments",
            "instagram_manage_messages",
            # To be called.
            "pages_manage_metadata",
        ),
        Capability.INSIGHTS: ("pages_read_engagement", "instagram_manage_insights"),
    },
    base_scopes=("instagram_basic", "pages_show_list"),
    scope_separator=",",
    requirement="A business or creator account that is linked to a Facebook Page you manage.",
    app_fields=facebook_login.APP_FIELDS,
    app_help_url="https://developers.facebook.com/apps/",
    after_exchange=facebook_login.lengthen,
    revoke_with=facebook_login.withdraw(
        (
            "instagram_content_publish",
            "instagram_manage_comments",
            "instagram_manage_messages",
            "instagram_manage_contents",
            "instagram_manage_insights",
            "instagram_basic",
        )
    ),
    discover=discover_linked,
)
