"""Posts, deliveries and files for operators: everything can be read and searched, little can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from publishing import scheduling
from publishing.models import Delivery, Label, MediaFile, Post, StepLog
from publishing.scheduling import Blocked, NotAllowed


class RecordAdmin(ReadOnlyAdmin):
    """Rows that are the record of what happened: never changed, never deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """One post to one account, with what an operator may do about it."""

    list_display = ("id", "post", "account", "state", "due_at", "next_at", "step", "in_doubt", "error_kind")
    list_filter = ("state", "in_doubt", "account__platform", "error_kind")
    search_fields = ("remote_id", "post__title", "error_message", "account__handle")
    list_select_related = ("post", "account")
    date_hierarchy = "due_at"
    actions = ("retry", "look_again")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may act on deliveries of every workspace."""
        return bool(request.user.is_superuser)

    @admin.action(description="Try again now (failed, missed, held, cancelled)", permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """The same verb as the post page's."""
        self._each(request, rows, scheduling.retry)

    @admin.action(description="Look again (unconfirmed)", permissions=["operate"])
    def look_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """The same verb as the post page's."""
        self._each(request, rows, scheduling.check_now)

    def _each(self, request: HttpRequest, rows: QuerySet[Delivery], verb: Any) -> None:
        for row in rows:
            try:
                verb(row)
            except (NotAllowed, Blocked) as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, f"{row}: done", messages.SUCCESS)


@admin.register(Post)
class PostAdmin(RecordAdmin):
    """Posts as composed."""

    list_display = ("id", "headline", "workspace", "due_at", "updated_at")
    list_filter = ("workspace",)
    search_fields = ("title", "parts")
    list_select_related = ("workspace",)


@admin.register(StepLog)
class StepLogAdmin(RecordAdmin):
    """The flight recorder."""

    list_display = ("id", "delivery", "at", "event", "step", "status", "code", "seconds", "trace_id")
    list_filter = ("event",)
    search_fields = ("trace_id", "code", "note", "=delivery__id")


@admin.register(MediaFile)
class MediaFileAdmin(RecordAdmin):
    """Files of the library."""

    list_display = ("id", "name", "workspace", "mime", "size", "width", "height", "seconds", "created_at")
    list_filter = ("mime",)
    search_fields = ("name", "sha256")
    list_select_related = ("workspace",)


@admin.register(Label)
class LabelAdmin(ReadOnlyAdmin):
    """Words by which posts are sorted. Taking one away takes it off its posts."""

    list_display = ("id", "name", "workspace")
    search_fields = ("name", "folded", "workspace__slug")
    list_select_related = ("workspace",)
    ordering = ("workspace", "folded")
