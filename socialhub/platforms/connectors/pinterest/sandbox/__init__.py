"""Simulator of Pinterest's API v5, its upload address and the pages of pinterest.com,
written from the documentation.
"""

from __future__ import annotations

from . import analytics, boards, media, oauth, pages, pins
from .server import simulator

__all__ = ["analytics", "boards", "media", "oauth", "pages", "pins", "simulator"]
