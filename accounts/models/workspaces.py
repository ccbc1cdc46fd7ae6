"""Workspaces, who belongs to them, and who has been asked to."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.models.people import User
from accounts.permissions import Role, may
from accounts.zones import validate_time_zone


class Workspace(models.Model):
    """One brand or client: its accounts, posts and people. Every other row belongs to exactly one."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField("time zone", max_length=64, default="UTC", validators=[validate_time_zone])
    late_minutes = models.PositiveIntegerField(
        "late limit, in minutes",
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)],
        help_text="A post that is later than this is missed: nothing is sent until somebody decides.",
    )
    answer_minutes = models.PositiveIntegerField(
        "answer within, in minutes",
        default=0,
        validators=[MaxValueValidator(30 * 24 * 60)],
        help_text="How soon the inbox promises an answer; 0 for no promise.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="accounts.Membership", related_name="workspaces"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people of this workspace read and enter times."""
        return ZoneInfo(self.timezone)

    def get_absolute_url(self) -> str:
        """Its first page."""
        return reverse("accounts:workspace", args=[self.slug])


class Membership(models.Model):
    """A person in a workspace, with one role."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["joined_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_per_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}: {self.get_role_display()}"

    def may(self, action: str) -> bool:
        """Whether this member may do an action of the permission table."""
        return may(self.role, action)


class Invitation(models.Model):
    """A person asked by e-mail. Only a hash of the link's token is kept, so the table opens no door."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=12, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"

    @property
    def is_open(self) -> bool:
        """Not used and not expired."""
        return self.accepted_at is None and self.expires_at > timezone.now()
