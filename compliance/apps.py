"""Privacy callbacks, erasing, retention, exports, the audit log."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ComplianceConfig(AppConfig):
    """Installs the recurring jobs of this app, and listens to deeds and to news."""

    name = "compliance"

    def ready(self) -> None:
        """After each migration the jobs are there."""
        from accounts.signals import account_changed, deed_done
        from compliance import audit, news
        from webhooks.signals import event_received

        post_migrate.connect(_install, sender=self)
        deed_done.connect(audit.note)
        event_received.connect(news.hear_event)
        account_changed.connect(news.hear_account)


def _install(**kwargs: Any) -> None:
    from accounts.schedules import every

    every(1, "compliance.jobs.carry_out", name="compliance: erase what was asked to be erased")
    every(60, "compliance.jobs.watch", name="compliance: find sign-ins that were lost for good")
    every(60, "compliance.jobs.retain", name="compliance: erase what was held long enough")
    every(1, "compliance.jobs.export", name="compliance: make exports that were asked for")
    every(60, "compliance.jobs.leave", name="compliance: erase people and workspaces whose time has come")
