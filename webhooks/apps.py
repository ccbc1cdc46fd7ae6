"""Calls from the platforms: store, verify, announce."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebhooksConfig(AppConfig):
    """Installs the recurring jobs of this app, and listens to how accounts fare."""

    name = "webhooks"

    def ready(self) -> None:
        """After each migration the schedules are there."""
        from accounts.signals import account_changed, account_leaving

        post_migrate.connect(_install, sender=self)
        account_changed.connect(_watch_anew)
        account_leaving.connect(_end_subscription)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(1, "webhooks.jobs.process_waiting", name="webhooks: read calls that still wait")
    every(60, "webhooks.jobs.sweep_calls", name="webhooks: forget old calls")
    every(1, "webhooks.jobs.watch_accounts", name="webhooks: watch what can be heard")


def _watch_anew(*, account_id: int, **kwargs: Any) -> None:
    from webhooks.jobs import watch_accounts
    from webhooks.subscribing import hurry

    watch_accounts()
    hurry(account_id)


def _end_subscription(*, account: Any, **kwargs: Any) -> None:
    from webhooks.subscribing import end

    end(account)
