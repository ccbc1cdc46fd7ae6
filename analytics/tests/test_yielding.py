"""Reading leaves limits to posts, and its refusals stop nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts import limits
from accounts.models import ConnectedAccount, Cooldown
from analytics import yielding
from analytics.tests.meter import START
from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope

LATER = START + timedelta(hours=1)


def hear(account: ConnectedAccount, reading: LimitReading) -> bool:
    """What is said while figures are read."""
    return limits.hear(account, "figures", yielding.heard([reading], START), START)


@pytest.mark.parametrize("scope", [Scope.ACCOUNT, Scope.APP])
def test_a_refusal_while_reading_closes_reading_alone(account: ConnectedAccount, scope: Scope) -> None:
    assert hear(account, LimitReading("refused", remaining=0, resets_at=LATER, scope=scope, reason="Enough."))
    assert limits.cooling(account, START, "figures") is not None
    assert limits.cooling(account, START, "post_status") is None
    assert Cooldown.objects.get().reason == "Enough."


def test_a_refusal_of_the_app_closes_reading_for_its_other_accounts(account: ConnectedAccount) -> None:
    hear(account, LimitReading("refused", remaining=0, resets_at=LATER, scope=Scope.APP))
    account.pk, account.external_id = None, "2"
    account.save()
    assert limits.cooling(account, START, "figures") is not None
    assert limits.cooling(account, START, "post_status") is None


@pytest.mark.parametrize(
    ("reading", "waits"),
    [
        (LimitReading("general", limit=300, remaining=121, resets_at=LATER), False),
        (LimitReading("general", limit=300, remaining=119, resets_at=LATER), True),
        (LimitReading("usage", used=0.59), False),
        (LimitReading("usage", used=0.61), True),
        (LimitReading("tweets", limit=300, remaining=2, resets_at=LATER, scope=Scope.CALL), False),
    ],
)
def test_reading_stops_before_what_posts_need(
    account: ConnectedAccount, reading: LimitReading, waits: bool
) -> None:
    assert hear(account, reading) is waits
    assert limits.cooling(account, START, "post_status") is None


def test_a_shared_limit_that_is_used_up_is_so_for_posts_too(account: ConnectedAccount) -> None:
    hear(account, LimitReading("general", limit=300, remaining=0, resets_at=LATER))
    assert limits.cooling(account, START, "post_status") is not None
