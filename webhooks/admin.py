"""Calls for operators: what came, how it was sealed, what became of it, and reading it again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webhooks import processing
from webhooks.models import Event, Incoming


@admin.register(Incoming)
class IncomingAdmin(admin.ModelAdmin[Incoming]):
    """Read only, but for reading a call again."""

    list_display = ("platform", "received_at", "state", "events_found", "attempts", "reason", "app")
    list_filter = ("platform", "state")
    search_fields = ("digest",)
    date_hierarchy = "received_at"
    exclude = ("body",)
    actions = ("read_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only platforms call."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Incoming | None = None) -> bool:
        """What came stays as it came."""
        return False

    @admin.action(description="Read again", permissions=["view"])
    def read_again(self, request: HttpRequest, chosen: QuerySet[Incoming]) -> None:
        """Put chosen calls back into the line."""
        for row in chosen:
            processing.again(row)
        self.message_user(request, f"{len(chosen)} calls will be read again.")


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    """What was told."""

    list_display = ("kind", "account", "subject", "at", "created_at")
    list_filter = ("kind", "account__platform")
    list_select_related = ("account",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only platforms tell."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """What was told stays as it was told."""
        return False
