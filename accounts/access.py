"""Every view states who may use it, with one of three decorators; a test walks all addresses and insists.

`@requires("posts.edit")` for addresses under /w/<slug>/, `@signed_in` for a person's own pages, and
`@public("why")` for what the world may see.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership, User, Workspace
from accounts.permissions import ACTIONS, Role
from accounts.signals import acting

LAST_WORKSPACE = "workspace"
View = Callable[..., HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request whose sender is known."""

    user: User


class WorkspaceRequest(PersonRequest):
    """A request inside a workspace, by a member whose role allows it."""

    workspace: Workspace
    membership: Membership


def requires(action: str) -> Callable[[View], View]:
    """Let members pass whose role includes the action; the view gets no `slug` but `request.workspace`.

    A stranger sees 404, as if the workspace did not exist; a member without the right sees the 403 page.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action} is no action of the permission table")

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return _to_login(request)
            found = Membership.objects.select_related("workspace").filter(
                user=request.user, workspace__slug=slug
            )
            membership = found.first()
            if membership is None:
                raise Http404
            if not membership.may(action):
                raise PermissionDenied(_refusal(membership))
            request.workspace, request.membership = membership.workspace, membership  # type: ignore[attr-defined]
            request.session.setdefault(LAST_WORKSPACE, slug)
            if request.session[LAST_WORKSPACE] != slug:
                request.session[LAST_WORKSPACE] = slug
            with timezone.override(membership.workspace.zone), acting(request.user):
                return view(request, *args, **kwargs)

        return _state(guarded, action)

    return decorate


def signed_in(view: View) -> View:
    """Let everybody pass who is logged in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _to_login(request)
        with acting(request.user):
            return view(request, *args, **kwargs)

    return _state(guarded, "signed in")


def public(why: str) -> Callable[[View], View]:
    """Let the whole world pass; `why` says what makes that right."""
    return lambda view: _state(view, f"public: {why}")


def _state(view: View, permission: str) -> View:
    view.permission = permission  # type: ignore[attr-defined]
    return view


def _to_login(request: HttpRequest) -> HttpResponseBase:
    answer = redirect_to_login(request.get_full_path())
    # htmx would follow a redirect and put the login page into a fragment of the page.
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer


def _refusal(membership: Membership) -> str:
    return (
        f"You are {Role(membership.role).label.lower()} of {membership.workspace.name}. Nothing was changed. "
        "An owner or admin can do this, or give you the role for it."
    )
