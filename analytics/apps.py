"""Snapshots, numbers and dashboards."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    """Installs the recurring jobs of this app."""

    name = "analytics"

    def ready(self) -> None:
        """After each migration the jobs are there; pages of posts are told how these do."""
        from analytics import news

        assert news.__name__
        post_migrate.connect(_install, sender=self)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(10, "analytics.jobs.send_reports", name="analytics: send reports by e-mail")
