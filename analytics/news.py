"""What analytics tells the pages to its left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from accounts.models import Workspace
from analytics.mixing import stands_alone
from analytics.models import TrackedPost
from analytics.queries.posts import COLUMNS
from analytics.wording import written
from publishing.signals import Figures, figures_asked

SAID = ("views", "reach", "engagements", "rate_by_reach")


@receiver(figures_asked, dispatch_uid="analytics.news")
def tell_figures(workspace: Workspace, deliveries: Sequence[int], **kwargs: Any) -> dict[int, Figures]:
    """A line for each live post, in one query. Platforms whose figures stand alone are led to, and not quoted."""
    rows = TrackedPost.objects.filter(delivery__in=deliveries, account__workspace=workspace)
    fields = ("pk", "delivery", "account__platform", "totals", "read_at")
    found: dict[int, Figures] = {}
    for pk, delivery, platform, totals, read_at in rows.values_list(*fields):
        line = "" if stands_alone(platform) else _line(totals)
        found[delivery] = Figures(line, reverse("analytics:post", args=[workspace.slug, pk]), read_at)
    return found


def _line(totals: dict[str, float]) -> str:
    given = [COLUMNS[key] for key in SAID if key in totals]
    return " · ".join(f"{each.short} {written(totals[each.key], is_share=each.is_share)}" for each in given)
