"""Simulator of Facebook Pages, written from the documentation."""

from __future__ import annotations

from . import comments, editing, feed, insights, messages, pages, photos, reading, stories, videos
from .server import simulator

__all__ = [
    "comments",
    "editing",
    "feed",
    "insights",
    "messages",
    "pages",
    "photos",
    "reading",
    "simulator",
    "stories",
    "videos",
]
