"""Every address says who may use it, and keeps to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import requires
from accounts.models import User, Workspace
from accounts.permissions import ACTIONS, PERMISSIONS, Role, may

FOREIGN = {"admin", "account"}  # Django's admin and allauth guard themselves


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        else:
            yield route, entry


def _ours() -> dict[str, str]:
    """Route → what its view states."""
    found = {route: getattr(entry.callback, "permission", "") for route, entry in _patterns(get_resolver())}
    return {route: permission for route, permission in found.items() if route.split("/")[0] not in FOREIGN}


def test_every_view_states_its_permission() -> None:
    assert [route for route, permission in _ours().items() if not permission] == []


def test_every_address_of_a_workspace_asks_for_an_action() -> None:
    inside = {route: permission for route, permission in _ours().items() if "<slug:slug>" in route}
    assert inside
    assert {route: p for route, p in inside.items() if p not in ACTIONS} == {}


def test_a_view_cannot_ask_for_an_action_that_nobody_has() -> None:
    with pytest.raises(ValueError, match=r"posts\.fly"):
        requires("posts.fly")


def test_a_question_about_an_unknown_action_is_a_mistake_and_not_a_no() -> None:
    with pytest.raises(KeyError):
        may(Role.OWNER, "posts.fly")


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        (Role.OWNER, "members.owners", True),
        (Role.ADMIN, "members.owners", False),
        (Role.ADMIN, "accounts.connect", True),
        (Role.MARKETER, "accounts.connect", False),
        (Role.MARKETER, "posts.publish", True),
        (Role.MARKETER, "posts.approve", False),
        (Role.APPROVER, "posts.approve", True),
        (Role.APPROVER, "posts.edit", False),
        (Role.VIEWER, "posts.view", True),
        (Role.VIEWER, "posts.comment", False),
    ],
)
def test_a_role_includes_what_the_table_says(role: Role, action: str, allowed: bool) -> None:
    assert may(role, action) is allowed


def test_every_role_sees_what_a_viewer_sees() -> None:
    assert all(PERMISSIONS[Role.VIEWER] <= actions for actions in PERMISSIONS.values())


def test_a_stranger_is_sent_to_the_login(client: Client, northwind: Workspace) -> None:
    answer = client.get("/w/northwind-coffee/members/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/w/northwind-coffee/members/"


def test_an_htmx_request_of_a_stranger_leaves_the_page(client: Client, northwind: Workspace) -> None:
    answer = client.get("/w/northwind-coffee/members/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/account/login/")


@pytest.mark.django_db
def test_somebody_elses_workspace_does_not_exist(northwind: Workspace) -> None:
    client = Client()
    client.force_login(User.objects.create_user("eve@elsewhere.test"))
    assert client.get("/w/northwind-coffee/members/").status_code == 404


def test_a_member_without_the_right_is_told_so(client: Client, olu: User) -> None:
    client.force_login(olu)
    answer = client.get("/w/northwind-coffee/settings/")
    assert answer.status_code == 403
    assert "You are viewer of Northwind Coffee" in answer.content.decode()


def test_inside_a_workspace_times_are_in_its_zone(northwind: Workspace, maya: User) -> None:
    from django.http import HttpResponse
    from django.utils import timezone

    seen = []

    @requires("posts.view")
    def view(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = HttpRequest()
    request.user, request.session = maya, {}  # type: ignore[assignment]
    view(request, slug="northwind-coffee")
    assert seen == ["Europe/London"]
    assert timezone.get_current_timezone_name() == "UTC"
