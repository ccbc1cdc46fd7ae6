"""People, workspaces and roles; app credentials; connected accounts; the token vault."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django's handle on this app."""

    name = "accounts"
