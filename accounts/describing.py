"""Reading anew how an account is called and looks, where terms let us hold that for a while only."""

from __future__ import annotations

import logging

from django.utils import timezone

from accounts.credentials import find_app
from accounts.models import ConnectedAccount
from accounts.network import login_context
from accounts.tokens import authorised
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.login import OAuth2

log = logging.getLogger(__name__)
_DISPLAYED = ("handle", "name", "url", "avatar_url")


def describe(account: ConnectedAccount) -> bool:
    """Ask the platform, as a login does; whether it told. What cannot be asked is left as it is."""
    login = account.login_method
    if not isinstance(login, OAuth2):
        return False
    try:
        value = authorised(account)
        app = find_app(account.workspace, login, account.host)
        if app is None or value.tokens is None:
            return False
        found = login.discover(login_context(account.connector, app), value.tokens)
    except PlatformError as error:
        log.warning("account %s: not described anew: %s", account.pk, error)
        return False
    same = [one for one in found if (one.external_id, one.host) == (account.external_id, account.host)]
    for one in same:
        facts = {name: getattr(one, name) for name in _DISPLAYED}
        ConnectedAccount.objects.filter(pk=account.pk).update(described_at=timezone.now(), **facts)
    return bool(same)
