"""Calls from the platforms: store, verify, announce."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Django's handle on this app."""

    name = "webhooks"
