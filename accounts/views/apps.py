"""Set-up: the keys of developer apps, and the addresses to paste there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import WorkspaceRequest, public, requires
from accounts.clients import document
from accounts.credentials import (
    entered_apps,
    environment_name,
    find_app,
    is_ready,
    save_app,
    stored_app,
    verify_tokens,
)
from accounts.forms import AppForm
from accounts.models import Checkup
from accounts.network import redirect_uri
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import OAuth2


@require_GET
@requires("credentials.edit")
def setup(request: WorkspaceRequest) -> HttpResponse:
    """The first platform whose keys are missing, or the first."""
    known = list(registry.connectors().values())
    entered = entered_apps(request.workspace)
    wanting = [one for one in known if not _can_connect(one, entered)]
    return redirect("accounts:app", request.workspace.slug, (wanting or known)[0].key)


@require_http_methods(["GET", "POST"])
@requires("credentials.edit")
def app(request: WorkspaceRequest, platform: str) -> HttpResponse:
    """The keys of one platform's apps."""
    connector = registry.connectors().get(platform)
    if connector is None:
        raise Http404
    parts, failed = [], False
    for login in connector.consents:
        if not login.needs_app:
            continue
        sent = request.method == "POST" and request.POST.get("login") == login.key
        stored = stored_app(request.workspace, login)
        form = AppForm(login, stored, request.POST if sent else None, prefix=login.key)
        if sent and form.is_valid():
            save_app(workspace=request.workspace, login=login, values=form.cleaned_data, by=request.user)
            messages.success(request, f"Saved. {connector.name} can be connected now.")
            return redirect("accounts:app", request.workspace.slug, platform)
        failed = failed or sent
        from_environment = stored is None and find_app(request.workspace, login) is not None
        names = [environment_name(login, field) for field in login.app_fields]
        parts.append((login, form, stored, from_environment, names))
    entered = entered_apps(request.workspace)
    context = {
        "connector": connector,
        "parts": parts,
        "redirect_uri": redirect_uri(platform),
        "checkup": _checkup(request),
        **_webhook(connector),
        "privacy_urls": _privacy(connector),
        "others": [(one, _can_connect(one, entered)) for one in registry.connectors().values()],
    }
    return render(request, "accounts/setup.html", context, status=422 if failed else 200)


def _webhook(connector: Connector) -> dict[str, str]:
    """The address that the platform calls, and the word by which it is told that the address is ours."""
    hooks = connector.webhooks
    if hooks is None or (hooks.subscribing is not None and hooks.subscribing.own_callback):
        return {}  # nothing to enter there: each subscription names its own address
    address = settings.PUBLIC_URL + reverse("webhooks:receive", args=[connector.key])
    return {
        "webhook_url": address,
        "verify_token": verify_tokens(connector.key)[0] if hooks.repeats_token else "",
    }


def _privacy(connector: Connector) -> list[tuple[str, str, str]]:
    """Where the platform tells that a person removed the app or wants to be forgotten: key, label, address."""
    labels = {"deauthorise": "Deauthorise callback URL", "delete": "Data deletion request URL"}
    return [
        (name, label, settings.PUBLIC_URL + reverse(f"compliance:{name}", args=[connector.key]))
        for name, label in labels.items()
        if connector.privacy is not None
    ]


def _checkup(request: WorkspaceRequest) -> dict[str, Any] | None:
    """What the doctor found the last time, the worst first; hosts and versions for the hub's own staff alone."""
    latest = Checkup.objects.order_by("-at").first()
    if latest is None:
        return None
    order = ("bad", "warn", "good")
    findings = sorted(latest.findings, key=lambda each: order.index(each["tone"]))
    counts = Counter(each["tone"] for each in findings)
    words = {"bad": "broken", "warn": "to look at", "good": "fine"}
    return {
        "at": latest.at,
        "findings": findings,
        "counts": [(tone, f"{counts[tone]} {words[tone]}") for tone in order if counts[tone]],
        "with_detail": request.user.is_staff,
    }


def _can_connect(connector: Connector, entered: frozenset[str]) -> bool:
    return any(is_ready(login, entered) for login in connector.logins)


@require_GET
@public("authorization servers read here who we are; it names nobody and holds no secret")
def client_document(request: HttpRequest, platform: str, login: str) -> JsonResponse:
    """The document whose address is our client id."""
    try:
        method = registry.get(platform).login(login)
    except LookupError:
        raise Http404 from None
    if not isinstance(method, OAuth2) or not method.own_client:
        raise Http404
    return JsonResponse(document(platform, method))
