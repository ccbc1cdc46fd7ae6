"""What an account's server or plan allows, asked of the platform and kept with the account."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from accounts.models import ConnectedAccount
from accounts.network import api
from accounts.tokens import authorised
from socialhub.platforms import registry
from socialhub.platforms.errors import PlatformError

log = logging.getLogger(__name__)

# One vendor advises to cache its limits for no longer than a day.
FRESH_FOR = timedelta(hours=20)
_AT_ONCE = 50


def learn(account: ConnectedAccount) -> None:
    """Ask now. What cannot be asked keeps its former answer: rules then are the connector's defaults."""
    connector = account.connector
    if connector.learn is None:
        return
    try:
        value = authorised(account)
        facts = connector.learn(api(connector, account=value), value)
    except PlatformError as error:
        log.warning("account %s: limits not learned: %s", account.pk, error)
        return
    account.extra = {**account.extra, **facts}
    account.learned_at = datetime.now(UTC)
    account.save(update_fields=["extra", "learned_at"])


def learn_stale() -> None:
    """Ask for every account whose answer is older than most of a day."""
    stale = Q(learned_at=None) | Q(learned_at__lt=datetime.now(UTC) - FRESH_FOR)
    askable = [key for key, connector in registry.connectors().items() if connector.learn is not None]
    found = ConnectedAccount.objects.usable().filter(stale, platform__in=askable)
    for account in found.order_by("learned_at")[:_AT_ONCE]:
        learn(account)
