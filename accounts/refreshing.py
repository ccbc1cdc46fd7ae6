"""The scan that keeps tokens alive while nobody uses them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from accounts.models import ConnectedAccount
from accounts.tokens import refresh
from socialhub.platforms.errors import PlatformError

log = logging.getLogger(__name__)

State = ConnectedAccount.State
# Leaves room under the job timeout of 300 s; what is left over is found by the next scan.
BUDGET = timedelta(seconds=200)


def due_accounts(now: datetime) -> list[ConnectedAccount]:
    """Whose tokens want renewing now: the one that ends first comes first."""
    ready = Q(refresh_retry_at=None) | Q(refresh_retry_at__lte=now)
    free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lte=now)
    kept = [State.ACTIVE, State.PAUSED]
    found = ConnectedAccount.objects.filter(ready, free, refresh_due_at__lte=now, state__in=kept)
    return list(found.order_by("expires_at"))


def refresh_due(*, sign_of_life: Callable[[], None]) -> int:
    """Refresh one after the other; returns how many worked. One that fails keeps nobody else waiting."""
    end = datetime.now(UTC) + BUDGET
    done = 0
    for account in due_accounts(datetime.now(UTC)):
        if datetime.now(UTC) > end:
            break
        sign_of_life()
        try:
            refresh(account)
            done += 1
        except PlatformError as error:
            log.warning("account %s was not refreshed: %s", account.pk, error)
    return done
