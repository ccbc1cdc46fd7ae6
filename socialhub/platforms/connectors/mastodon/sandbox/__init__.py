"""Simulator of Mastodon, and of servers that speak its API, one per host; written from the documentation."""

from __future__ import annotations

from . import apps, editing, instance, media, notifications, oauth, pages, reading, statuses
from .server import simulator

__all__ = [
    "apps",
    "editing",
    "instance",
    "media",
    "notifications",
    "oauth",
    "pages",
    "reading",
    "simulator",
    "statuses",
]
