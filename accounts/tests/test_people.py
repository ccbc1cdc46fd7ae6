"""Sign-up, login, workspaces, invitations and memberships."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.membership import accept, change_role, create_workspace, find_invitation, invite, remove_member
from accounts.models import Invitation, Membership, User, Workspace
from accounts.permissions import Role
from accounts.zones import validate_time_zone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    """Rate limits are counted in the cache, which outlives a test."""
    cache.clear()


def _membership(user: User) -> Membership:
    return user.memberships.select_related("workspace").get()


def _token() -> str:
    found = re.search(r"/invitations/([^/]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_somebody_signs_up_with_an_address_and_makes_a_workspace(client: Client) -> None:
    form = {"email": "maya@northwind.test", "password1": "roast-and-pour-9", "password2": "roast-and-pour-9"}
    answer = client.post("/account/signup/", form, follow=True)
    assert answer.redirect_chain[-1] == ("/workspaces/new/", 302)
    client.post("/workspaces/new/", {"name": "Northwind Coffee", "timezone": "Europe/London"})
    assert _membership(User.objects.get()).role == Role.OWNER
    assert Workspace.objects.get().slug == "northwind-coffee"


def test_the_address_is_the_login_whatever_its_case(client: Client, maya: User) -> None:
    client.post("/account/login/", {"login": "MAYA@northwind.test", "password": "correct horse"})
    assert client.session["_auth_user_id"] == str(maya.pk)


def test_one_address_is_one_person(maya: User) -> None:
    with pytest.raises(Exception, match=r"one_user_per_address|UNIQUE"):
        User.objects.create_user("MAYA@northwind.test")


def test_closed_sign_up_lets_in_the_first_person_only(client: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    assert b"Make an account" in client.get("/account/signup/").content
    User.objects.create_user("maya@northwind.test")
    assert b'name="password1"' not in client.get("/account/signup/").content


def test_closed_sign_up_lets_in_the_invited(client: Client, settings: Settings, maya: User) -> None:
    workspace = create_workspace(owner=maya, name="Northwind Coffee")
    settings.SIGNUP_OPEN = False
    invite(by=workspace.memberships.get(), email="ben@northwind.test", role=Role.MARKETER)
    client.get(f"/invitations/{_token()}/")
    assert b'name="password1"' in client.get("/account/signup/").content


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "+02:00", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused_at_its_field(as_maya: Client, zone: str) -> None:
    typed = {"name": "Northwind", "timezone": zone, "late_minutes": 30}
    answer = as_maya.post("/w/northwind-coffee/settings/", typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["timezone"]
    assert Workspace.objects.get().timezone == "Europe/London"


def test_an_unusual_but_valid_zone_is_accepted() -> None:
    validate_time_zone("Asia/Kathmandu")
    with pytest.raises(ValidationError):
        validate_time_zone("Asia/Kathmandoo")


def test_two_workspaces_of_one_name_get_two_addresses(maya: User) -> None:
    slugs = [create_workspace(owner=maya, name="Café & Co").slug for _ in range(2)]
    assert slugs == ["cafe-co", "cafe-co-2"]


def test_an_invitation_joins_once(northwind: Workspace, maya: User) -> None:
    invite(by=_membership(maya), email="Ben@northwind.test", role=Role.MARKETER)
    ben = User.objects.create_user("ben@northwind.test")
    invitation = find_invitation(_token())
    assert invitation
    assert accept(invitation=invitation, user=ben).role == Role.MARKETER
    assert find_invitation(_token()) is None
    with pytest.raises(PermissionDenied, match="used"):
        accept(invitation=invitation, user=ben)


def test_the_table_of_invitations_does_not_hold_the_link(northwind: Workspace, maya: User) -> None:
    invite(by=_membership(maya), email="ben@northwind.test", role=Role.VIEWER)
    assert _token() not in str(Invitation.objects.values_list())


def test_an_expired_invitation_says_so(client: Client, northwind: Workspace, maya: User) -> None:
    invite(by=_membership(maya), email="ben@northwind.test", role=Role.VIEWER)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.get(f"/invitations/{_token()}/")
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_an_invitation_is_for_its_address_alone(northwind: Workspace, maya: User) -> None:
    invite(by=_membership(maya), email="ben@northwind.test", role=Role.ADMIN)
    client = Client()
    client.force_login(User.objects.create_user("eve@elsewhere.test"))
    answer = client.post(f"/invitations/{_token()}/accept/", follow=True)
    assert "is for ben@northwind.test" in answer.content.decode()
    assert Membership.objects.count() == 1


def test_a_second_invitation_replaces_the_first(northwind: Workspace, maya: User) -> None:
    for role in (Role.VIEWER, Role.ADMIN):
        invite(by=_membership(maya), email="ben@northwind.test", role=role)
    assert Invitation.objects.get().role == Role.ADMIN


def test_a_member_is_not_invited_again(northwind: Workspace, maya: User, ben: User) -> None:
    with pytest.raises(ValidationError, match="already"):
        invite(by=maya.memberships.get(), email="BEN@northwind.test", role=Role.VIEWER)


def test_an_admin_appoints_no_owner(as_maya: Client, maya: User, ben: User) -> None:
    change_role(by=maya.memberships.get(), member=ben.memberships.get(), role=Role.ADMIN)
    with pytest.raises(PermissionDenied, match="Only an owner"):
        invite(by=ben.memberships.get(), email="eve@elsewhere.test", role=Role.OWNER)
    with pytest.raises(PermissionDenied, match="Only an owner"):
        remove_member(by=ben.memberships.get(), member=maya.memberships.get())


def test_the_last_owner_stays(as_maya: Client, maya: User) -> None:
    mine = maya.memberships.get()
    with pytest.raises(ValidationError, match="needs an owner"):
        change_role(by=mine, member=mine, role=Role.VIEWER)
    answer = as_maya.post(f"/w/northwind-coffee/members/{mine.pk}/remove/", follow=True)
    assert "needs an owner" in answer.content.decode()
    assert Membership.objects.filter(user=maya, role=Role.OWNER).exists()


def test_a_viewer_may_leave_but_not_remove(client: Client, maya: User, olu: User) -> None:
    client.force_login(olu)
    client.post(f"/w/northwind-coffee/members/{maya.memberships.get().pk}/remove/")
    assert maya.memberships.exists()
    client.post(f"/w/northwind-coffee/members/{olu.memberships.get().pk}/remove/")
    assert not olu.memberships.exists()


def test_the_way_in_leads_to_the_workspace_of_the_last_visit(as_maya: Client, maya: User) -> None:
    create_workspace(owner=maya, name="Southwind Tea")
    as_maya.get("/w/southwind-tea/members/")
    assert as_maya.get("/").headers["Location"] == "/w/southwind-tea/"


def test_members_of_another_workspace_cannot_be_touched(as_maya: Client, maya: User) -> None:
    eve = User.objects.create_user("eve@elsewhere.test")
    theirs = create_workspace(owner=eve, name="Elsewhere").memberships.get()
    assert as_maya.post(f"/w/northwind-coffee/members/{theirs.pk}/remove/").status_code == 404
    assert (
        as_maya.post(f"/w/northwind-coffee/members/{theirs.pk}/role/", {"role": "viewer"}).status_code == 404
    )


def test_a_second_step_can_be_set_up_and_is_then_asked_for(client: Client, maya: User) -> None:
    login = {"login": maya.email, "password": "correct horse"}
    client.post("/account/login/", login)
    assert "/reauthenticate/" in client.get("/account/2fa/totp/activate/").headers["Location"]
    client.post("/account/reauthenticate/", {"password": login["password"]})
    page = client.get("/account/2fa/totp/activate/")
    assert b"data:image/svg+xml" in page.content
    assert b"<script>" not in page.content
    secret = page.context["form"].secret
    code = hotp_value(secret, int(time.time()) // 30)
    client.post("/account/2fa/totp/activate/", {"code": f"{code:06}"})
    client.post("/account/logout/")
    client.post("/account/login/", login)
    assert "_auth_user_id" not in client.session
    assert client.get("/account/2fa/authenticate/").status_code == 200


def test_ten_wrong_passwords_are_enough(client: Client, maya: User) -> None:
    answers = [
        client.post("/account/login/", {"login": maya.email, "password": f"wrong-{number}"})
        for number in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1].content.decode()


def test_a_forgotten_password_is_reset_by_a_link(client: Client, maya: User) -> None:
    client.post("/account/password/reset/", {"email": maya.email})
    found = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    page = client.get(found[1], follow=True)
    new = {"password1": "cortado-at-dawn-7", "password2": "cortado-at-dawn-7"}
    client.post(page.redirect_chain[-1][0], new)
    maya.refresh_from_db()
    assert maya.check_password("cortado-at-dawn-7")
