"""The tables of this app, one module a subject."""

from __future__ import annotations

from accounts.models.people import User
from accounts.models.workspaces import Invitation, Membership, Workspace

__all__ = ["Invitation", "Membership", "User", "Workspace"]
