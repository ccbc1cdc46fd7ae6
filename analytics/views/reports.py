"""Reports by e-mail: asking for one, and leaving, from the page or out of the letter without a login."""

from __future__ import annotations

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import WorkspaceRequest, public, requires
from analytics import reporting
from analytics.mixing import known_accounts
from analytics.models import ReportSubscription
from analytics.views.frame import frame, wish_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@require_http_methods(["GET", "POST"])
@requires("analytics.view")
def reports(request: WorkspaceRequest) -> HttpResponse:
    """Whether this person gets a report, and how often."""
    rows = ReportSubscription.objects.filter(workspace=request.workspace, user=request.user)
    if request.method == "POST":
        return _changed(request)
    context = {
        **frame(request, "reports", wish_of(request), known_accounts(request.workspace), has_days=False),
        "row": rows.first(),
        "weekdays": list(enumerate(WEEKDAYS)),
        "address": request.user.email,
    }
    return render(request, "analytics/reports.html", context)


def _changed(request: WorkspaceRequest) -> HttpResponse:
    every, weekday = request.POST.get("every", ""), request.POST.get("weekday", "0")
    here = redirect("analytics:reports", request.workspace.slug)
    if every == "":
        ReportSubscription.objects.filter(workspace=request.workspace, user=request.user).delete()
        messages.success(request, "No more reports will come.")
    elif every in ReportSubscription.Every and weekday in {str(number) for number in range(7)}:
        row = reporting.subscribe(
            workspace=request.workspace, user=request.user, every=every, weekday=int(weekday)
        )
        messages.success(request, f"The next report comes on {row.next_at:%A %-d %B} at {row.next_at:%H:%M}.")
    else:
        messages.error(request, "Choose how often, and a weekday.")
    return here


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public("a signed link in a letter, with which its reader ends the letters")
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """A look at the link changes nothing, for mail servers look at links; the button, or one-click, ends it."""
    try:
        row = reporting.find(token)
    except BadSignature:
        raise Http404 from None
    name = row.workspace.name if row else ""
    if request.method == "POST" and row is not None:
        row.delete()
        row = None
    return render(request, "analytics/leave.html", {"name": name, "row": row})
