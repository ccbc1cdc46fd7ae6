"""Django's admin for operators. Secrets are in no list, no form and no search; they cannot be entered here."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import (
    AppCredential,
    ConnectedAccount,
    Heartbeat,
    Invitation,
    LoginAttempt,
    Membership,
    User,
    Workspace,
)
from accounts.tokens import refresh
from socialhub.platforms.errors import PlatformError


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """People. Passwords are set by their owners, through the reset link."""

    list_display = ("email", "name", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    exclude = ("password",)
    readonly_fields = ("last_login", "date_joined")


class MembershipInline(admin.TabularInline[Membership, Workspace]):
    """Who belongs to a workspace."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin[Workspace]):
    """Workspaces and their members."""

    list_display = ("name", "slug", "timezone", "created_at")
    search_fields = ("name", "slug")
    inlines = (MembershipInline,)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the code may write."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Looking is allowed, changing is not."""
        return False


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(ReadOnlyAdmin):
    """Connections and how their tokens fare."""

    list_display = ("__str__", "workspace", "state", "expires_at", "refresh_due_at", "refresh_failures")
    list_filter = ("state", "platform")
    search_fields = ("handle", "name", "external_id", "host")
    exclude = ("access_token", "refresh_token", "proof_key")
    actions = ("refresh_tokens",)

    @admin.action(description="Refresh the tokens now", permissions=["view"])
    def refresh_tokens(self, request: HttpRequest, queryset: QuerySet[ConnectedAccount]) -> None:
        """One after the other, each with its result."""
        for account in queryset:
            try:
                refresh(account)
            except (PlatformError, LookupError) as error:
                self.message_user(request, f"{account}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{account}: refreshed", messages.SUCCESS)


@admin.register(AppCredential)
class AppCredentialAdmin(ReadOnlyAdmin):
    """Which apps are set up."""

    list_display = ("__str__", "workspace", "client_id", "set_at", "set_by")
    exclude = ("client_secret", "former_secret", "extra")


@admin.register(LoginAttempt)
class LoginAttemptAdmin(ReadOnlyAdmin):
    """Logins under way."""

    list_display = ("platform", "host", "user", "workspace", "created_at", "used_at")
    exclude = ("verifier", "candidates", "proof_key", "state_hash", "session_hash")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked."""

    list_display = ("email", "workspace", "role", "created_at", "expires_at", "accepted_at")
    exclude = ("token_hash",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Which processes work."""

    list_display = ("component", "host", "pid", "beaten_at")
