"""The project as an app: it holds the management commands, the system checks and the doctor's job."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SocialHubConfig(AppConfig):
    """Registers the system checks."""

    name = "socialhub"
    label = "socialhub"

    def ready(self) -> None:
        """Importing the module registers its checks; each migration installs the recurring job."""
        from socialhub import checks

        assert checks.__name__
        # Without tables of its own it hears of no migration, so it listens to the one that makes the schedule's.
        post_migrate.connect(_install, sender=apps.get_app_config("django_q"))


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(10, "socialhub.jobs.examine", name="socialhub: examine the hub for the set-up page")
