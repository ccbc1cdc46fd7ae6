"""Facebook Login: one consent, any number of Pages, each with a token of its own
(https://developers.facebook.com/docs/facebook-login/guides/access-tokens, read 2026-06).

The Page's token publishes, never the person's: it has no end, and posts appear as the Page's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from socialhub.platforms.connectors._graph import facebook_login
from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.login import LoginContext, OAuth2, read_tokens
from socialhub.platforms.values import Account, Capability, Tokens

FIELDS = "id,name,username,access_token,tasks,picture"
TASK = "CREATE_CONTENT"


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The Pages of the consent on which the person may post."""
    person = str(facebook_login.get(context, tokens, "me", {"fields": "id"}).get("id") or "")
    found = [
        _account(page, person, replace(read_tokens(page, context.now), scopes=tokens.scopes))
        for page in facebook_login.pages(context, tokens, FIELDS)
        if page.get("access_token") and TASK in (page.get("tasks") or ())
    ]
    if not found:
        raise LoginError(
            Fault.NOT_FOUND,
            code="no_page",
            user_message=(
                "There is no Facebook Page among those you chose on which you may create content. "
                "Start again and choose one, or ask its owner for that task."
            ),
        )
    return tuple(found)


def _account(page: Mapping[str, Any], person: str, tokens: Tokens) -> Account:
    page_id, username = str(page["id"]), str(page.get("username") or "")
    picture = (page.get("picture") or {}).get("data") or {}
    return Account(
        external_id=page_id,
        handle=f"@{username}" if username else str(page.get("name") or page_id),
        name=str(page.get("name") or username),
        kind="page",
        url=f"https://www.facebook.com/{username or page_id}",
        avatar_url=str(picture.get("url") or ""),
        person_id=person,
        login=LOGIN,
        tokens=tokens,
    )


LOGIN = "page"
page = OAuth2(
    key=LOGIN,
    label="Facebook Login",
    app_key=facebook_login.APP_KEY,
    authorize_url=facebook_login.DIALOG,
    token_url=facebook_login.TOKEN_URL,
    scopes={
        Capability.PUBLISH: (
            "pages_manage_posts",
            "pages_read_engagement",
            # The first comment.
            "pages_manage_engagement",
        ),
        Capability.INBOX: (
            "pages_read_user_content",
            "pages_manage_engagement",
            # To be called.
            "pages_manage_metadata",
            "pages_messaging",
        ),
        Capability.INSIGHTS: ("pages_read_engagement", "read_insights"),
    },
    base_scopes=("pages_show_list",),
    scope_separator=",",
    requirement="A Facebook Page on which you may create content. Profiles and groups cannot be connected.",
    app_fields=facebook_login.APP_FIELDS,
    app_help_url="https://developers.facebook.com/apps/",
    after_exchange=facebook_login.lengthen,
    revoke_with=facebook_login.withdraw(("pages_manage_posts", "pages_manage_engagement", "read_insights")),
    discover=discover,
)
