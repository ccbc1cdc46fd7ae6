"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from accounts import heartbeats, limits
from accounts.connecting import forget_old_attempts
from accounts.learning import learn_stale
from accounts.refreshing import refresh_due


def canary() -> None:
    """Prove that tasks get through. The process group is the cluster's, so its supervisor finds the row."""
    heartbeats.beat(heartbeats.WORKER, pid=os.getpgrp())


def refresh_tokens() -> None:
    """Every minute: renew what ends soon."""
    refresh_due(sign_of_life=canary)


def learn_limits() -> None:
    """Every hour: ask again what servers allow."""
    learn_stale()


def sweep_logins() -> None:
    """Every hour: forget logins that came to nothing."""
    forget_old_attempts()


def sweep_limits() -> None:
    """Every hour: forget limits that have ended."""
    limits.sweep(datetime.now(UTC))
