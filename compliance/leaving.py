"""People and workspaces that leave: asked with a password, erased after two weeks, called off before with a click."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.disconnecting import disconnect
from accounts.models import ConnectedAccount, Invitation, Membership, User, Workspace
from accounts.permissions import Role
from accounts.signals import tell_deed
from compliance import erasing
from compliance.models import Export, Hold, Leaving, Request
from compliance.opening import has_open, open_request
from publishing.models import Delivery, MediaFile, Post, PostMedia, Risk, StepLog

log = logging.getLogger(__name__)
GRACE = timedelta(days=14)
_CHUNK = 500


class NotYet(Exception):
    """It cannot be asked; the text says what has to be done before."""


def ask_for_person(user: User) -> Leaving:
    """Raises :class:`NotYet` where others would be left without an owner."""
    orphaned = [membership.workspace.name for membership in _ruled(user) if _has_others(membership)]
    if orphaned:
        raise NotYet(f"You are the only owner of {', '.join(orphaned)}. Make somebody else owner first.")
    with transaction.atomic():
        leaving, is_new = Leaving.objects.get_or_create(
            user_id=user.pk, called_off_at=None, done_at=None,
            defaults={"asked_by": user.pk, "due_at": timezone.now() + GRACE},
        )  # fmt: skip
        if is_new:
            tell_deed("person.deletion_asked", workspace=None, subject=user, by=user)
    if is_new:
        _mail([user.email], "Your account will be deleted", {"leaving": leaving})
    return leaving


def ask_for_workspace(workspace: Workspace, by: User) -> Leaving:
    """All of its owners are told."""
    with transaction.atomic():
        leaving, is_new = Leaving.objects.get_or_create(
            workspace_id=workspace.pk, called_off_at=None, done_at=None,
            defaults={"asked_by": by.pk, "due_at": timezone.now() + GRACE},
        )  # fmt: skip
        if is_new:
            tell_deed("workspace.deletion_asked", workspace=workspace, subject=workspace, by=by)
    if is_new:
        owners = workspace.memberships.filter(role=Role.OWNER).values_list("user__email", flat=True)
        _mail(list(owners), f"{workspace.name} will be deleted", {"leaving": leaving, "workspace": workspace})
    return leaving


def find_open(*, user: User | None = None, workspace: Workspace | None = None) -> Leaving | None:
    """What is going to happen, unless somebody calls it off."""
    rows = Leaving.objects.filter(called_off_at=None, done_at=None)
    whose = {"user_id": user.pk} if user else {"workspace_id": workspace.pk if workspace else None}
    return rows.filter(**whose).first()


def call_off(leaving: Leaving) -> bool:
    """Stay; False where it was too late."""
    waiting = Leaving.objects.filter(
        pk=leaving.pk, called_off_at=None, done_at=None, due_at__gt=timezone.now()
    )
    with transaction.atomic():
        called_off = bool(waiting.update(called_off_at=timezone.now()))
        if called_off:
            tell_deed("deletion.called_off", workspace=leaving.workspace_id, subject=leaving)
    return called_off


def carry_out() -> int:
    """Erase those whose time has come; how many are gone. What is not finished goes on the next time."""
    gone = 0
    for leaving in Leaving.objects.filter(called_off_at=None, done_at=None, due_at__lte=timezone.now()):
        finished = (
            _erase_person(leaving) if leaving.user_id else _erase_workspace(leaving.workspace_id, leaving)
        )
        if finished:
            Leaving.objects.filter(pk=leaving.pk).update(done_at=timezone.now(), note="")
            gone += 1
    return gone


def _ruled(user: User) -> list[Membership]:
    """Memberships in workspaces that have no other owner."""
    owned = user.memberships.filter(role=Role.OWNER).select_related("workspace")
    return [
        membership
        for membership in owned
        if not Membership.objects.filter(workspace=membership.workspace, role=Role.OWNER)
        .exclude(user=user)
        .exists()
    ]


def _has_others(membership: Membership) -> bool:
    return Membership.objects.filter(workspace=membership.workspace).exclude(pk=membership.pk).exists()


def _erase_person(leaving: Leaving) -> bool:
    user = User.objects.filter(pk=leaving.user_id or 0).first()
    if user is None:
        return True
    alone = _ruled(user)
    if any(_has_others(membership) for membership in alone):
        return _postpone(leaving, "Others would be left without an owner.")
    if not all(_erase_workspace(membership.workspace_id, leaving) for membership in alone):
        return False
    for export in Export.objects.filter(user=user).exclude(file=""):
        export.file.delete(save=False)
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
    with transaction.atomic():
        Invitation.objects.filter(email__iexact=user.email).delete()
        tell_deed("person.erased", workspace=None, subject=user)
        user.delete()
    return True


def _erase_workspace(pk: int | None, leaving: Leaving) -> bool:
    workspace = Workspace.objects.filter(pk=pk or 0).first()
    if workspace is None:
        return True
    if Hold.objects.filter(account__workspace=workspace).exists():
        return _postpone(leaving, "An account of it is under a legal hold.")
    if not _accounts_are_gone(workspace):
        return False
    _empty(workspace)
    with transaction.atomic():
        tell_deed("workspace.erased", workspace=workspace, subject=workspace)
        workspace.delete()
    return True


def _accounts_are_gone(workspace: Workspace) -> bool:
    """Withdraw our access at the platforms where they let us, and erase what came from there."""
    for account in workspace.accounts.known():
        if account.state != ConnectedAccount.State.DISCONNECTED:
            disconnect(account)
        own = {"kind": Request.Kind.OWN, "platform": account.platform}
        asked = account.erasures.filter(request__kind=Request.Kind.OWN, finished_at=None)
        if not asked.exists():
            open_request(accounts=[account], **own)  # type: ignore[arg-type]
    erasing.carry_out()
    return not workspace.accounts.known().exists() and not any(map(has_open, workspace.accounts.all()))


def _empty(workspace: Workspace) -> None:
    """Its posts and files, a chunk at a time: one statement over all of them would hold everybody up."""
    posts = Post.objects.filter(workspace=workspace)
    for rows in (
        StepLog.objects.filter(delivery__workspace=workspace),
        Risk.objects.filter(delivery__workspace=workspace),
        Delivery.objects.filter(workspace=workspace),
        PostMedia.objects.filter(post__workspace=workspace),
        posts,
    ):
        _remove_all(rows)
    for media in MediaFile.objects.filter(workspace=workspace).iterator(chunk_size=_CHUNK):
        media.file.delete(save=False)
        if media.poster:
            media.poster.delete(save=False)
    _remove_all(MediaFile.objects.filter(workspace=workspace))
    for export in Export.objects.filter(workspace=workspace).exclude(file=""):
        export.file.delete(save=False)


def _remove_all(rows: Any) -> None:
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        rows.model._default_manager.filter(pk__in=keys).delete()


def _postpone(leaving: Leaving, why: str) -> bool:
    Leaving.objects.filter(pk=leaving.pk).update(note=why)
    log.warning("leaving %s waits: %s", leaving.pk, why)
    return False


def _mail(to: list[str], subject: str, context: dict[str, Any]) -> None:
    text = render_to_string("compliance/mail/leaving.txt", {**context, "address": settings.PUBLIC_URL})
    send_mail(subject, text, None, to, fail_silently=True)
