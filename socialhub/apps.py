"""The project as an app: it holds the management commands and the system checks."""

from __future__ import annotations

from django.apps import AppConfig


class SocialHubConfig(AppConfig):
    """Registers the system checks."""

    name = "socialhub"
    label = "socialhub"

    def ready(self) -> None:
        """Importing the module registers its checks."""
        from socialhub import checks

        assert checks.__name__
