"""When to post, with the evidence; kinds and labels beside each other; who follows; how punctual we were."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import WorkspaceRequest, requires
from analytics import timing
from analytics.mixing import NotMixable, known_accounts, mixable, stands_alone
from analytics.queries import health as healthy, own
from analytics.queries.comparing import comparison as compare
from analytics.queries.figures import TILES
from analytics.queries.samples import Sample, published, samples
from analytics.timing import LEAST_IN_SLOT, LEAST_POSTS
from analytics.views.frame import channel, frame, labels_of, to_own_page, wish_of
from analytics.views.heat import heat_rows, slot_words
from analytics.wishes import Period
from socialhub.platforms.errors import Fault
from socialhub.platforms.metrics import MEANINGS, Adds, Meaning, Metric

LOOKS_BACK = 180
SECONDS = Meaning("Lateness", "", Adds.NOT, is_time=True)
CAUSES = {
    Fault.RATE_LIMIT: "asked to slow down",
    Fault.TIMEOUT: "no answer in time",
    Fault.SERVER_ERROR: "platform in trouble",
    Fault.TOKEN_EXPIRED: "connection expired",
    Fault.INVALID_TOKEN: "connection ended",
    Fault.REVOKED: "access withdrawn",
    Fault.PERMISSION: "permission missing",
    Fault.INVALID_REQUEST: "request refused",
    Fault.INVALID_MEDIA: "media refused",
    Fault.DUPLICATE: "said before",
    Fault.QUOTA_EXCEEDED: "quota used up",
    Fault.NOT_FOUND: "target gone",
    Fault.POLICY: "against the platform's rules",
    Fault.UNKNOWN: "unknown",
}
STATES = {"failed": "Failed", "missed": "Missed", "held": "Held", "unconfirmed": "Unconfirmed"}


@require_GET
@requires("analytics.view")
def times(request: WorkspaceRequest) -> HttpResponse:
    """The hours at which posts did well, over the last half year."""
    wish, everyone, zone = wish_of(request), known_accounts(request.workspace), request.workspace.zone
    try:
        chosen = mixable(everyone, only=wish.channel)
    except NotMixable:
        return to_own_page(request, wish)
    today = timezone.localdate()
    period = Period(today - timedelta(days=LOOKS_BACK), today - timedelta(days=1))
    found = samples(published(chosen, period, zone, label=wish.label), zone)
    by_account: dict[int, list[Sample]] = defaultdict(list)
    for post in found:
        by_account[post.account].append(post)
    slug = request.workspace.slug
    advice = [(channel(each, slug), timing.suggest(by_account[each.pk], zone)) for each in chosen]
    context = {
        **frame(request, "times", wish, everyone, labels_of(request), has_days=False),
        "heat": heat_rows(timing.heat(found, zone)),
        "advice": [(named, each, slot_words(each.cell.slot) if each.cell else "") for named, each in advice],
        "weeks": LOOKS_BACK // 7,
        "least_posts": LEAST_POSTS,
        "least_in_slot": LEAST_IN_SLOT,
    }
    return render(request, "analytics/times.html", context)


@require_GET
@requires("analytics.view")
def comparison(request: WorkspaceRequest) -> HttpResponse:
    """Kinds of posts, and labels, by their medians."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    try:
        chosen = mixable(everyone, only=wish.channel)
    except NotMixable:
        return to_own_page(request, wish)
    found = compare(chosen, wish, request.workspace.zone)
    context = {
        **frame(request, "comparison", wish, everyone, labels_of(request)),
        "found": found,
        "groupings": [("kinds", "By kind", found.kinds), ("labels", "By label", found.labels)],
        "most": max((group.success or 0 for group in (*found.kinds, *found.labels)), default=0) or 1,
    }
    return render(request, "analytics/comparison.html", context)


@require_GET
@requires("analytics.view")
def audience(request: WorkspaceRequest) -> HttpResponse:
    """Who follows each channel, where its platform tells; elsewhere why not. No two are ever added."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    try:
        chosen = mixable(everyone, only=wish.channel)
    except NotMixable:
        return to_own_page(request, wish)
    shown: dict[int, dict[str, Any]] = {
        each.pk: {"named": channel(each, request.workspace.slug), "breakdowns": [], "why": []}
        for each in chosen
    }
    for pk, breakdown in own.breakdowns(chosen):
        shown[pk]["breakdowns"].append(breakdown)
    audience_labels = {MEANINGS[Metric.AUDIENCE].label, MEANINGS[Metric.VIEWERS].label}
    for pk, missing in own.absences(chosen, of_posts=False):
        if missing.label in audience_labels:
            shown[pk]["why"].append(missing)
    context = {
        **frame(request, "audience", wish, everyone, has_days=False),
        "channels_shown": sorted(shown.values(), key=lambda each: not each["breakdowns"]),
    }
    return render(request, "analytics/audience.html", context)


@require_GET
@requires("analytics.view")
def health(request: WorkspaceRequest) -> HttpResponse:
    """How punctual publishing was, and what stopped posts: our own record, of every platform."""
    wish, everyone = wish_of(request), known_accounts(request.workspace)
    found = healthy.health(request.workspace, wish.period, wish.channel, wish.label)
    frame_of = frame(request, "health", wish, everyone, labels_of(request))
    slug = request.workspace.slug
    context = {
        **frame_of,
        "channels": [(each.pk, channel(each, slug), each.pk == wish.channel) for each in everyone],
        "found": found,
        "causes": [
            (f"{STATES.get(state, state)}: {_cause(kind)}", amount) for state, kind, amount in found.causes
        ],
        "most": max((amount for _, _, amount in found.causes), default=1),
        "latest": [(each, channel(each.account, slug), late) for each, late in found.latest],
        "rate": TILES["rate"],
        "seconds": SECONDS,
        "limit": round(healthy.ON_TIME.total_seconds()),
        "any_apart": any(stands_alone(each.platform) for each in everyone),
    }
    return render(request, "analytics/health.html", context)


def _cause(kind: str) -> str:
    return CAUSES.get(Fault(kind), kind) if kind in set(Fault) else kind.replace("_", " ") or "no cause kept"
