"""Operators see every table, and no secret in any of them."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client

from accounts.fields import SecretTextField
from accounts.models import AppCredential, ConnectedAccount, LoginAttempt, User, Workspace
from accounts.tests.toy import TOY, ToyServer
from socialhub.platforms.values import Secret

pytestmark = pytest.mark.django_db
HIDDEN = "never-on-a-page-of-the-toy"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olu@northwind.test", "correct horse"))
    return client


def test_no_admin_page_shows_a_secret(
    operator: Client, toy: ToyServer, toy_app: None, northwind: Workspace, maya: User
) -> None:
    secret = Secret(HIDDEN)
    ConnectedAccount.objects.create(
        workspace=northwind, platform=TOY.key, login="toy", external_id="1",
        access_token=secret, refresh_token=secret,
    )  # fmt: skip
    LoginAttempt.objects.create(
        workspace=northwind, user=maya, platform=TOY.key, login="toy", verifier=secret, candidates=secret,
        expires_at=northwind.created_at, redirect_uri="http://127.0.0.1:8000/",
    )  # fmt: skip
    AppCredential.objects.update(client_secret=secret, extra=secret)
    for model in (ConnectedAccount, LoginAttempt, AppCredential):
        base = f"/admin/accounts/{model._meta.model_name}/"
        for address in (base, f"{base}{model._default_manager.get().pk}/change/"):
            page = operator.get(address)
            assert page.status_code == 200
            assert HIDDEN not in page.content.decode()
            assert "gAAAA" not in page.content.decode()


def test_no_registered_admin_offers_a_secret_field() -> None:
    offered = []
    for model, page in admin.site._registry.items():
        hidden = set(page.exclude or ())
        for field in model._meta.get_fields():
            if isinstance(field, SecretTextField) and field.name not in hidden:
                offered.append(f"{model._meta.label}.{field.name}")
    assert offered == []


def test_an_operator_refreshes_tokens(
    operator: Client, toy: ToyServer, toy_app: None, northwind: Workspace
) -> None:
    toy.refresh_tokens.add("refresh-0-of-the-toy")
    row = ConnectedAccount.objects.create(
        workspace=northwind, platform=TOY.key, login="toy", external_id="1",
        access_token=Secret("access-0-of-the-toy"), refresh_token=Secret("refresh-0-of-the-toy"),
    )  # fmt: skip
    answer = operator.post(
        "/admin/accounts/connectedaccount/",
        {"action": "refresh_tokens", "_selected_action": [row.pk]},
        follow=True,
    )
    assert "refreshed" in answer.content.decode()
    assert toy.grants("refresh_token") == 1


def test_django_q_tasks_are_for_superusers_alone(client: Client, maya: User) -> None:
    User.objects.filter(pk=maya.pk).update(is_staff=True)
    client.force_login(maya)
    assert client.get("/admin/django_q/success/").status_code == 403
