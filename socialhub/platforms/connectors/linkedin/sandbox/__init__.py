"""Simulator of LinkedIn's versioned API and of the pages of linkedin.com, written from the documentation."""

from __future__ import annotations

from . import comments, images, memberfigures, members, oauth, pagefigures, pages, posts, reading, videos
from .server import simulator

__all__ = [
    "comments",
    "images",
    "memberfigures",
    "members",
    "oauth",
    "pagefigures",
    "pages",
    "posts",
    "reading",
    "simulator",
    "videos",
]
