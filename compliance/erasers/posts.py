"""What posts hold of the platform. The posts themselves were written here and stay; where they went is forgotten."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from accounts.clock import database_now
from compliance.erasers.target import Busy, Target, clean, remove
from publishing import recording
from publishing.claiming import lift_leases
from publishing.models import Batch, Delivery, Risk, StepLog
from publishing.states import State
from socialhub.platforms import registry

_WAITING = (State.DRAFT, State.AWAITING_APPROVAL, State.SCHEDULED, State.FAILED, State.MISSED, State.HELD)
_UNDER_WAY = (State.PUBLISHING, State.UNCONFIRMED)
NOTE = "The account was erased."
_THEIRS = ("remote_id", "url", "lane", "note", "error_message", "error_code", "fingerprint")


def cancel_waiting(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Nothing goes out to an account that is gone. A turn that is under way is waited for: it would write anew."""
    now = database_now()
    mine = Delivery.objects.filter(account=target.account_id)
    if mine.filter(lease_until__gt=now, next_at__isnull=False, state__in=[*_WAITING, *_UNDER_WAY]).exists():
        raise Busy
    waiting = mine.filter(state__in=[*_WAITING, *_UNDER_WAY], pk__gt=mark).order_by("pk")
    rows = list(waiting.select_for_update()[:limit])
    for row in rows:
        Delivery.objects.filter(pk=row.pk).update(
            state=State.CANCELLED, next_at=None, in_doubt=False, is_begun=False, step=""
        )
        recording.write(row.pk, "person", at=now, note=NOTE)
    lift_leases(Delivery.objects.filter(pk__in=[row.pk for row in rows]))
    return len(rows), rows[-1].pk if rows else None


def clean_log(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Bodies, notes and ids of calls; when which step ran and how long it took stays."""
    mine = StepLog.objects.filter(delivery__account=target.account_id).exclude(note=NOTE, trace_id="")
    full = mine.filter(~Q(exchanges=[]) | ~Q(note="") | ~Q(trace_id="") | ~Q(code=""))
    return clean(full, limit, exchanges=[], note="", trace_id="", code="")


def clean_deliveries(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Ids and links on the platform, notes of the connector, choices that are ids there (boards, playlists)."""
    mine = Delivery.objects.filter(account=target.account_id, pk__gt=mark).order_by("pk")
    rows = list(mine[:limit])
    options = registry.get(target.platform).options.by_key if target.platform in registry.connectors() else {}
    cleaned = 0
    for row in rows:
        kept = {
            key: value for key, value in row.options.items() if key in options and not options[key].remote
        }
        empty = {"server": target.platform, "facts": {}, "options": kept} | dict.fromkeys(_THEIRS, "")
        if any(getattr(row, name) != value for name, value in empty.items()):
            Delivery.objects.filter(pk=row.pk).update(**empty)
            cleaned += 1
    return cleaned, rows[-1].pk if rows else None


def erase_risks(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What was feared for its posts: the words name the account."""
    return remove(Risk.objects.filter(delivery__account=target.account_id), limit)


def erase_batches(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Acts on many posts that were about this account, or whose refusals name it."""
    about = list(Batch.objects.filter(account=target.account_id).values_list("pk", flat=True)[:limit])
    if not about:
        mentioned = Batch.objects.filter(
            workspace=target.workspace_id, finished_at__lte=timezone.now()
        ).exclude(refusals={})  # fmt: skip
        about = [batch.pk for batch in mentioned if target.is_named_in(str(batch.refusals))]
    return remove(Batch.objects.filter(pk__in=about), limit)
