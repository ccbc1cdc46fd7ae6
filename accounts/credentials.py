"""The keys of developer apps: entered by an admin, else from the environment, else registered by ourselves."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.clients import own_app
from accounts.models import AppCredential, User, Workspace
from accounts.network import login_context
from accounts.signals import tell_deed
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import AppField, Login, OAuth2, PasswordLogin
from socialhub.platforms.values import App, Secret

ROTATION = timedelta(days=7)
"""How long a secret that was replaced still seals the calls of its platform."""


class AppMissing(Exception):
    """Nobody has entered the keys of this platform's app. Says what to enter."""

    def __init__(self, login: Login) -> None:
        self.login = login
        names = " and ".join(field.label for field in login.app_fields if field.required)
        super().__init__(f"{login.label} needs {names} of your developer app first.")


def find_app(workspace: Workspace, login: Login, host: str = "") -> App | None:
    """The app that speaks for a workspace; None where its keys are missing. A password needs none.

    LoginError where it is the hub itself, and the hub's address cannot be one.
    """
    if isinstance(login, PasswordLogin):
        return App(client_id="", host=host)
    if login.own_client:
        return own_app(login)
    row = stored_app(workspace, login, host)
    if row is not None:
        extra = json.loads(row.extra.reveal()) if row.extra else {}
        return App(client_id=row.client_id, client_secret=row.client_secret, host=host, extra=extra)
    return None if login.user_host else environment_app(login)


def client_ids(workspaces: Iterable[int]) -> Mapping[tuple[int, str, str], str]:
    """The public names of all stored apps, by workspace, key and host. Nothing is decrypted."""
    rows = AppCredential.objects.filter(workspace__in=set(workspaces))
    found = rows.values_list("workspace", "app_key", "host", "client_id")
    return {(workspace, key, host): client for workspace, key, host, client in found}


def client_id_of(
    workspace: int, login: Login, host: str, stored_ids: Mapping[tuple[int, str, str], str]
) -> str:
    """The public name of the app that speaks for a workspace, out of :func:`client_ids`; empty where none does."""
    if not isinstance(login, OAuth2):
        return ""
    stored = stored_ids.get((workspace, login.app_key, host))
    if stored is not None or login.user_host:
        return stored or ""
    named = [field for field in login.app_fields if field.key == "client_id"]
    return os.environ.get(environment_name(login, named[0]), "") if named else ""


def stored_app(workspace: Workspace, login: OAuth2, host: str = "") -> AppCredential | None:
    """The row behind the app, if an admin entered it or we registered it."""
    return workspace.apps.filter(app_key=login.app_key, host=host).first()


def entered_apps(workspace: Workspace) -> frozenset[str]:
    """The ``app_key`` of each app whose keys are stored, in one query."""
    return frozenset(workspace.apps.filter(host="").values_list("app_key", flat=True))


def is_ready(login: Login, entered: Collection[str]) -> bool:
    """Whether people can go this way in: it needs no app, or its keys are ``entered`` or in the environment."""
    if not isinstance(login, OAuth2) or not login.needs_app:
        return True
    return login.app_key in entered or environment_app(login) is not None


def require_app(workspace: Workspace, connector: Connector, login: OAuth2, host: str = "") -> App:
    """The app, registered on the spot where the server lets us; raises AppMissing or PlatformError."""
    found = find_app(workspace, login, host)
    if found is not None:
        return found
    if login.register_app is None:
        raise AppMissing(login)
    fresh = login.register_app(login_context(connector, App(client_id="", host=host)), host)
    return _keep_registration(workspace, login, fresh)


def save_app(
    *, workspace: Workspace, login: OAuth2, values: Mapping[str, str], by: User, host: str = ""
) -> AppCredential:
    """Store what an admin typed. A secret left empty keeps its former value, so none has to be shown."""
    row = stored_app(workspace, login, host) or AppCredential(
        workspace=workspace, app_key=login.app_key, host=host
    )
    extra = json.loads(row.extra.reveal()) if row.extra else {}
    for field in login.app_fields:
        typed = values.get(field.key, "").strip()
        if field.is_secret and not typed:
            continue
        if field.key == "client_id":
            row.client_id = typed
        elif field.key == "client_secret":
            fresh = Secret(typed) if typed else None
            if row.client_secret and row.client_secret != fresh:
                row.former_secret, row.rotated_at = row.client_secret, timezone.now()
            row.client_secret = fresh
        else:
            extra[field.key] = typed
    row.extra = Secret(json.dumps(extra)) if extra else None
    row.set_by = by
    with transaction.atomic():
        row.save()
        changed = sorted(field.key for field in login.app_fields if values.get(field.key, "").strip())
        tell_deed(
            "app.keys_saved", workspace=workspace, subject=row, by=by, app=login.app_key, fields=changed
        )
    return row


