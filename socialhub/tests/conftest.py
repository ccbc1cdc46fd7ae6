"""A hub with one workspace on a made-up platform, and deliveries in whatever condition a test needs."""

from __future__ import annotations

from publishing.tests.conftest import account, compose, mara, platform, workspace

__all__ = ["account", "compose", "mara", "platform", "workspace"]
