"""Simulator of Instagram publishing, by Facebook Login and by Instagram Login, written from the
documentation.
"""

from __future__ import annotations

from . import comments, containers, insights, login, messages, pages, publishing, reading, rupload
from .server import simulator

__all__ = [
    "comments",
    "containers",
    "insights",
    "login",
    "messages",
    "pages",
    "publishing",
    "reading",
    "rupload",
    "simulator",
]
