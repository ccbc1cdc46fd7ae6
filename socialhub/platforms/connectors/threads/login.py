"""Threads' own login: an app id and secret of its own, tokens of 60 days that renew themselves
(https://developers.facebook.com/docs/threads/get-started/long-lived-tokens, read 2026-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from socialhub.platforms.connectors._graph.own_login import lengthen_at, renew_at
from socialhub.platforms.login import AppField, LoginContext, OAuth2
from socialhub.platforms.values import Account, Capability, Tokens

HOST = "https://graph.threads.net"
"""Equal to graph.threads.com by the changelog of 2025-06-06."""
API = f"{HOST}/v1.0"
ME_FIELDS = "id,username,name,threads_profile_picture_url"
BASE_SCOPES = ("threads_basic",)
PUBLISH_SCOPES = (
    "threads_content_publish",
    # Finding the parts of a thread again, which are replies.
    "threads_read_replies",
    "threads_delete",
)
INBOX_SCOPES = (
    "threads_read_replies",
    # Answering others, and hiding what they say.
    "threads_manage_replies",
    "threads_manage_mentions",
)
INSIGHTS_SCOPES = ("threads_manage_insights",)
ALL_SCOPES = tuple(dict.fromkeys(BASE_SCOPES + PUBLISH_SCOPES + INBOX_SCOPES + INSIGHTS_SCOPES))


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one profile behind the token; its id is also the one that deletion callbacks name."""
    answer = context.api.get(
        f"{API}/me",
        params={"fields": ME_FIELDS},
        headers={"Authorization": f"Bearer {tokens.access.reveal()}"},
        auth=False,
    )
    body = answer.body if isinstance(answer.body, Mapping) else {}
    username, profile_id = answer.text("username"), answer.text("id")
    account = Account(
        external_id=profile_id,
        handle=f"@{username}",
        name=str(body.get("name") or username),
        url=f"https://www.threads.com/@{username}",
        avatar_url=str(body.get("threads_profile_picture_url") or ""),
        person_id=profile_id,
        login="threads",
        tokens=tokens,
    )
    return (account,)


threads = OAuth2(
    key="threads",
    label="Threads",
    app_key="threads",
    authorize_url="https://threads.com/oauth/authorize",
    token_url=f"{HOST}/oauth/access_token",
    scopes={
        Capability.PUBLISH: PUBLISH_SCOPES,
        Capability.INBOX: INBOX_SCOPES,
        Capability.INSIGHTS: INSIGHTS_SCOPES,
    },
    base_scopes=BASE_SCOPES,
    scope_separator=",",
    app_fields=(
        AppField("client_id", "Threads app ID", help="Not the Meta app's: it stands beside that one."),
        AppField("client_secret", "Threads app secret", is_secret=True),
    ),
    app_help_url="https://developers.facebook.com/apps/",
    after_exchange=lengthen_at(HOST, "th", ALL_SCOPES),
    refresh_with=renew_at(HOST, "th"),
    refresh_min_age=timedelta(hours=24),
    discover=discover,
)
