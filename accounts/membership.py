"""Making workspaces, inviting people, and changing what they may do."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Invitation, Membership, User, Workspace
from accounts.permissions import Role
from accounts.signals import tell_deed

INVITATION_LIFE = timedelta(days=7)


@transaction.atomic
def create_workspace(*, owner: User, name: str, zone: str = "UTC") -> Workspace:
    """A workspace with its first owner. The slug comes from the name and never changes."""
    workspace = Workspace(name=name, slug=_free_slug(name), timezone=zone)
    workspace.full_clean()
    workspace.save()
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    tell_deed("workspace.made", workspace=workspace, subject=workspace, by=owner)
    return workspace


def invite(*, by: Membership, email: str, role: Role) -> Invitation:
    """Send a link that works once, for seven days. A second invitation replaces the first.

    Raises ValidationError if the address belongs to a member already, PermissionDenied for a role above
    the inviter's own.
    """
    _may_appoint(by, role)
    workspace = by.workspace
    if workspace.memberships.filter(user__email__iexact=email).exists():
        raise ValidationError({"email": f"{email} is a member already."})
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        workspace.invitations.filter(email__iexact=email, accepted_at=None).delete()
        invitation = workspace.invitations.create(
            email=email,
            role=role,
            token_hash=_hash(token),
            invited_by=by.user,
            expires_at=timezone.now() + INVITATION_LIFE,
        )
        tell_deed("member.invited", workspace=workspace, subject=invitation, by=by.user, role=role.value)
    link = settings.PUBLIC_URL + reverse("accounts:invitation", args=[token])
    text = render_to_string("accounts/mail/invitation.txt", {"invitation": invitation, "link": link})
    send_mail(f"{by.user.get_full_name()} invites you to {workspace.name}", text, None, [email])
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The open invitation behind a link; None for a wrong, used, withdrawn or expired one."""
    found = (
        Invitation.objects.select_related("workspace", "invited_by").filter(token_hash=_hash(token)).first()
    )
    return found if found and found.is_open else None


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> Membership:
    """Join. Raises PermissionDenied if the link was used meanwhile or is for somebody else's address."""
    if invitation.email.lower() != user.email.lower():
        raise PermissionDenied(
            f"This invitation is for {invitation.email}; you are signed in as {user.email}."
        )
    used = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, expires_at__gt=timezone.now())
    if not used.update(accepted_at=timezone.now()):
        raise PermissionDenied("This invitation has been used or has expired. Ask for a new one.")
    membership, _ = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    tell_deed("member.joined", workspace=invitation.workspace_id, subject=user, by=user, role=membership.role)
    return membership


@transaction.atomic
def change_role(*, by: Membership, member: Membership, role: Role) -> None:
    """Give a member another role. The last owner stays owner."""
    _may_appoint(by, Role(member.role), role)
    if role != Role.OWNER:
        _keep_an_owner(member)
    tell_deed(
        "member.role_changed", workspace=member.workspace_id, subject=member.user, by=by.user,
        before=member.role, after=role.value,
    )  # fmt: skip
    member.role = role
    member.save(update_fields=["role"])


@transaction.atomic
def remove_member(*, by: Membership, member: Membership) -> None:
    """End a membership; everybody may end their own. The last owner stays."""
    if by.pk != member.pk:
        _may_appoint(by, Role(member.role))
    _keep_an_owner(member)
    verb = "member.left" if by.pk == member.pk else "member.removed"
    tell_deed(verb, workspace=member.workspace_id, subject=member.user, by=by.user, role=member.role)
    member.delete()


def _may_appoint(by: Membership, *roles: Role) -> None:
    if not by.may("members.edit"):
        raise PermissionDenied("Only owners and admins decide who belongs to the workspace.")
    if Role.OWNER in roles and not by.may("members.owners"):
        raise PermissionDenied("Only an owner may appoint or change an owner.")


def _keep_an_owner(member: Membership) -> None:
    """Lock the workspace first: two owners who remove each other at once must not both succeed."""
    Workspace.objects.select_for_update().get(pk=member.workspace_id)
    owners = Membership.objects.filter(workspace=member.workspace_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise ValidationError("A workspace needs an owner. Make somebody else owner first.")


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "workspace"
    slug, number = base, 2
    while Workspace.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
