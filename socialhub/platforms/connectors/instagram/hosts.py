"""The two ways in speak to two hosts with tokens that are strangers to each other."""

from __future__ import annotations

from collections.abc import Mapping

from socialhub.platforms.connectors._graph import facebook_login
from socialhub.platforms.values import Account, App

PAGE, INSTAGRAM = "page", "instagram"
IG_GRAPH = f"https://graph.instagram.com/{facebook_login.VERSION}"


def is_by_facebook(account: Account) -> bool:
    """Whether the account was connected through Facebook Login."""
    return account.login == PAGE


def base_for(account: Account) -> str:
    """Where the account's token is known."""
    return facebook_login.GRAPH if is_by_facebook(account) else IG_GRAPH


def sign(account: Account, app: App) -> Mapping[str, str]:
    """Only Facebook Login knows the app's proof."""
    return facebook_login.sign(account, app) if is_by_facebook(account) else {}
