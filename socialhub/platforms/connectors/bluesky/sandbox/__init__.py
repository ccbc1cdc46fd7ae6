"""Simulator of Bluesky and a second server of the AT Protocol; written from the documentation and the lexicons."""

from __future__ import annotations

from . import blobs, changing, grants, identity, listing, notifications, oauth, pages, records, sessions, view
from .server import simulator

__all__ = [
    "blobs",
    "changing",
    "grants",
    "identity",
    "listing",
    "notifications",
    "oauth",
    "pages",
    "records",
    "sessions",
    "simulator",
    "view",
]
