"""The list of connected accounts, one account, and ending a connection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits
from accounts.access import WorkspaceRequest, requires
from accounts.credentials import entered_apps, is_ready
from accounts.disconnecting import disconnect as end_connection, pause as stop_sending, resume as send_again
from accounts.health import Health, health
from accounts.limits import Usage
from accounts.models import ConnectedAccount, Workspace
from accounts.models.connections import ConnectedAccountQuerySet
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import Login

State = ConnectedAccount.State


class Row(NamedTuple):
    """A line of the list."""

    account: ConnectedAccount
    health: Health
    usage: Usage | None = None


class Tile(NamedTuple):
    """A way to connect one more."""

    connector: Connector
    login: Login
    label: str
    tone: str
    state: str


@require_GET
@requires("accounts.view")
def listing(request: WorkspaceRequest) -> HttpResponse:
    """Every account with its health, and the ways to add one."""
    accounts, now = list(_accounts(request.workspace)), datetime.now(UTC)
    closed, used = limits.cooldowns_of(accounts, now), limits.usage(accounts, now)
    rows = [
        Row(account, health(account, now, closed=closed.get(account.pk)), next(iter(used[account.pk]), None))
        for account in accounts
    ]
    order = {"bad": 0, "warn": 1, "good": 2, "neutral": 3}
    rows.sort(key=lambda row: order[row.health.tone])
    context = {
        "rows": [row for row in rows if row.account.state != State.DISCONNECTED],
        "former": [row for row in rows if row.account.state == State.DISCONNECTED],
        "broken": [row for row in rows if row.health.tone == "bad"],
        "tiles": _tiles(request.workspace),
        "may_connect": request.membership.may("accounts.connect"),
    }
    return render(request, "accounts/list.html", context)


@require_GET
@requires("accounts.view")
def detail(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """One account: health, permissions, and what can be done."""
    account = get_object_or_404(_accounts(request.workspace), pk=pk)
    granted, now = set(account.scopes), datetime.now(UTC)
    needed = [
        (
            capability.value,
            [(scope, scope in granted) for scope in account.login_method.scopes.get(capability, ())],
        )
        for capability in sorted(account.connector.capabilities)
    ]
    context = {
        "account": account,
        "health": health(account, now, closed=limits.cooldowns_of([account], now).get(account.pk)),
        "usages": limits.usage([account], now)[account.pk],
        "needed": needed,
        "further": sorted(granted - {scope for _, scopes in needed for scope, _ in scopes}),
        "may_connect": request.membership.may("accounts.connect"),
        "may_disconnect": request.membership.may("accounts.disconnect"),
    }
    return render(request, "accounts/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires("accounts.disconnect")
def disconnect(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what disconnecting means, then do it."""
    account = get_object_or_404(_accounts(request.workspace), pk=pk)
    if request.method == "GET":
        context = {"account": account, "may_erase": request.membership.may("compliance.edit")}
        return render(request, "accounts/disconnect.html", context)
    name = account.connector.name
    if end_connection(account):
        messages.success(request, f"Disconnected. Our access at {name} is withdrawn; the posts are kept.")
    else:
        messages.success(
            request,
            f"Disconnected, the posts are kept. To withdraw our access at {name} too, use its own settings.",
        )
    return redirect("accounts:list", request.workspace.slug)


@require_POST
@requires("accounts.disconnect")
def pause(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send nothing for a while."""
    account = get_object_or_404(_accounts(request.workspace), pk=pk)
    if stop_sending(account):
        messages.success(request, "Paused: nothing is sent until you resume it.")
    return redirect(account)


@require_POST
@requires("accounts.disconnect")
def resume(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send again."""
    account = get_object_or_404(_accounts(request.workspace), pk=pk)
    if send_again(account):
        messages.success(request, "Resumed.")
    return redirect(account)


def _accounts(workspace: Workspace) -> ConnectedAccountQuerySet:
    return (
        ConnectedAccount.objects.filter(workspace=workspace)
        .known()
        .without_secrets()
        .select_related("workspace")
    )


def _tiles(workspace: Workspace) -> list[Tile]:
    tiles = []
    entered = entered_apps(workspace)
    for connector in registry.connectors().values():
        for login in connector.logins:
            label = connector.name if len(connector.logins) == 1 else f"{connector.name}: {login.label}"
            tone, state = "good", "App ready"
            if not login.needs_app:
                state = "Nothing to set up"
            elif not is_ready(login, entered):
                tone, state = "warn", "Keys missing"
            tiles.append(Tile(connector, login, label, tone, state))
    return tiles
