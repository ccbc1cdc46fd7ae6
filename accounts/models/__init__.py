"""The tables of this app, one module a subject."""

from __future__ import annotations

from accounts.models.connections import AppCredential, ConnectedAccount, LoginAttempt
from accounts.models.heartbeats import Checkup, Heartbeat
from accounts.models.limits import Budget, Cooldown
from accounts.models.people import User
from accounts.models.vault import Canary
from accounts.models.workspaces import Invitation, Membership, Workspace

__all__ = [
    "AppCredential",
    "Budget",
    "Canary",
    "Checkup",
    "ConnectedAccount",
    "Cooldown",
    "Heartbeat",
    "Invitation",
    "LoginAttempt",
    "Membership",
    "User",
    "Workspace",
]
