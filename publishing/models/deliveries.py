"""A delivery is one post to one account: the row that is the schedule, the lease and the record."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.fields import SealedJSONField
from accounts.models import ConnectedAccount, Workspace
from publishing.models.posts import Post
from publishing.states import State

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Delivery(models.Model):
    """One post for one account.

    ``workspace`` and ``server`` (the platform, with the host where users run it) are the account's, kept here so
    that a claim can share the publisher's threads fairly without looking further. ``lane`` names what takes one
    write at a time on its platform (a board); empty where nothing is in the way.

    ``next_at`` is when the publisher may next take it; null means never by itself. Taking it moves ``next_at``
    past the end of the lease, so a lease that ends is simply claimable again. ``lease_token`` grows with every
    claim: a save with an old one changes nothing. ``in_doubt`` means that the public step was begun and its
    outcome is not stored; ``sent_at`` stays with a post that the platform refused at that step, so that a retry
    looks for it first. ``fingerprint`` stands for what it says once it is queued, see
    :mod:`publishing.duplicates`; ``is_repeat`` means that a person wants it although it was said before.
    """

    # Every claim writes every index anew, so none is kept that another one's beginning serves as well.
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.RESTRICT, related_name="deliveries", db_index=False
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    server = models.CharField(max_length=290)
    lane = models.CharField(max_length=120, blank=True)
    key = models.UUIDField(default=uuid.uuid4, editable=False)  # nobody looks for it: no index to write
    fingerprint = models.CharField(max_length=64, blank=True)
    is_repeat = models.BooleanField(default=False)
    own_parts = models.JSONField(null=True, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    options = models.JSONField(default=dict, blank=True)

    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    due_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)

    step = models.CharField(max_length=40, blank=True)
    step_since = models.DateTimeField(null=True, blank=True)
    facts = SealedJSONField()
    is_begun = models.BooleanField(
        default=False, help_text="part of it is public: it may go on, never start anew"
    )
    in_doubt = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    starts_over = models.BooleanField(
        default=False, help_text="a person tries again: all is done anew once it is proven absent"
    )
    charged_at = models.DateTimeField(null=True, blank=True, help_text="since when quotas count it")
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    progress = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    error_kind = models.CharField(max_length=30, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    remote_id = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    if TYPE_CHECKING:
        log: RelatedManager[StepLog]

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["post", "account"], name="one_delivery_for_an_account"),
            models.UniqueConstraint(
                fields=["account", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="remote_post_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="delivery_next", condition=models.Q(next_at__isnull=False)),
            # Which lanes are in use: a lane may have a long past, but at most a few leases.
            models.Index(
                fields=["lane", "lease_until"],
                name="delivery_lane",
                condition=~models.Q(lane="") & models.Q(lease_until__isnull=False),
            ),
            # Where the posts of an account stand, and whether one of them says the same.
            models.Index(fields=["account", "state", "fingerprint"], name="delivery_of_account"),
            models.Index(fields=["state", "due_at"]),
            # What has just gone out: its figures are to be read from now on.
            models.Index(
                fields=["published_at"],
                name="delivery_published",
                condition=models.Q(published_at__isnull=False),
            ),
            # What every page of a workspace asks: how many stand where, and which wait for a person.
            models.Index(fields=["workspace", "state", "due_at"], name="delivery_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with what the account says of itself."""
        self.workspace_id, self.server = self.account.workspace_id, self.account.server
        super().save(*args, **kwargs)


class StepLog(models.Model):
    """One line of the flight recorder. ``exchanges`` are redacted before they come here."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    step = models.CharField(max_length=40, blank=True)
    event = models.CharField(max_length=20)
    note = models.CharField(max_length=500, blank=True)
    seconds = models.FloatField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=80, blank=True)
    trace_id = models.CharField(max_length=120, blank=True)
    exchanges: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.event} {self.step}"
