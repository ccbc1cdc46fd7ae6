"""People, workspaces and roles; app credentials; connected accounts; the token vault."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Installs the recurring jobs and the canary of this app."""

    name = "accounts"

    def ready(self) -> None:
        """After each migration the rows that the code relies on are there."""
        from accounts import checks

        assert checks.__name__
        post_migrate.connect(_install, sender=self)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every
    from accounts.vault import plant_canary

    plant_canary()
    every(1, "accounts.jobs.refresh_tokens", name="accounts: refresh tokens that expire soon")
    every(60, "accounts.jobs.learn_limits", name="accounts: learn what servers allow")
    every(60, "accounts.jobs.sweep_logins", name="accounts: forget logins that came to nothing")
    every(60, "accounts.jobs.sweep_limits", name="accounts: forget limits that have ended")
