"""Out to a platform and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import PersonRequest, WorkspaceRequest, requires, signed_in
from accounts.connecting import ConnectRefused, Offer, begin, finish, sign_in
from accounts.credentials import AppMissing, find_app
from accounts.forms import HostForm, SignInForm
from accounts.health import health
from accounts.models import ConnectedAccount, LoginAttempt
from accounts.picking import candidates, link_picked
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import LoginError, PlatformError
from socialhub.platforms.login import Login, OAuth2, PasswordLogin


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@requires("accounts.connect")
def connect(request: WorkspaceRequest, platform: str, login: str) -> HttpResponse:
    """What connecting needs; sent, it leaves for the platform."""
    connector, method = _method(platform, login)
    if isinstance(method, PasswordLogin):
        return _type_in(request, connector, method)
    form = HostForm(method, request.POST or None) if method.user_host else None
    if request.method == "POST" and (form is None or form.is_valid()):
        typed = form.cleaned_data["host"] if form else ""
        try:
            return _leave(request, connector, method, typed_host=typed)
        except LoginError as error:
            if form is None:
                raise
            form.add_error("host", error.user_message)
        except AppMissing:
            pass  # the page says so, with what to enter
        except PlatformError as error:
            messages.error(request, f"{typed or connector.name}: {error.user_message}")
    context = {
        "connector": connector,
        "login": method,
        "form": form,
        "app_missing": not method.user_host and find_app(request.workspace, method) is None,
        "may_enter_app": request.membership.may("credentials.edit"),
    }
    return render(request, "accounts/connect.html", context, status=422 if form and form.errors else 200)


@require_POST
@requires("accounts.connect")
def reconnect(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Log in again as the same identity."""
    account = get_object_or_404(request.workspace.accounts, pk=pk, erased_at=None)
    method = account.login_method
    if isinstance(method, PasswordLogin):
        page = reverse("accounts:connect", args=[request.workspace.slug, account.platform, method.key])
        return redirect(f"{page}?account={account.pk}")
    try:
        return _leave(request, account.connector, method, reconnecting=account)
    except AppMissing as error:
        messages.error(request, str(error))
        return redirect("accounts:app", request.workspace.slug, account.platform)
    except PlatformError as error:
        messages.error(request, f"{account.connector.name}: {error.user_message}")
        return redirect(account)


@never_cache
@require_GET
@signed_in
def callback(request: PersonRequest, platform: str) -> HttpResponse:
    """Where a platform sends people back to. The code is exchanged here and now."""
    params = {name: str(value) for name, value in request.GET.items()}
    try:
        offer = finish(
            platform=platform, params=params, user=request.user, session_key=request.session.session_key or ""
        )
    except ConnectRefused as refusal:
        return _failed(request, platform, str(refusal))
    except AppMissing as error:
        return _failed(request, platform, str(error))
    except PlatformError as error:
        return _failed(request, platform, error.user_message)
    return _arrived(request, offer)


@never_cache
@require_http_methods(["GET", "POST"])
@requires("accounts.connect")
def pick(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose among the accounts that one login covers."""
    attempt = get_object_or_404(LoginAttempt, pk=pk, workspace=request.workspace, user=request.user)
    offered = candidates(attempt)
    if not offered:
        return _failed(request, attempt.platform, "This choice has been made or took longer than 30 minutes.")
    chosen = set(request.POST.getlist("account"))
    if request.method == "POST" and chosen & {one.external_id for one in offered}:
        _welcome(request, link_picked(attempt, chosen))
        return redirect("accounts:list", request.workspace.slug)
    connected = request.workspace.accounts.filter(platform=attempt.platform).exclude(
        state=ConnectedAccount.State.DISCONNECTED
    )
    known = set(connected.values_list("host", "external_id"))
    context = {
        "connector": attempt.connector,
        "login": attempt.login_method,
        "offered": [(one, (one.host, one.external_id) in known) for one in offered],
        "nothing_chosen": request.method == "POST",
    }
    return render(request, "accounts/pick.html", context, status=422 if request.method == "POST" else 200)


def _type_in(request: WorkspaceRequest, connector: Connector, login: PasswordLogin) -> HttpResponse:
    """Logging in on our own page; `?account=` names the one to reconnect."""
    wanted = request.GET.get("account", "")
    target = (
        get_object_or_404(request.workspace.accounts, pk=wanted, platform=connector.key)
        if wanted.isdigit()
        else None
    )
    form = SignInForm(login, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            offer = sign_in(
                membership=request.membership,
                session_key=request.session.session_key or "",
                connector=connector,
                login=login,
                typed=form.cleaned_data,
                reconnecting=target,
            )
        except ConnectRefused as refusal:
            form.add_error(None, str(refusal))
        except PlatformError as error:
            form.add_error(None, error.user_message)
        else:
            return _arrived(request, offer)
    context = {"connector": connector, "login": login, "form": form, "target": target}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


def _arrived(request: PersonRequest, offer: Offer) -> HttpResponse:
    slug = offer.attempt.workspace.slug
    if offer.connected is None:
        return redirect("accounts:pick", slug, offer.attempt.pk)
    _welcome(request, [offer.connected])
    return redirect("accounts:list", slug)


def _method(platform: str, login: str) -> tuple[Connector, Login]:
    try:
        connector = registry.get(platform)
        return connector, connector.login(login)
    except LookupError:
        raise Http404 from None


def _leave(request: WorkspaceRequest, connector: Connector, login: OAuth2, **words: Any) -> HttpResponse:
    """A page that moves on by itself: a redirect would be stopped by the form-action of our policy."""
    address = begin(
        membership=request.membership,
        session_key=request.session.session_key or "",
        connector=connector,
        login=login,
        **words,
    )
    return render(request, "accounts/leaving.html", {"address": address, "connector": connector})


def _welcome(request: PersonRequest, rows: list[ConnectedAccount]) -> None:
    for row in rows:
        state = health(row)
        if state.tone == "good":
            messages.success(request, f"{row.handle or row.name} on {row.connector.name} is connected.")
        else:
            messages.warning(request, f"{row.handle or row.name} is connected, but: {state.advice}")


def _failed(request: PersonRequest, platform: str, message: str) -> HttpResponse:
    try:
        name = registry.get(platform).name
    except LookupError:
        raise Http404 from None
    return render(request, "accounts/connect_failed.html", {"name": name, "message": message}, status=400)
