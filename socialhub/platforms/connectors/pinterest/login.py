"""Connecting an account (https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/,
read 2026-11): scopes with commas, Basic client authentication, access tokens of 30 days, refresh tokens of 60 days
that each refresh replaces. Tokens of ordinary users cannot be revoked through the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.login import AppField, ClientAuth, LoginContext, OAuth2, read_tokens
from socialhub.platforms.values import Account, Capability, Tokens

TOKEN_URL = "https://api.pinterest.com/v5/oauth/token"
DEAD = (400, 401)
PAGE = 250
MOST_PAGES = 8
"""2,000 boards, which is Pinterest's own limit."""
MOST_SECTIONED = 25
"""Sections cost one request a board, so they are read for the boards that were pinned to last."""


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """The one account behind the token."""
    headers = {"Authorization": f"Bearer {tokens.access.reveal()}"}
    answer = context.api.get("user_account", headers=headers, auth=False)
    external_id, username = answer.text("id"), answer.text("username")
    return (
        Account(
            external_id=external_id,
            handle=f"@{username}",
            name=str(answer.body.get("business_name") or username),
            kind=str(answer.body.get("account_type") or "").lower(),
            url=f"https://www.pinterest.com/{username}/",
            avatar_url=str(answer.body.get("profile_image") or ""),
            person_id=external_id,
            login=login.key,
            tokens=tokens,
        ),
    )


def learn(api: Api, account: Account) -> Mapping[str, Any]:
    """The boards to choose from, as pairs of value and label; sections stand after their board."""
    boards = [board for board in _items(api, "boards") if not board.get("is_ads_only")]
    latest = sorted(boards, key=lambda board: str(board.get("board_pins_modified_at") or ""), reverse=True)
    sectioned = {str(board["id"]) for board in latest[:MOST_SECTIONED]}
    choices: list[list[str]] = []
    for board in boards:
        board_id, name = str(board["id"]), str(board.get("name") or board["id"])
        choices.append([board_id, name])
        if board_id in sectioned:
            sections = _items(api, f"boards/{board_id}/sections")
            choices += [
                [f"{board_id}/{item['id']}", f"{name} › {item.get('name') or ''}"] for item in sections
            ]
    return {"boards": choices}


def _items(api: Api, path: str) -> Iterator[Mapping[str, Any]]:
    """All items of a list; a page may be short and still have a next one."""
    params: dict[str, Any] = {"page_size": PAGE}
    for _ in range(MOST_PAGES):
        body = api.get(path, params=params).body
        body = body if isinstance(body, Mapping) else {}
        yield from (item for item in body.get("items") or () if isinstance(item, Mapping) and item.get("id"))
        if not body.get("bookmark"):
            return
        params["bookmark"] = body["bookmark"]


def renew(context: LoginContext, tokens: Tokens) -> Tokens:
    """A new pair. Errors look like those of any other call, so here is said that a refusal means a new consent."""
    if tokens.refresh is None or context.app.client_secret is None:
        raise LoginError(Fault.INVALID_TOKEN, code="no_refresh_token")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
    basic = (context.app.client_id, context.app.client_secret)
    try:
        body = context.api.post(TOKEN_URL, form=form, basic=basic, auth=False).body
    except PlatformError as error:
        if error.http_status in DEAD:
            raise LoginError(
                Fault.REVOKED, platform=error.platform, code=error.code, http_status=error.http_status
            ) from None
        raise
    return read_tokens(body, context.now)


login = OAuth2(
    key="oauth2",
    label="Pinterest account",
    app_key="pinterest",
    authorize_url="https://www.pinterest.com/oauth/",
    token_url=TOKEN_URL,
    # Creating a pin demands all four together.
    scopes={
        Capability.PUBLISH: ("boards:read", "boards:write", "pins:read", "pins:write"),
        Capability.INSIGHTS: ("boards:read", "pins:read"),
    },
    base_scopes=("user_accounts:read",),
    scope_separator=",",
    client_auth=ClientAuth.BASIC,
    # Apps from before 2025-09-25 get the refresh tokens that are renewed only when they ask for them.
    exchange_extra={"continuous_refresh": "true"},
    requirement="A developer app on Pinterest with Standard access. With Trial access nothing can be published.",
    app_fields=(
        AppField("client_id", "App ID"),
        AppField("client_secret", "App secret key", is_secret=True),
    ),
    app_help_url="https://developers.pinterest.com/apps/",
    refresh_with=renew,
    discover=discover,
)
