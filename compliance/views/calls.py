"""The webhook desk: calls for this workspace, how they were sealed, what became of them, and reading them again."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import WorkspaceRequest, requires
from accounts.signals import tell_deed
from socialhub.platforms import registry
from webhooks import processing
from webhooks.models import Event, Incoming

_PAGE = 50
State = Incoming.State
LOOKS = {State.RECEIVED: "busy", State.PROCESSED: "good", State.FAILED: "bad", State.REFUSED: "warn"}
_READABLE = frozenset({State.PROCESSED, State.FAILED})


class Row(NamedTuple):
    """One call."""

    call: Incoming
    platform: str
    tone: str
    seal: str
    seconds: float | None
    can_replay: bool


@require_GET
@requires("compliance.view")
def calls(request: WorkspaceRequest) -> HttpResponse:
    """What platforms told this workspace, the newest first."""
    found = _own(request)
    state, platform = request.GET.get("state", ""), request.GET.get("platform", "")
    known = registry.connectors()
    if state in State.values:
        found = found.filter(state=state)
    if platform in known:
        found = found.filter(platform=platform)
    page = Paginator(found.order_by("-pk"), _PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": [_row(call) for call in page.object_list],
        "query": query.urlencode(),
        "states": State.choices,
        "platforms": [(key, one.name) for key, one in known.items() if one.webhooks],
        "chosen": {"state": state, "platform": platform},
        "narrowed": bool(state or platform),
        "may_edit": request.membership.may("compliance.edit"),
    }
    return render(request, "compliance/calls.html", context)


@require_POST
@requires("compliance.edit")
def replay(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let a call be read again; what it told already is not told twice."""
    call = get_object_or_404(_own(request), pk=pk, state__in=_READABLE)
    processing.again(call)
    tell_deed("call.replayed", workspace=request.workspace, subject=call, platform=call.platform)
    messages.success(request, "It is read again in a moment. What it told already is not told twice.")
    return redirect("compliance:calls", request.workspace.slug)


def _own(request: WorkspaceRequest) -> QuerySet[Incoming]:
    """Calls by apps of this workspace, and by the hub's app where they were about its accounts. What nobody sealed
    belongs to nobody: the hub's own staff see it.
    """
    told = Event.objects.filter(account__workspace=request.workspace, incoming__isnull=False)
    mine = Q(app__workspace=request.workspace) | Q(account__workspace=request.workspace)
    mine |= Q(app=None, pk__in=told.values("incoming"))
    if request.user.is_staff:
        mine |= Q(state=State.REFUSED)
    return Incoming.objects.filter(mine).select_related("app").defer("body")


def _row(call: Incoming) -> Row:
    connector: Any = registry.connectors().get(call.platform)
    sealed = "Own app" if call.app_id else "App of the hub"
    if call.account_id:
        sealed = "Own address"
    seconds = (call.processed_at - call.received_at).total_seconds() if call.processed_at else None
    return Row(
        call,
        connector.name if connector else call.platform,
        LOOKS[State(call.state)],
        "Nobody’s" if call.state == State.REFUSED else sealed,
        seconds,
        call.state in _READABLE,
    )
