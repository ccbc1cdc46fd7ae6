"""Simulator of Mastodon, and of servers that speak its API, one per host; written from the documentation."""

from __future__ import annotations

from . import apps, instance, media, oauth, pages, reading, statuses
from .server import simulator

__all__ = ["apps", "instance", "media", "oauth", "pages", "reading", "simulator", "statuses"]
