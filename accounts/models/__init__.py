"""The tables of this app, one module a subject."""

from __future__ import annotations

from accounts.models.people import User

__all__ = ["User"]
