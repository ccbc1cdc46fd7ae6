"""Simulator of Threads, written from the documentation."""

from __future__ import annotations

from . import containers, login, pages, publishing, reading
from .server import simulator

__all__ = ["containers", "login", "pages", "publishing", "reading", "simulator"]
