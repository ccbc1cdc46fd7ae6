"""Workspaces: finding the way in, making one, its settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import LAST_WORKSPACE, PersonRequest, WorkspaceRequest, requires, signed_in
from accounts.forms import SettingsForm, WorkspaceForm
from accounts.membership import create_workspace


@require_GET
@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Go where this person worked last; without a workspace, make one."""
    theirs = request.user.workspaces.order_by("memberships__joined_at")
    workspace = theirs.filter(slug=request.session.get(LAST_WORKSPACE)).first() or theirs.first()
    return redirect(workspace) if workspace else redirect("accounts:create-workspace")


@require_http_methods(["GET", "POST"])
@signed_in
def create(request: PersonRequest) -> HttpResponse:
    """A new workspace, whose owner is whoever makes it."""
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = create_workspace(
            owner=request.user, name=form.cleaned_data["name"], zone=form.cleaned_data["timezone"]
        )
        return redirect(workspace)
    return render(request, "accounts/workspace_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@requires("workspace.view")
def front(request: WorkspaceRequest) -> HttpResponse:
    """The first page of a workspace where no other app offers one at this address."""
    return redirect("accounts:list", request.workspace.slug)


@require_http_methods(["GET", "POST"])
@requires("workspace.edit")
def settings(request: WorkspaceRequest) -> HttpResponse:
    """Name, time zone, late limit."""
    form = SettingsForm(request.POST or None, instance=request.workspace)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("accounts:settings", request.workspace.slug)
    if form.errors:
        request.workspace.refresh_from_db()
    status = 422 if form.errors else 200
    return render(request, "accounts/workspace_settings.html", {"form": form}, status=status)
