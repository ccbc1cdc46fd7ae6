"""The compliance desk: requests with states and deadlines, holds, lists of a platform, what is kept how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import WorkspaceRequest, requires
from accounts.disconnecting import disconnect
from accounts.models import ConnectedAccount, Workspace
from accounts.signals import tell_deed
from compliance import erasing, lists, retention
from compliance.forms import HoldForm, ListForm
from compliance.models import Erasure, Hold, Request
from compliance.models.requests import OPEN, concerning
from compliance.opening import open_request
from compliance.reports import report
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector

_PAGE = 25
LOOKS = {
    Request.State.RECEIVED: "info",
    Request.State.RUNNING: "busy",
    Request.State.DONE: "good",
    Request.State.HELD: "warn",
    Request.State.FAILED: "bad",
    Request.State.CALLED_OFF: "neutral",
}

_RUNS = frozenset({Request.State.RUNNING, Request.State.FAILED, Request.State.DONE})


class Row(NamedTuple):
    """A request as this workspace sees it: with its own accounts alone."""

    request: Request
    platform: str
    tone: str
    accounts: int
    rows: int
    error: str
    is_late: bool
    can_rerun: bool


class Term(NamedTuple):
    """How long one kind of data of one platform is kept."""

    connector: Connector
    what: str
    keep: timedelta


@require_GET
@requires("compliance.view")
def desk(request: WorkspaceRequest) -> HttpResponse:
    """Everything that was asked, what is on hold, and what is kept for how long."""
    found = concerning(request.workspace).select_related("app").order_by("-pk")
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    return render(request, "compliance/desk.html", _context(request, page))


@require_GET
@requires("compliance.view")
def download(request: WorkspaceRequest, code: str) -> JsonResponse:
    """The report of a request, for an auditor: kinds, times and counts of this workspace."""
    found = get_object_or_404(concerning(request.workspace), code=code)
    answer = JsonResponse(report(found, request.workspace), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="erasure-{found.code}.json"'
    return answer


@require_POST
@requires("compliance.edit")
def rerun(request: WorkspaceRequest, code: str) -> HttpResponse:
    """Go on now, or look once more over what is done. Both are harmless."""
    found = get_object_or_404(concerning(request.workspace), code=code)
    again = erasing.run_again(found, workspace=request.workspace)
    if again:
        tell_deed("erasing.rerun", workspace=request.workspace, subject=found)
        messages.success(request, "It runs again in the next minute. What is gone already stays gone.")
    else:
        messages.info(request, "Nothing is left to look over.")
    return redirect("compliance:desk", request.workspace.slug)


@require_POST
@requires("compliance.edit")
def place_hold(request: WorkspaceRequest) -> HttpResponse:
    """Keep the data of an account."""
    form = HoldForm(request.workspace, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose an account and say why its data must be kept.")
        return redirect("compliance:desk", request.workspace.slug)
    erasing.hold(form.cleaned_data["account"], reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, "On hold: nothing of this account is erased until you release it.")
    return redirect("compliance:desk", request.workspace.slug)


@require_POST
@requires("compliance.edit")
def lift_hold(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let erasing go on."""
    account = get_object_or_404(request.workspace.accounts, pk=pk)
    if erasing.release(account):
        messages.success(request, "Released. What was asked to be erased meanwhile goes now.")
    return redirect("compliance:desk", request.workspace.slug)


@require_POST
@requires("compliance.edit")
def erase(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Disconnect an account and erase what came from there."""
    account = get_object_or_404(request.workspace.accounts.known(), pk=pk)
    if account.state != ConnectedAccount.State.DISCONNECTED:
        disconnect(account)
    open_request(kind=Request.Kind.OWN, platform=account.platform, accounts=[account])
    messages.success(request, "Disconnected. It is erased in the next minutes; the report stands here.")
    return redirect("compliance:desk", request.workspace.slug)


@require_POST
@requires("compliance.edit")
def take_list(request: WorkspaceRequest) -> HttpResponse:
    """A list of ids that a platform mailed: whoever of them connected an account here is erased."""
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("compliance:desk", request.workspace.slug)
    asked = lists.take(
        workspace=request.workspace, app_key=form.cleaned_data["app"], people=form.cleaned_data["file"]
    )
    messages.success(
        request,
        f"{asked.people} ids read: {asked.known} of them connected accounts here and are erased now, "
        f"{asked.people - asked.known} are unknown.",
    )
    return redirect("compliance:desk", request.workspace.slug)


def _context(request: WorkspaceRequest, page: Any) -> dict[str, Any]:
    workspace = request.workspace
    holds = Hold.objects.filter(account__workspace=workspace).select_related("account", "placed_by")
    return {
        "page": page,
        "rows": list(_rows(page.object_list, workspace)),
        "holds": holds.order_by("-placed_at"),
        "hold_form": HoldForm(workspace),
        "list_form": ListForm(),
        "terms": [
            Term(registry.get(platform), one.name, keep) for platform, one, keep in retention.declared()
        ],
        "may_edit": request.membership.may("compliance.edit"),
    }


def _rows(found: Iterable[Request], workspace: Workspace) -> Iterable[Row]:
    listed = list(found)
    own = Erasure.objects.filter(request__in=listed, workspace_id=workspace.pk)
    mine: dict[int, list[Erasure]] = {}
    for erasure in own:
        mine.setdefault(erasure.request_id, []).append(erasure)
    now, known = timezone.now(), registry.connectors()
    for one in listed:
        parts = mine.get(one.pk, [])
        states = Counter(part.state for part in parts)
        shown = next((state for state in (*OPEN, *LOOKS) if states[state]), Request.State(one.state))
        one.state = shown
        connector = known.get(one.platform)
        yield Row(
            one,
            connector.name if connector else one.platform,
            LOOKS[Request.State(shown)],
            len(parts),
            sum(sum(part.counts.values()) for part in parts),
            next((part.error for part in parts if part.error), ""),
            shown in OPEN and one.deadline_at < now,
            bool(parts) and shown in _RUNS,
        )
