"""Taking out of an account's row what is a person's: the tokens, or all that came from the platform."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import ConnectedAccount, LoginAttempt
from accounts.picking import names_person

State = ConnectedAccount.State
WITHDRAWN = "Access was withdrawn on the platform. Connect the account again."
ERASED_NAME = "Erased account"
_TOKENS: dict[str, Any] = {
    "access_token": None, "refresh_token": None, "proof_key": None, "expires_at": None, "refresh_expires_at": None,
    "refresh_due_at": None, "refresh_retry_at": None, "refresh_claimed_until": None, "refresh_failures": 0,
    "refresh_error": "", "issued_at": None,
}  # fmt: skip
_LEAST = 5
"""Signs that a word must have to be searched for: a shorter one stands everywhere by chance."""


def forget_tokens(accounts: QuerySet[ConnectedAccount], reason: str = WITHDRAWN) -> int:
    """The person took our access back: the tokens are dead, and a person has to connect anew. How many accounts.

    A refresh that is under way stores nothing any more: the version has moved on.
    """
    connected = accounts.exclude(state=State.DISCONNECTED)
    return connected.update(
        **_TOKENS, state=State.RECONNECT, state_reason=reason, token_version=F("token_version") + 1
    )


def words_of(account: ConnectedAccount) -> tuple[str, ...]:
    """By what the account and its person are known on the platform, the longest first."""
    plain = {account.external_id, account.person_id, account.handle, account.handle.lstrip("@"), account.name}
    found = {word for word in plain if len(word) >= _LEAST}
    # Platforms write JSON, and some write nothing but ASCII into it.
    found |= {json.dumps(word)[1:-1] for word in found}
    return tuple(sorted(found, key=len, reverse=True))


def entomb(account: ConnectedAccount) -> None:
    """Leave of the account what posts refer to: that there was one, on which platform, in whose workspace."""
    ConnectedAccount.objects.filter(pk=account.pk).update(
        **_TOKENS,
        external_id=f"erased-{account.pk}",
        name=ERASED_NAME,
        **dict.fromkeys(("handle", "kind", "host", "url", "avatar_url", "person_id", "state_reason"), ""),
        extra={},
        scopes=[],
        learned_at=None,
        described_at=None,
        last_refreshed_at=None,
        state=State.DISCONNECTED,
        erased_at=timezone.now(),
        token_version=F("token_version") + 1,
    )
    LoginAttempt.objects.filter(reconnecting=account.pk).delete()


def forget_logins(platforms: set[str], workspaces: set[int], person_id: str) -> int:
    """Drop logins under way that hold accounts of that person, not chosen yet; how many."""
    held = LoginAttempt.objects.filter(
        platform__in=platforms, workspace__in=workspaces, candidates__isnull=False
    )
    theirs = [attempt.pk for attempt in held if names_person(attempt, person_id)]
    LoginAttempt.objects.filter(pk__in=theirs).delete()
    return len(theirs)
