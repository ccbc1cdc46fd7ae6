"""Simulator of X's API v2 and of the pages of x.com, written from the documentation."""

from __future__ import annotations

from . import calling, figures, media, mentions, oauth, pages, posts, reading
from .server import simulator

__all__ = ["calling", "figures", "media", "mentions", "oauth", "pages", "posts", "reading", "simulator"]
