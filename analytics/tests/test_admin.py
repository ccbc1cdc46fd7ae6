"""Operators see every table of figures cheaply and without secrets, and can let an account be read now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import ConnectedAccount, User, Workspace
from analytics.admin import MOST_COUNTED
from analytics.models import (
    Absence,
    AccountSnapshot,
    Collection,
    DayGain,
    Gap,
    Payload,
    PostSnapshot,
    ReportSubscription,
    TrackedPost,
)
from analytics.tests import history
from publishing.models import Label
from socialhub.platforms.values import Secret

pytestmark = pytest.mark.django_db
HIDDEN = "never-on-a-page-of-figures"
LARGE = (TrackedPost, PostSnapshot, AccountSnapshot, DayGain, Gap, Absence, Payload, Collection)
EVERY = (*LARGE, ReportSubscription, Label)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olu@northwind.test", "correct horse"))
    return client


@pytest.fixture
def filled(workspace: Workspace, ridge: ConnectedAccount, mara: User) -> ConnectedAccount:
    """A row of each table; the account has tokens."""
    ConnectedAccount.objects.filter(pk=ridge.pk).update(
        access_token=Secret(HIDDEN), refresh_token=Secret(HIDDEN), proof_key=Secret(HIDDEN)
    )
    now, night = database_now(), date(2026, 11, 27)
    for number in range(3):
        post = history.tracked(ridge, now - timedelta(days=number), {"likes": 5}, labels="Launch")
        PostSnapshot.objects.create(post=post, slot="24h", name="likes", metric="likes", value=5, read_at=now)
        history.gain(ridge, night - timedelta(days=number), views=3)
        history.followers(ridge, night - timedelta(days=number), 100)
        Gap.objects.create(account=ridge, night=night - timedelta(days=number), what="posts")
        Payload.objects.create(account=ridge, asked="posts", read_at=now, body={"likes": 5})
    Absence.objects.create(
        account=ridge, of_posts=True, name="reach", metric="reach", why="too_few", since=now, seen_at=now
    )
    ReportSubscription.objects.create(workspace=workspace, user=mara, next_at=now)
    return ridge


def listed(model: type[Model], query: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{query}"


@pytest.mark.parametrize("model", EVERY)
def test_lists_and_rows_are_shown_without_a_form_and_without_secrets(
    model: type[Model], operator: Client, filled: ConnectedAccount
) -> None:
    row = model._default_manager.all()[0]
    for address in (listed(model), listed(model, f"{row.pk}/change/")):
        answer = operator.get(address)
        assert answer.status_code == 200
        assert HIDDEN not in answer.content.decode()
        assert "gAAAA" not in answer.content.decode()
        assert 'name="_save"' not in answer.content.decode()
    assert operator.get(listed(model, "add/")).status_code == 403


@pytest.mark.parametrize("model", EVERY)
def test_a_list_takes_few_queries_however_many_rows_it_has(
    model: type[Model], operator: Client, filled: ConnectedAccount
) -> None:
    with CaptureQueriesContext(connection) as asked:
        operator.get(listed(model))
    about = [each["sql"] for each in asked if f'FROM "{model._meta.db_table}"' in each["sql"]]
    assert len(asked) <= 9
    assert not any("access_token" in statement for statement in about)
    counts = [statement for statement in about if "COUNT(" in statement]
    if model in LARGE:
        assert counts
        assert all(f"LIMIT {MOST_COUNTED}" in statement for statement in counts)
        assert not any("DISTINCT" in statement for statement in about)


@pytest.mark.parametrize("model", LARGE)
def test_rows_are_found_by_the_number_of_what_they_belong_to(
    model: type[Any], operator: Client, filled: ConnectedAccount
) -> None:
    owner = TrackedPost.objects.all()[0].pk if model is PostSnapshot else filled.pk
    found = operator.get(listed(model, f"?q={owner}")).context["cl"]
    own = {"post": owner} if model is PostSnapshot else {"account": owner}
    assert found.result_count >= 1
    assert set(model.objects.filter(**own)) <= set(found.result_list)
    for nothing in ("999999", "likes", "1%201", "9" * 30):
        assert operator.get(listed(model, f"?q={nothing}")).context["cl"].result_count == 0


@pytest.mark.parametrize("model", [PostSnapshot, AccountSnapshot, DayGain, Absence])
def test_rows_are_narrowed_to_a_metric(model: type[Any], operator: Client, filled: ConnectedAccount) -> None:
    metric = model.objects.all()[0].metric
    assert operator.get(listed(model, f"?metric={metric}")).context["cl"].result_count >= 1
    assert operator.get(listed(model, "?metric=saves")).context["cl"].result_count == 0


def test_an_operator_lets_an_account_be_read_now(
    operator: Client, ridge: ConnectedAccount, brook: ConnectedAccount
) -> None:
    later = database_now() + timedelta(hours=5)
    Collection.objects.update(next_at=later)
    Collection.objects.filter(account=brook).update(lease_until=later)
    answer = operator.post(
        listed(Collection),
        {"action": "read_now", "_selected_action": list(Collection.objects.values_list("pk", flat=True))},
        follow=True,
    )
    assert "1 will be read at once." in answer.content.decode()
    assert "1 are being read already." in answer.content.decode()
    due = Collection.objects.get(account=ridge).next_at
    assert due is not None
    assert due <= database_now()
    assert Collection.objects.get(account=brook).next_at == later


def test_staff_that_may_look_may_not_let_accounts_be_read(
    client: Client, ridge: ConnectedAccount, mara: User
) -> None:
    User.objects.filter(pk=mara.pk).update(is_staff=True)
    mara.user_permissions.add(Permission.objects.get(codename="view_collection"))
    client.force_login(mara)
    page = client.get(listed(Collection))
    assert page.status_code == 200
    assert "read_now" not in page.content.decode()


def test_every_model_of_analytics_has_its_page() -> None:
    missing = [
        model
        for model in apps.get_app_config("analytics").get_models()
        if not admin.site.is_registered(model)
    ]
    assert missing == []
