"""Smaller traces: logins, limits, the operators' log, failed jobs, exports that hold the data too."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django_q.models import Task

from accounts.forgetting import ERASED_NAME
from accounts.models import LoginAttempt
from accounts.models.limits import Budget, Cooldown
from compliance.erasers.target import Target, clean, remove
from compliance.models import Export


def erase_logins(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Logins that were to renew this account."""
    return remove(LoginAttempt.objects.filter(reconnecting=target.account_id), limit)


def erase_limits(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What of its quotas was used."""
    mine = Q(scope=f"account {target.account_id}") | Q(scope__startswith=f"account {target.account_id} ")
    count = 0
    for model in (Cooldown, Budget):
        count += model._default_manager.filter(mine).delete()[0]
    return count, None


def clean_admin_log(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What Django's admin noted as the name of rows; who did what when stays."""
    named = Q(pk__in=[])
    for word in target.words:
        named |= Q(object_repr__contains=word) | Q(change_message__contains=word)
    account = Q(content_type__model="connectedaccount", object_id=str(target.account_id))
    found = LogEntry.objects.filter(named | account).exclude(object_repr=ERASED_NAME, change_message="")
    return clean(found, limit, object_repr=ERASED_NAME, change_message="")


def erase_failures(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Jobs that failed with words of the platform in their last lines."""
    failed = Task.objects.filter(success=False).order_by("started")
    named = [task.pk for task in failed if target.is_named_in(str(task.result))]
    Task.objects.filter(pk__in=named).delete()
    return len(named), None


def erase_exports(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Exports of its workspace: what is erased here must not lie there. They can be asked for anew."""
    mine = Export.objects.filter(workspace=target.workspace_id).exclude(file="").order_by("pk")
    rows = list(mine[:limit])
    for export in rows:
        export.file.delete(save=False)
        Export.objects.filter(pk=export.pk).update(state=Export.State.GONE, file="", size=0)
    return len(rows), 0 if len(rows) == limit else None
