"""Simulator of Mastodon and of servers that speak its API, one per host, written from the public documentation."""

from __future__ import annotations

from . import media, oauth, pages, statuses
from .server import simulator

__all__ = ["media", "oauth", "pages", "simulator", "statuses"]
