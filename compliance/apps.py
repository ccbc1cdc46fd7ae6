"""Deletion requests, retention and the audit log."""

from __future__ import annotations

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Django's handle on this app."""

    name = "compliance"
