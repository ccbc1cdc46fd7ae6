"""Who may do what in a workspace: one table, role → actions. Views name the action, never the role."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """The roles of a member, from the most to the least powerful."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MARKETER = "marketer", "Marketer"
    APPROVER = "approver", "Approver"
    VIEWER = "viewer", "Viewer"


_VIEWER = {
    "workspace.view",
    "members.view",
    "accounts.view",
    "posts.view",
    "library.view",
    "inbox.view",
    "analytics.view",
}
_APPROVER = _VIEWER | {"posts.approve", "posts.comment"}
_MARKETER = _VIEWER | {"posts.edit", "posts.publish", "posts.comment", "library.edit", "inbox.reply"}
_ADMIN = (
    _APPROVER
    | _MARKETER
    | {
        "workspace.edit",
        "members.edit",
        "accounts.connect",
        "accounts.disconnect",
        "credentials.edit",
        "compliance.view",
        "compliance.edit",
    }
)
_OWNER = _ADMIN | {"members.owners", "workspace.delete"}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: frozenset(_OWNER),
    Role.ADMIN: frozenset(_ADMIN),
    Role.MARKETER: frozenset(_MARKETER),
    Role.APPROVER: frozenset(_APPROVER),
    Role.VIEWER: frozenset(_VIEWER),
}
ACTIONS: frozenset[str] = frozenset().union(*PERMISSIONS.values())

ROLE_HINTS: dict[Role, str] = {
    Role.OWNER: "Everything, and may appoint other owners.",
    Role.ADMIN: "Connects accounts, enters app credentials, invites people, and all that a marketer may.",
    Role.MARKETER: "Composes, schedules and publishes; answers in the inbox.",
    Role.APPROVER: "Sees everything and says yes or no to posts.",
    Role.VIEWER: "Sees everything, changes nothing.",
}


def may(role: str, action: str) -> bool:
    """Whether a role includes an action. An action that nobody has is a mistake in the code: KeyError."""
    if action not in ACTIONS:
        raise KeyError(action)
    return action in PERMISSIONS[Role(role)]
