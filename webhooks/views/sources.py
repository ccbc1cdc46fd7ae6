"""Where the inbox listens, how soon it promises answers, and what it says often."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import WorkspaceRequest, requires
from accounts.models import ConnectedAccount
from socialhub.platforms.values import Capability
from webhooks.forms import PromiseForm, SavedReplyForm
from webhooks.models import SavedReply, Subscription
from webhooks.views import lines

# state of a subscription → its tone
TONES = {
    Subscription.State.WANTED: "info",
    Subscription.State.PENDING: "info",
    Subscription.State.ACTIVE: "good",
    Subscription.State.LACKING: "warn",
    Subscription.State.FAILED: "bad",
}


@require_GET
@requires("inbox.view")
def sources(request: WorkspaceRequest) -> HttpResponse:
    """All accounts with what is heard of them, and the settings of the inbox."""
    return _page(request)


@require_POST
@requires("workspace.edit")
def promise(request: WorkspaceRequest) -> HttpResponse:
    """How soon an answer is promised; what is waiting keeps its time."""
    form = PromiseForm(request.POST, instance=request.workspace)
    if not form.is_valid():
        return _page(request, promise_form=form, status=422)
    form.save()
    messages.success(request, "Saved. It holds for what is said from now on.")
    return redirect("webhooks:sources", request.workspace.slug)


@require_POST
@requires("inbox.reply")
def save_reply(request: WorkspaceRequest) -> HttpResponse:
    """Keep words that are said often, or change them."""
    number = request.POST.get("reply", "")
    known = None
    if number.isascii() and number.isdigit():
        known = get_object_or_404(SavedReply, pk=int(number), workspace=request.workspace)
    form = SavedReplyForm(request.POST, instance=known or SavedReply(workspace=request.workspace))
    if not form.is_valid():
        return _page(request, saved_form=form, status=422)
    form.save()
    messages.success(request, "The reply is saved.")
    return redirect("webhooks:sources", request.workspace.slug)


@require_POST
@requires("inbox.reply")
def drop_reply(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget a saved reply."""
    get_object_or_404(SavedReply, pk=pk, workspace=request.workspace).delete()
    messages.success(request, "The saved reply is gone.")
    return redirect("webhooks:sources", request.workspace.slug)


def _page(
    request: WorkspaceRequest,
    *,
    promise_form: PromiseForm | None = None,
    saved_form: SavedReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    accounts = ConnectedAccount.objects.filter(workspace=request.workspace)
    rows = accounts.select_related("subscription", "watch").without_secrets().order_by("platform", "handle")
    context = {
        "sources": [_source(account) for account in rows],
        "saved": SavedReply.objects.filter(workspace=request.workspace),
        "promise_form": promise_form or PromiseForm(instance=request.workspace),
        "saved_form": saved_form or SavedReplyForm(),
        "may_edit": request.membership.may("workspace.edit"),
        "may_reply": request.membership.may("inbox.reply"),
    }
    return render(request, "webhooks/sources.html", context, status=status)


def _source(account: ConnectedAccount) -> dict[str, Any]:
    connector = account.connector
    inbox, hooks = connector.inbox, connector.webhooks
    row, watch = getattr(account, "subscription", None), getattr(account, "watch", None)
    kinds = [lines.KINDS[kind].word + "s" for kind in lines.KINDS if inbox and kind in inbox.kinds]
    return {
        "account": account,
        "name": account.name or account.handle,
        "kinds": kinds,
        "left_out": [
            (lines.KINDS[kind].word + "s", reason)
            for kind, reason in (inbox.left_out if inbox else {}).items()
        ],
        "lacking": account.missing_scopes(Capability.INBOX) if kinds else (),
        "subscription": row,
        "tone": TONES[Subscription.State(row.state)] if row else "neutral",
        "manual": hooks.manual if hooks and not row else "",
        "watch": watch,
    }
