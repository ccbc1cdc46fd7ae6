"""The inbox: who spoke, what they said, what became of it, and what we answered."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import ConnectedAccount, User, Workspace
from socialhub.platforms.inbox import Act, Item, ItemKind, Person

KINDS = [(kind.value, kind.value.capitalize()) for kind in ItemKind]


class Contact(models.Model):
    """Somebody who spoke to one of our accounts, as the platform describes them to that account.

    Names and pictures are kept as long as the platform's terms allow (see ``Policy.keep``); ``read_at`` is when
    they were last told. ``note`` is what our people wrote for each other.
    """

    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="contacts")
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    handle = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "external_id"], name="a_contact_once_an_account"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["account", "read_at"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What to call them."""
        return self.name or self.handle or "Somebody"

    def value(self) -> Person:
        """The person as connectors know them."""
        return Person(self.external_id, self.name, self.handle, self.url)


class Conversation(models.Model):
    """What belongs together: a comment with its answers, a mention, an exchange of messages.

    ``key`` is the thread as the platform names it. ``due_at`` is by when an answer is promised, empty once it was
    given or is not needed.
    """

    class State(models.TextChoices):
        """Whether somebody still has to look at it."""

        OPEN = "open", "Open"
        DONE = "done", "Done"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="conversations")
    kind = models.CharField(max_length=12, choices=KINDS)
    key = models.CharField(max_length=255)
    post_id = models.CharField(max_length=255, blank=True)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="conversations")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    is_unread = models.BooleanField(default=True)
    assigned_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    last_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "kind", "key"], name="a_thread_is_one_conversation"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "state", "-last_at", "-id"]),
            models.Index(fields=["workspace", "-changed_at"]),
            models.Index(fields=["account", "post_id"]),
            models.Index(
                fields=["workspace"],
                name="conversations_to_read",
                condition=models.Q(state="open", is_unread=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class InboxItem(models.Model):
    """One thing that was said. What the platform's terms let us keep for a while only is emptied by a sweep.

    ``as_of`` is the time of the telling that stands here: an older one that comes later changes nothing of it.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="items")
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="inbox_items")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="items")
    kind = models.CharField(max_length=12, choices=KINDS)
    external_id = models.CharField(max_length=255)
    parent_id = models.CharField(max_length=255, blank=True)
    post_id = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    read_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    is_own = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    is_liked = models.BooleanField(default=False)
    is_emptied = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)
    acts = models.JSONField(default=list)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "external_id"], name="an_item_is_kept_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["conversation", "at"]),
            models.Index(fields=["account", "read_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"

    def may(self, act: Act) -> bool:
        """Whether this can be done about it now."""
        return act.value in self.acts and self.removed_at is None

    def value(self) -> Item:
        """The item as connectors know it."""
        return Item(
            kind=ItemKind(self.kind),
            id=self.external_id,
            at=self.at,
            text=self.text,
            author=self.contact.value() if self.contact else None,
            post_id=self.post_id,
            parent_id=self.parent_id,
            thread_id=self.conversation.key,
            url=self.url,
            is_own=self.is_own,
            is_hidden=self.is_hidden,
            acts=frozenset(Act(name) for name in self.acts if name in set(Act)),
            facts=self.facts,
        )


class TakenBack(models.Model):
    """An item that was gone before we heard of it: calls come in any order."""

    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "external_id"], name="taken_back_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.external_id


class Answer(models.Model):
    """Something to be done about an item: a reply, or another act. The row is the order; see ``answering.py``.

    ``in_doubt`` is committed before a reply leaves and cleared with what came of it, as for deliveries: a row in
    doubt is looked for before anything is sent again.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        DONE = "done", "Sent"
        FAILED = "failed", "Failed"
        UNCONFIRMED = "unconfirmed", "Unconfirmed"
        CANCELLED = "cancelled", "Cancelled"

    item = models.ForeignKey(InboxItem, on_delete=models.CASCADE, related_name="answers")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="answers")
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="answers")
    act = models.CharField(max_length=8, choices=[(act.value, act.value.capitalize()) for act in Act])
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=40, blank=True)
    step_since = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    in_doubt = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    error_kind = models.CharField(max_length=24, blank=True)
    error_message = models.TextField(blank=True)
    remote_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="answers_to_take"
            ),
            models.Index(fields=["conversation", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.state}"

    def save_if_held(self, token: int, **values: Any) -> bool:
        """Write what came of a turn, if the row is still whose turn it was."""
        return bool(type(self).objects.filter(pk=self.pk, lease_token=token).update(**values))


class SavedReply(models.Model):
    """Words that a workspace says often."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_replies")
    name = models.CharField(max_length=60)
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "name"], name="a_saved_reply_has_one_name"),
        ]

    def __str__(self) -> str:
        return self.name