def forget_registration(workspace: Workspace, login: OAuth2, host: str) -> None:
    """Drop what a user-run server no longer knows; the next login registers anew."""
    workspace.apps.filter(app_key=login.app_key, host=host).exclude(host="").delete()


def environment_name(login: OAuth2, field: AppField) -> str:
    """The variable that stands in where nothing was entered, such as NORTHWIND_CLIENT_ID."""
    return f"{login.app_key}_{field.key}".upper().replace("-", "_")


def environment_app(login: OAuth2) -> App | None:
    """The app whose keys are all in the environment."""
    found = {field.key: os.environ.get(environment_name(login, field), "") for field in login.app_fields}
    if not all(found[field.key] for field in login.app_fields if field.required):
        return None
    client_id, secret = found.pop("client_id", ""), found.pop("client_secret", "")
    return App(client_id=client_id, client_secret=Secret(secret) if secret else None, extra=found)


def _keep_registration(workspace: Workspace, login: OAuth2, fresh: App) -> App:
    """Two people may register at the same new server at once: the first row wins, the other is harmless."""
    row = AppCredential(
        workspace=workspace,
        app_key=login.app_key,
        host=fresh.host,
        client_id=fresh.client_id,
        client_secret=fresh.client_secret,
        extra=Secret(json.dumps(dict(fresh.extra))) if fresh.extra else None,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return find_app(workspace, login, fresh.host) or fresh
    return fresh


@dataclass(frozen=True)
class Seal:
    """A secret that may seal a platform's calls. ``app`` is the row it stands in; None for the environment's.
    ``app_key`` names the kind of developer app, ``client_id`` which one it is.
    """

    secret: Secret
    app: AppCredential | None = None
    app_key: str = ""
    client_id: str = ""


def seals(connector: Connector, field: str) -> list[Seal]:
    """Every secret of that field that is good now, in all workspaces: those of apps, those they replaced lately,
    and the environment's.
    """
    logins = {login.app_key: login for login in connector.consents if not login.user_host}
    found = []
    for row in AppCredential.objects.filter(app_key__in=logins, host="").order_by("pk"):
        extra = json.loads(row.extra.reveal()) if row.extra else {}
        named = row.client_secret if field == "client_secret" else extra.get(field)
        if named:
            found.append(
                Seal(named if isinstance(named, Secret) else Secret(named), row, row.app_key, row.client_id)
            )
        is_lately = row.rotated_at is not None and row.rotated_at > timezone.now() - ROTATION
        if field == "client_secret" and row.former_secret and is_lately:
            found.append(Seal(row.former_secret, row, row.app_key, row.client_id))
    for login in logins.values():
        if value := os.environ.get(f"{login.app_key}_{field}".upper().replace("-", "_")):
            client_id = os.environ.get(f"{login.app_key}_client_id".upper().replace("-", "_"), "")
            found.append(Seal(Secret(value), None, login.app_key, client_id))
    return found


def of_developer_app(found: Sequence[Seal], app: int | None) -> list[Seal]:
    """Those of the developer app that an address names by one of its rows, in every workspace that entered it; all
    where the address names none. A platform calls one address for an app, whoever uses it here.
    """
    if app is None:
        return list(found)
    named = [seal for seal in found if seal.app is not None and seal.app.pk == app]
    same = {(seal.app_key, seal.client_id) for seal in named if seal.client_id}
    return [seal for seal in found if seal in named or (seal.app_key, seal.client_id) in same]


def verify_tokens(platform: str) -> list[str]:
    """What platforms repeat when they check our address: made from the hub's key, the present one first."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        salted_hmac("accounts.verify_token", platform, secret=key, algorithm="sha256").hexdigest()[:40]
        for key in keys
    ]
