"""Simulator of the YouTube Data API v3, of Google's sign-in and of the pages of www.youtube.com, written from the
documentation.
"""

from __future__ import annotations

from . import comments, editing, extras, hub, oauth, pages, playlists, reading, reports, uploads
from .server import simulator

__all__ = [
    "comments",
    "editing",
    "extras",
    "hub",
    "oauth",
    "pages",
    "playlists",
    "reading",
    "reports",
    "simulator",
    "uploads",
]
