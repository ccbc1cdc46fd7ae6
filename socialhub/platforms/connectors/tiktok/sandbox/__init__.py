"""Simulator of TikTok's Login Kit and Content Posting API and of www.tiktok.com, written from the documentation."""

from __future__ import annotations

from . import oauth, pages, posting, reading, uploads
from .server import simulator

__all__ = ["oauth", "pages", "posting", "reading", "simulator", "uploads"]
