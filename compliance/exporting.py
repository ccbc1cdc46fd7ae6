"""Making the ZIP with somebody's data: one JSON document a line for each table, and the files of the library.

Rows are streamed, so that its size is no matter; what is secret and what other people said is not in it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.fields import SealedJSONField, SecretTextField
from accounts.models import ConnectedAccount, Invitation, Membership, User, Workspace
from accounts.signals import tell_deed
from analytics.models import AccountSnapshot, DayGain, PostSnapshot, TrackedPost
from compliance.models import Entry, Export
from compliance.opening import kick
from publishing.library import EXTENSIONS
from publishing.models import Delivery, MediaFile, Post
from webhooks.models import Answer, SavedReply

State = Export.State
LIFE = timedelta(days=7)
CLAIM = timedelta(minutes=6)
"""Longer than a job may run: whoever holds a claim longer is dead."""
MOST_ATTEMPTS = 3
_LEFT_OUT = (SecretTextField, SealedJSONField, models.FileField, models.BinaryField)
_NEVER = frozenset(
    {"password", "token_hash", "is_superuser", "is_staff", "key", "lease_token", "fingerprint"}
)
_WIDE = 256 * 1024
README = """What is in here: one file a table, one JSON document a line; times are UTC.
Passwords, tokens and keys are not in it, nor what other people said to you: that is theirs.
"""


def ask(*, user: User, workspace: Workspace | None = None) -> Export:
    """Ask for an export; one that is under way is given instead of a second one."""
    open_ones = Export.objects.filter(
        user=user, workspace=workspace, state__in=[State.WAITING, State.RUNNING]
    )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        known = open_ones.first()
        if known is not None:
            return known
        export = Export.objects.create(user=user, workspace=workspace)
        tell_deed("data.exported", workspace=workspace, subject=export, by=user)
        transaction.on_commit(lambda: kick("compliance.jobs.export"))
    return export


def make_next() -> Export | None:
    """Make the oldest one that waits or whose maker died; None where there is none."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    waiting = Export.objects.filter(free, state__in=[State.WAITING, State.RUNNING])
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED)
    export = waiting.filter(attempts__lt=MOST_ATTEMPTS).order_by("pk").first()
    if export is None:
        return None
    mine = waiting.filter(pk=export.pk, attempts=export.attempts)
    if not mine.update(claimed_until=now + CLAIM, state=State.RUNNING, attempts=F("attempts") + 1):
        return None
    export.refresh_from_db()
    with tempfile.TemporaryFile() as place:
        _build(export, place)
        size = place.tell()
        place.seek(0)
        export.file.save("export.zip", File(place), save=False)
    export.refresh_from_db(fields=["done", "total"])
    now = timezone.now()
    export.state, export.size, export.ready_at, export.expires_at = State.READY, size, now, now + LIFE
    export.claimed_until = None
    export.save()
    return export


def expire() -> int:
    """Delete exports that were there for a week; how many."""
    old = Export.objects.filter(expires_at__lte=timezone.now()).exclude(file="")
    for export in old:
        export.file.delete(save=False)
        Export.objects.filter(pk=export.pk).update(state=State.GONE, file="", size=0)
    return len(old)


def _build(export: Export, place: Any) -> None:
    tables = _of_workspace(export.workspace) if export.workspace else _of_person(export.user)
    files = (
        MediaFile.objects.filter(workspace=export.workspace) if export.workspace else MediaFile.objects.none()
    )
    Export.objects.filter(pk=export.pk).update(total=len(tables) + files.count(), done=0)

    def step() -> None:
        Export.objects.filter(pk=export.pk).update(done=F("done") + 1)

    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("README.txt", README)
        for name, rows in tables.items():
            with made.open(f"{name}.jsonl", "w") as target:
                for line in _lines(rows):
                    target.write(line)
            step()
        for row in files.order_by("pk").iterator():
            _add_file(made, row, step)
    place.seek(0, 2)


def _of_workspace(workspace: Workspace) -> dict[str, QuerySet[Any]]:
    inside = {"workspace": workspace}
    return {
        "workspace": Workspace.objects.filter(pk=workspace.pk),
        "members": Membership.objects.filter(**inside),
        "invitations": Invitation.objects.filter(**inside),
        "accounts": ConnectedAccount.objects.filter(**inside).without_secrets(),
        "posts": Post.objects.filter(**inside),
        "deliveries": Delivery.objects.filter(**inside).defer("facts"),
        "library": MediaFile.objects.filter(**inside),
        "answers": Answer.objects.filter(account__workspace=workspace),
        "followed-posts": TrackedPost.objects.filter(account__workspace=workspace).defer("facts"),
        "figures-of-posts": PostSnapshot.objects.filter(post__account__workspace=workspace),
        "figures-of-accounts": AccountSnapshot.objects.filter(account__workspace=workspace),
        "gains-of-days": DayGain.objects.filter(account__workspace=workspace),
        "saved-replies": SavedReply.objects.filter(**inside),
        "audit-log": Entry.objects.filter(workspace_id=workspace.pk),
    }


def _of_person(user: User) -> dict[str, QuerySet[Any]]:
    return {
        "person": User.objects.filter(pk=user.pk),
        "memberships": Membership.objects.filter(user=user),
        "posts": Post.objects.filter(author=user),
        "uploads": MediaFile.objects.filter(uploaded_by=user),
        "answers": Answer.objects.filter(by=user),
        "accounts-connected": ConnectedAccount.objects.filter(connected_by=user).without_secrets(),
        "audit-log": Entry.objects.filter(actor_id=user.pk),
    }


def _lines(rows: QuerySet[Any]) -> Iterator[bytes]:
    told = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if not isinstance(field, _LEFT_OUT) and field.name not in _NEVER
    ]
    for row in rows.order_by("pk").values(*told).iterator(chunk_size=500):
        yield json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"


def _add_file(made: zipfile.ZipFile, row: MediaFile, step: Callable[[], None]) -> None:
    """Files are packed already, so they are stored as they are."""
    entry = zipfile.ZipInfo(f"library/{row.pk}.{EXTENSIONS.get(row.mime, 'bin')}")
    try:
        with (
            row.file.storage.open(str(row.file.name)) as source,
            made.open(entry, "w", force_zip64=True) as target,
        ):
            shutil.copyfileobj(source, target, _WIDE)
    except FileNotFoundError:
        made.writestr(f"library/{row.pk}.missing.txt", "This file is no longer in the storage.\n")
    step()
