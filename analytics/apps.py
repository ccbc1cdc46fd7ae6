"""Snapshots, numbers and dashboards."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    """Installs the recurring jobs of this app, and listens to how accounts fare."""

    name = "analytics"

    def ready(self) -> None:
        """After each migration the schedules are there; pages of posts are told how these do."""
        from accounts.signals import account_changed
        from analytics import news

        assert news.__name__
        post_migrate.connect(_install, sender=self)
        account_changed.connect(_look_again)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(1, "analytics.jobs.ensure_collections", name="analytics: read whoever can be read")
    every(10, "analytics.jobs.send_reports", name="analytics: send reports by e-mail")


def _look_again(*, account_id: int, **kwargs: Any) -> None:
    from analytics.jobs import ensure_collections

    ensure_collections()
