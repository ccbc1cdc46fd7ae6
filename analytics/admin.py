"""Figures for operators: everything can be read, also among millions of rows, and little can be changed.

Lists are walked by their primary key and never counted to the end, nor searched but by the number of what a row
belongs to: no index carries anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.admin import ReadOnlyAdmin
from accounts.clock import database_now
from analytics.models import (
    Absence,
    AccountSnapshot,
    Collection,
    DayGain,
    Gap,
    Payload,
    PostSnapshot,
    ReportSubscription,
    TrackedPost,
)
from publishing.admin import RecordAdmin
from publishing.views.shapes import KINDS
from socialhub.platforms.metrics import MEANINGS, Metric, Why

MOST_COUNTED = 10_000
SECRETS = ("access_token", "refresh_token", "proof_key")


class Glance(Paginator[Any]):
    """Pages of the newest rows. What is beyond is found by a search or a filter, not by leafing."""

    @cached_property
    def count(self) -> int:
        """How many, up to a limit: millions are not counted to draw one page."""
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class Words(admin.SimpleListFilter):
    """A column by words that we know. To ask the rows which ones there are would read all of them."""

    words: Mapping[str, str] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every one of them."""
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with it."""
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class MetricFilter(Words):
    """One of our metrics."""

    title = parameter_name = "metric"
    words = {metric.value: MEANINGS[metric].label for metric in Metric}


class KindFilter(Words):
    """A kind of post."""

    title = parameter_name = "kind"
    words = {kind.value: word for kind, word in KINDS.items()}


class WhyFilter(Words):
    """Why a figure is absent."""

    title = parameter_name = "why"
    words = {why.value: why.value.replace("_", " ") for why in Why}


class FiguresAdmin(RecordAdmin):
    """Rows about figures. ``account`` and ``post`` come along in one query, tokens stay where they are."""

    belongs_to: tuple[str, ...] = ("account",)
    brings = ("account",)
    search_fields: ClassVar[tuple[str, ...]] = ("account__id",)
    search_help_text = "the number of an account"
    show_full_result_count = False
    paginator = Glance
    ordering = ("-pk",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what its words need."""
        rows = super().get_queryset(request).select_related(*self.brings)
        return rows.defer(*(f"{path}__{name}" for path in self.brings for name in _secrets_of(path)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By numbers alone, for which there is an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if not (term.isascii() and term.isdigit() and len(term) < 18):
            return queryset.none(), False
        found = Q()
        for name in self.belongs_to:
            found |= Q(**{name: int(term)})
        return queryset.filter(found), False


def _secrets_of(path: str) -> tuple[str, ...]:
    return SECRETS if path.endswith("account") else ()


@admin.register(TrackedPost)
class TrackedPostAdmin(FiguresAdmin):
    """Live posts whose figures are read."""

    list_display = ("id", "account", "external_id", "kind", "published_at", "read_at", "night", "mark_due_at")
    list_filter = ("account__platform", KindFilter, ("delivery", admin.EmptyFieldListFilter))
    belongs_to = ("account", "delivery", "pk")
    search_fields = ("account__id", "delivery__id", "id")
    search_help_text = "the number of an account, of a delivery, or its own"


@admin.register(PostSnapshot)
class PostSnapshotAdmin(FiguresAdmin):
    """Figures of posts, as they were read."""

    list_display = ("id", "post_id", "slot", "name", "metric", "by", "value", "is_final", "read_at")
    list_filter = (MetricFilter, "is_final")
    belongs_to = ("post",)
    brings = ("post",)
    search_fields = ("post__id",)
    search_help_text = "the number of a tracked post"


@admin.register(AccountSnapshot)
class AccountSnapshotAdmin(FiguresAdmin):
    """Figures of accounts, as they were read."""

    list_display = ("id", "account", "period", "day", "name", "metric", "by", "value", "is_final", "read_at")
    list_filter = (MetricFilter, "period", "is_final")


@admin.register(DayGain)
class DayGainAdmin(FiguresAdmin):
    """What the posts of an account gained in a day."""

    list_display = ("id", "account", "day", "metric", "value", "posts", "days")
    list_filter = (MetricFilter,)


@admin.register(Gap)
class GapAdmin(FiguresAdmin):
    """What was not read in time."""

    list_display = ("id", "account", "night", "what", "reason")


@admin.register(Absence)
class AbsenceAdmin(FiguresAdmin):
    """What an account does not get, and why."""

    list_display = ("id", "account", "of_posts", "name", "metric", "why", "since", "seen_at")
    list_filter = (MetricFilter, "of_posts", WhyFilter)


@admin.register(Payload)
class PayloadAdmin(FiguresAdmin):
    """Answers of platforms, reduced to what figures were read from."""

    list_display = ("id", "account", "asked", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payload]:
        """The list does without the answers themselves."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        return rows.defer("body") if match is not None and (match.url_name or "").endswith("list") else rows


@admin.register(Collection)
class CollectionAdmin(FiguresAdmin):
    """Who is read when, with what an operator may do about it."""

    list_display = ("id", "account", "night", "done_at", "next_at", "lease_until", "failures", "reason")
    list_filter = (("done_at", admin.EmptyFieldListFilter), ("next_at", admin.EmptyFieldListFilter))
    actions = ("read_now",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may act on accounts of every workspace."""
        return bool(request.user.is_superuser)

    @admin.action(description="Read now what is left of the night", permissions=["operate"])
    def read_now(self, request: HttpRequest, rows: QuerySet[Collection]) -> None:
        """Waiting ends. A row that is being read is left alone: a second reader would ask everything twice."""
        now = database_now()
        free = Collection.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).filter(
            Q(lease_until=None) | Q(lease_until__lte=now)
        )
        chosen, begun = rows.count(), free.update(next_at=now)
        self.message_user(request, f"{begun} will be read at once.", messages.SUCCESS)
        if begun < chosen:
            self.message_user(request, f"{chosen - begun} are being read already.", messages.WARNING)


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(ReadOnlyAdmin):
    """Who gets figures by e-mail. Taking a row away ends the letters."""

    list_display = ("id", "user", "workspace", "every", "weekday", "next_at", "sent_at")
    list_filter = ("every",)
    search_fields = ("user__email", "workspace__slug")
    list_select_related = ("user", "workspace")
    ordering = ("-pk",)
