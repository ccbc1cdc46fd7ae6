"""Simulator of Threads, written from the documentation."""

from __future__ import annotations

from . import containers, figures, login, pages, publishing, reading
from .server import simulator

__all__ = ["containers", "figures", "login", "pages", "publishing", "reading", "simulator"]
