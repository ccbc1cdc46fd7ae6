"""Members and invitations of a workspace."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PersonRequest, WorkspaceRequest, public, requires, signed_in
from accounts.forms import InvitationForm, RoleForm
from accounts.membership import accept, change_role, find_invitation, invite, remove_member
from accounts.permissions import ROLE_HINTS, Role
from accounts.signals import tell_deed


@require_GET
@requires("members.view")
def listing(request: WorkspaceRequest) -> HttpResponse:
    """Who belongs to the workspace, and who has been asked."""
    return _members_page(request, InvitationForm())


@require_POST
@requires("members.edit")
def invitations(request: WorkspaceRequest) -> HttpResponse:
    """Ask somebody by e-mail."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            sent = invite(
                by=request.membership, email=form.cleaned_data["email"], role=Role(form.cleaned_data["role"])
            )
        except ValidationError as error:
            form.add_error(None, error)
        except PermissionDenied as error:
            form.add_error("role", str(error))
        else:
            messages.success(
                request, f"Invitation sent to {sent.email}. The link works once, for seven days."
            )
            return redirect("accounts:members", request.workspace.slug)
    return _members_page(request, form)


@require_POST
@requires("members.edit")
def withdraw(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make an open invitation worthless."""
    found = get_object_or_404(request.workspace.invitations, pk=pk, accepted_at=None)
    with transaction.atomic():
        tell_deed("member.invitation_withdrawn", workspace=request.workspace, subject=found)
        found.delete()
    messages.success(request, "The invitation is withdrawn; its link no longer works.")
    return redirect("accounts:members", request.workspace.slug)


@require_POST
@requires("members.edit")
def role(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    member = get_object_or_404(request.workspace.memberships, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("accounts:members", request.workspace.slug)
    try:
        change_role(by=request.membership, member=member, role=Role(form.cleaned_data["role"]))
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, _sentence(error))
    else:
        messages.success(
            request, f"{member.user.get_full_name()} is {member.get_role_display().lower()} now."
        )
    return redirect("accounts:members", request.workspace.slug)


@require_POST
@requires("members.view")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End a membership: others' with the right to, one's own always."""
    member = get_object_or_404(request.workspace.memberships, pk=pk)
    own = member.user == request.user
    try:
        remove_member(by=request.membership, member=member)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, _sentence(error))
        return redirect("accounts:members", request.workspace.slug)
    messages.success(request, "You left the workspace." if own else "The membership has ended.")
    return redirect("accounts:home") if own else redirect("accounts:members", request.workspace.slug)


@require_GET
@public("the token in the address is the proof")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invited person sees first: who asks, for what, and how to go on."""
    found = find_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    # Lets the sign-up page know that this visitor was asked.
    request.session["invitation"] = token
    return render(
        request,
        "accounts/invitation.html",
        {"invitation": found, "token": token, "hint": ROLE_HINTS[Role(found.role)]},
    )


@require_http_methods(["POST"])
@signed_in
def join(request: PersonRequest, token: str) -> HttpResponse:
    """Accept an invitation."""
    found = find_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    try:
        membership = accept(invitation=found, user=request.user)
    except PermissionDenied as error:
        messages.error(request, str(error))
        return redirect("accounts:invitation", token)
    request.session.pop("invitation", None)
    messages.success(request, f"Welcome to {membership.workspace.name}.")
    return redirect(membership.workspace)


def _members_page(request: WorkspaceRequest, form: InvitationForm) -> HttpResponse:
    context = {
        "form": form,
        "members": request.workspace.memberships.select_related("user"),
        "open": [entry for entry in request.workspace.invitations.filter(accepted_at=None) if entry.is_open],
        "roles": Role.choices,
        "hints": [(role.label, hint) for role, hint in ROLE_HINTS.items()],
        "may_edit": request.membership.may("members.edit"),
    }
    return render(request, "accounts/members.html", context, status=422 if form.errors else 200)


def _sentence(error: ValidationError | PermissionDenied) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
