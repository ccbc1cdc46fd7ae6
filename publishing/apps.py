"""Posts, deliveries and the publisher."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PublishingConfig(AppConfig):
    """Installs the recurring jobs of this app, and listens to news."""

    name = "publishing"

    def ready(self) -> None:
        """After each migration the jobs are there; what platforms tell is heard, and how accounts fare."""
        from accounts.signals import account_changed
        from publishing import news

        assert news.__name__
        post_migrate.connect(_install, sender=self)
        account_changed.connect(_look_again)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(10, "publishing.jobs.look_ahead", name="publishing: what would not go out")
    every(1, "publishing.jobs.go_on", name="publishing: finish what was begun for many posts")
    every(60, "publishing.jobs.forget", name="publishing: old lines of the flight recorder")


def _look_again(*, account_id: int, **kwargs: Any) -> None:
    from publishing.forecasting import forecast

    forecast(account=account_id)
