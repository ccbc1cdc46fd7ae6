"""Calls from the platforms: store, verify, announce."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebhooksConfig(AppConfig):
    """Installs the recurring jobs of this app."""

    name = "webhooks"

    def ready(self) -> None:
        """After each migration the schedules are there."""
        post_migrate.connect(_install, sender=self)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(1, "webhooks.jobs.process_waiting", name="webhooks: read calls that still wait")
    every(60, "webhooks.jobs.sweep_calls", name="webhooks: forget old calls")
