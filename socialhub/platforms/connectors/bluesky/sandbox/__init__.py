"""Simulator of Bluesky and a second server of the AT Protocol; written from the documentation and the lexicons."""

from __future__ import annotations

from . import blobs, grants, identity, notifications, oauth, pages, records, sessions
from .server import simulator

__all__ = [
    "blobs",
    "grants",
    "identity",
    "notifications",
    "oauth",
    "pages",
    "records",
    "sessions",
    "simulator",
]
