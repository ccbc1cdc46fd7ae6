"""Requests, holds, exports and the audit log for operators: to be read, never to be changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from compliance.models import Entry, Erasure, Export, Hold, Leaving, Request


class RecordAdmin(ReadOnlyAdmin):
    """Rows that tell what was done."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


class ErasureInline(admin.TabularInline[Erasure, Request]):
    """The accounts of a request."""

    model = Erasure
    extra = 0
    fields = (
        "account",
        "platform",
        "state",
        "stage",
        "counts",
        "attempts",
        "error",
        "next_at",
        "finished_at",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Only requests add them."""
        return False


@admin.register(Request)
class RequestAdmin(RecordAdmin):
    """What was asked, over all workspaces."""

    list_display = ("code", "kind", "platform", "state", "received_at", "deadline_at", "finished_at")
    list_filter = ("state", "kind", "platform")
    search_fields = ("code",)
    date_hierarchy = "received_at"
    exclude = ("digest",)
    inlines = (ErasureInline,)


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    """What must be kept for now."""

    list_display = ("account", "reason", "placed_by", "placed_at")
    list_select_related = ("account", "placed_by")


@admin.register(Entry)
class EntryAdmin(RecordAdmin):
    """The audit log."""

    list_display = ("at", "verb", "actor_id", "workspace_id", "object_type", "object_id", "words")
    list_filter = ("verb",)
    show_full_result_count = False


@admin.register(Export)
class ExportAdmin(RecordAdmin):
    """Exports; the files are their owners' alone."""

    list_display = ("id", "user", "workspace", "state", "size", "asked_at", "expires_at")
    list_filter = ("state",)
    exclude = ("file",)


@admin.register(Leaving)
class LeavingAdmin(RecordAdmin):
    """Who is about to be erased."""

    list_display = ("id", "user_id", "workspace_id", "due_at", "called_off_at", "done_at", "note")
