"""Developer apps, logins under way, and the accounts that came of them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.fields import SecretTextField
from accounts.models.people import User
from accounts.models.workspaces import Workspace
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import Login
from socialhub.platforms.values import Account, Capability


def validate_platform(key: str) -> None:
    """Refuse a key for which there is no connector folder."""
    try:
        registry.get(key)
    except LookupError:
        raise ValidationError("%(key)s is no platform.", code="platform", params={"key": key}) from None


class AppCredential(models.Model):
    """The keys of one developer app, as entered by an admin or registered by us at a user-run server."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="apps")
    app_key = models.CharField(max_length=32)
    host = models.CharField(max_length=255, blank=True)
    client_id = models.CharField(max_length=255)
    client_secret = SecretTextField()
    former_secret = SecretTextField()
    rotated_at = models.DateTimeField(null=True, blank=True)
    extra = SecretTextField(help_text="further fields that the platform's app has, as a JSON object")
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "app_key", "host"], name="one_app_per_host"),
        ]

    def __str__(self) -> str:
        return f"{self.app_key} {self.host}".strip()


class ConnectedAccountQuerySet(models.QuerySet["ConnectedAccount"]):
    """Questions about accounts."""

    def without_secrets(self) -> Self:
        """For lists: nothing is decrypted that is not used."""
        return self.defer("access_token", "refresh_token", "proof_key")

    def known(self) -> Self:
        """Those that still stand for somebody: what was erased remains only for the posts that went there."""
        return self.filter(erased_at=None)

    def usable(self) -> Self:
        """Those that posts can be sent to."""
        return self.filter(state=ConnectedAccount.State.ACTIVE)


class ConnectedAccount(models.Model):
    """A page, profile or channel that a workspace publishes to. It outlives its connection: posts refer to it."""

    class State(models.TextChoices):
        """What the connection is good for."""

        ACTIVE = "active", "Connected"
        RECONNECT = "reconnect", "Reconnect"
        PAUSED = "paused", "Paused"
        DISCONNECTED = "disconnected", "Disconnected"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="accounts")
    platform = models.CharField(max_length=32, validators=[validate_platform])
    login = models.CharField(max_length=32)
    external_id = models.CharField(max_length=255)
    host = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=32, blank=True)
    handle = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    avatar_url = models.CharField(max_length=2000, blank=True)
    person_id = models.CharField(max_length=255, blank=True, db_index=True)
    extra = models.JSONField(default=dict, blank=True)
    learned_at = models.DateTimeField(null=True, blank=True)
    described_at = models.DateTimeField(
        null=True, blank=True, help_text="when name and picture were last read"
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="since when nothing of the platform is kept"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    state_reason = models.TextField(blank=True)
    connected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    connected_at = models.DateTimeField(
        default=timezone.now, help_text="when somebody logged in the last time"
    )

    scopes = models.JSONField(default=list, blank=True)
    access_token = SecretTextField()
    refresh_token = SecretTextField()
    proof_key = SecretTextField(help_text="the key that the tokens are bound to, where they are")
    issued_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=0)
    last_refreshed_at = models.DateTimeField(null=True, blank=True)
    # The refresh: when it is due, who is doing it until when, and how it went.
    refresh_due_at = models.DateTimeField(null=True, blank=True)
    refresh_claimed_until = models.DateTimeField(null=True, blank=True)
    refresh_retry_at = models.DateTimeField(null=True, blank=True)
    refresh_failures = models.PositiveSmallIntegerField(default=0)
    refresh_error = models.TextField(blank=True)

    objects = ConnectedAccountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "handle"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "platform", "host", "external_id"], name="one_row_per_identity"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["refresh_due_at"],
                condition=models.Q(refresh_due_at__isnull=False),
                name="accounts_to_refresh",
            ),
            # For counting: the few in trouble are found without walking the many that are well.
            models.Index(fields=["state"], condition=~models.Q(state="active"), name="accounts_not_active"),
            models.Index(
                fields=["refresh_failures"],
                condition=models.Q(refresh_failures__gt=0),
                name="accounts_refresh_failing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform}: {self.handle or self.name or self.external_id}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("accounts:detail", args=[self.workspace.slug, self.pk])

    @property
    def server(self) -> str:
        """Whom calls for it reach: the platform, with the host where users run it themselves."""
        return f"{self.platform} {self.host}".strip()

    @property
    def connector(self) -> Connector:
        """What we know of its platform."""
        return registry.get(self.platform)

    @property
    def login_method(self) -> Login:
        """How it was connected."""
        return self.connector.login(self.login)

    def missing_scopes(self, capability: Capability) -> tuple[str, ...]:
        """What the capability needs and nobody granted. Nothing, where the platform does not tell its grants."""
        return self.login_method.missing(frozenset(self.scopes), capability) if self.scopes else ()

    def value(self) -> Account:
        """The account as connectors know it, without tokens; for those see `accounts.tokens`."""
        facts: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("external_id", "handle", "name", "kind", "host", "url", "avatar_url", "person_id")
        }
        return Account(**facts, login=self.login, extra=self.extra)


class LoginAttempt(models.Model):
    """A person on their way to a platform and back: single use, ten minutes, bound to user and session."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64)
    platform = models.CharField(max_length=32, validators=[validate_platform])
    login = models.CharField(max_length=32)
    host = models.CharField(max_length=255, blank=True)
    state_hash = models.CharField(max_length=64, unique=True)
    verifier = SecretTextField()
    # Where the authorization server was found and tokens are bound to a key: both are of this login alone.
    server = models.JSONField(null=True)
    proof_key = SecretTextField()
    redirect_uri = models.CharField(max_length=500)
    reconnecting = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    # What the platform offered after the login, with tokens, until the person has picked.
    candidates = SecretTextField()

    def __str__(self) -> str:
        return f"{self.user} to {self.platform}"

    @property
    def connector(self) -> Connector:
        """Where it goes."""
        return registry.get(self.platform)

    @property
    def login_method(self) -> Login:
        """By which way."""
        return self.connector.login(self.login)
