"""One's own data: taking it along, and leaving; the same for a workspace."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PersonRequest, WorkspaceRequest, requires, signed_in
from accounts.models import Membership, User, Workspace
from accounts.signals import tell_deed
from compliance import exporting, leaving
from compliance.forms import PasswordForm
from compliance.models import Export


@require_GET
@signed_in
def own(request: PersonRequest) -> HttpResponse:
    """My data: exports, and deleting my account."""
    return _own_page(request, PasswordForm(request.user))


@require_POST
@signed_in
def export_own(request: PersonRequest) -> HttpResponse:
    """Ask for a ZIP of my data."""
    exporting.ask(user=request.user)
    messages.success(request, "Your export is being made. It appears here in a minute.")
    return redirect("compliance:own")


@require_POST
@signed_in
def leave(request: PersonRequest) -> HttpResponse:
    """Delete my account in two weeks; the password is asked once more."""
    form = PasswordForm(request.user, request.POST)
    if form.is_valid():
        try:
            leaving.ask_for_person(request.user)
        except leaving.NotYet as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request, "Your account will be deleted in two weeks. Until then you can call it off."
            )
            return redirect("compliance:own")
    return _own_page(request, form)


@require_POST
@signed_in
def stay(request: PersonRequest) -> HttpResponse:
    """Call it off."""
    found = leaving.find_open(user=request.user)
    if found is not None and leaving.call_off(found):
        messages.success(request, "You stay: nothing is deleted.")
    return redirect("compliance:own")


@require_GET
@signed_in
def download(request: PersonRequest, pk: int) -> FileResponse:
    """An export, to the person who asked for it, as long as they may see what is inside."""
    export = get_object_or_404(_theirs(request.user), pk=pk, state=Export.State.READY)
    if export.expires_at is None or export.expires_at <= timezone.now():
        raise Http404
    membership = Membership.objects.filter(user=request.user, workspace=export.workspace_id).first()
    if export.workspace_id and (membership is None or not membership.may("compliance.edit")):
        raise Http404
    tell_deed("data.downloaded", workspace=export.workspace_id, subject=export)
    stored = export.file.storage.open(str(export.file.name))
    answer = FileResponse(stored, as_attachment=True, filename=f"socialhub-export-{export.pk}.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "POST"])
@requires("compliance.edit")
def workspace(request: WorkspaceRequest) -> HttpResponse:
    """The data of a workspace; POST asks for an export."""
    if request.method == "POST":
        exporting.ask(user=request.user, workspace=request.workspace)
        messages.success(request, "The export is being made. It appears here when it is ready.")
        return redirect("compliance:workspace-data", request.workspace.slug)
    return _workspace_page(request, PasswordForm(request.user))


@require_POST
@requires("workspace.delete")
def leave_workspace(request: WorkspaceRequest) -> HttpResponse:
    """Delete the workspace in two weeks; the password is asked once more."""
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _workspace_page(request, form)
    leaving.ask_for_workspace(request.workspace, request.user)
    messages.success(
        request, "The workspace will be deleted in two weeks. Until then an owner can call it off."
    )
    return redirect("compliance:workspace-data", request.workspace.slug)


@require_POST
@requires("workspace.delete")
def keep_workspace(request: WorkspaceRequest) -> HttpResponse:
    """Call it off."""
    found = leaving.find_open(workspace=request.workspace)
    if found is not None and leaving.call_off(found):
        messages.success(request, "The workspace stays: nothing is deleted.")
    return redirect("compliance:workspace-data", request.workspace.slug)


def _theirs(user: User, workspace: Workspace | None = None) -> QuerySet[Export]:
    rows = Export.objects.filter(user=user).select_related("workspace")
    return rows.filter(workspace=workspace) if workspace else rows


def _own_page(request: PersonRequest, form: PasswordForm) -> HttpResponse:
    context = {
        "form": form,
        "exports": _theirs(request.user).filter(Q(workspace=None))[:10],
        "leaving": leaving.find_open(user=request.user),
    }
    return render(request, "compliance/own.html", context, status=422 if form.errors else 200)


def _workspace_page(request: WorkspaceRequest, form: PasswordForm) -> HttpResponse:
    context = {
        "form": form,
        "exports": _theirs(request.user, request.workspace)[:10],
        "leaving": leaving.find_open(workspace=request.workspace),
        "may_delete": request.membership.may("workspace.delete"),
    }
    return render(request, "compliance/workspace_data.html", context, status=422 if form.errors else 200)
