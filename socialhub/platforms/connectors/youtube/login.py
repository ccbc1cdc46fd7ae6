"""Connecting a channel: Google's OAuth for web servers; hourly tokens, a refresh token that is not rotated
(https://developers.google.com/identity/protocols/oauth2/web-server, read 2026-09).

The person picks one channel on Google's page: one token is one channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.login import AppField, LoginContext, OAuth2
from socialhub.platforms.values import Account, Capability, Tokens

from .playlists import read_playlists
from .reports import SCOPE as REPORTS_SCOPE

REVOKE_URL = "https://oauth2.googleapis.com/revoke"
PERSON_URL = "https://openidconnect.googleapis.com/v1/userinfo"
FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
CHANNELS = "youtube/v3/channels"
CHANNEL_PARTS = "id,snippet,contentDetails,status"


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one channel behind the token, and the person: Google revokes per person, not per channel."""
    show = {"Authorization": f"Bearer {tokens.access.reveal()}"}
    query = {"part": CHANNEL_PARTS, "mine": "true"}
    channel = _first(context.api.get(CHANNELS, params=query, headers=show, auth=False).body)
    if not channel.get("id"):
        raise LoginError(
            Fault.NOT_FOUND,
            code="no_channel",
            user_message="This Google account has no YouTube channel. Create one on YouTube, then connect it.",
        )
    person = context.api.get(PERSON_URL, headers=show, auth=False).text("sub")
    snippet, channel_id = _part(channel, "snippet"), str(channel["id"])
    handle = str(snippet.get("customUrl") or channel_id).lstrip("@")
    picture = _part(_part(snippet, "thumbnails"), "default")
    return (
        Account(
            external_id=channel_id,
            handle=f"@{handle}",
            name=str(snippet.get("title") or handle),
            kind="channel",
            url=f"https://www.youtube.com/channel/{channel_id}",
            avatar_url=str(picture.get("url") or ""),
            person_id=person,
            login=login.key,
            tokens=tokens,
            extra=_extra(channel),
        ),
    )


def learn(api: Api, account: Account) -> Mapping[str, Any]:
    """Whether the channel may upload more than 15 minutes, the list that holds its uploads, and its playlists."""
    channel = _first(api.get(CHANNELS, params={"part": CHANNEL_PARTS, "mine": "true"}).body)
    return {**_extra(channel), "playlists": list(read_playlists(api))}


def revoke(context: LoginContext, account: Account) -> None:
    """Withdraw everything that this person granted to the project; a token that is dead already is fine."""
    if account.tokens is not None:
        token = account.tokens.refresh or account.tokens.access
        context.api.post(REVOKE_URL, form={"token": token.reveal()}, auth=False, expect=(400,))


def _first(body: Any) -> Mapping[str, Any]:
    items = body.get("items") if isinstance(body, Mapping) else None
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _extra(channel: Mapping[str, Any]) -> dict[str, Any]:
    lists = _part(_part(channel, "contentDetails"), "relatedPlaylists")
    return {
        "uploads": str(lists.get("uploads") or ""),
        "long_uploads": str(_part(channel, "status").get("longUploadsStatus") or ""),
    }


login = OAuth2(
    key="google",
    label="Google account",
    app_key="google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",
    # Uploading, reading back, deleting and moderating: the least scope for all of it, counters of videos included.
    # Reports have one of their own; beside another one a person may untick each.
    scopes={
        Capability.PUBLISH: (FORCE_SSL,),
        Capability.INBOX: (FORCE_SSL,),
        Capability.INSIGHTS: (FORCE_SSL, REPORTS_SCOPE),
    },
    base_scopes=("openid",),
    # Without both there is no refresh token when somebody connects again; the choice is which channel.
    authorize_extra={"access_type": "offline", "prompt": "select_account consent"},
    requirement="A YouTube channel. Videos stay private until Google has audited the developer project.",
    app_fields=(
        AppField("client_id", "OAuth client ID", help="Of the type “web application”."),
        AppField("client_secret", "OAuth client secret", is_secret=True),
    ),
    app_help_url="https://console.cloud.google.com/apis/credentials",
    revoke_with=revoke,
    discover=discover,
)
