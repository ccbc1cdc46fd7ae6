"""Posts, deliveries and the publisher."""

from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Django's handle on this app."""

    name = "publishing"

    def ready(self) -> None:
        """Listen to what platforms tell."""
        from publishing import news

        assert news.__name__
