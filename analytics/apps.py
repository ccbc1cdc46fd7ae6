"""Snapshots, numbers and dashboards."""

from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Django's handle on this app."""

    name = "analytics"
