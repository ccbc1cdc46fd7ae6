"""Bluesky, and other servers of the AT Protocol: an account is its DID, wherever it lives."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota

from .account import learn
from .errors import errors
from .inbox import inbox
from .insights import insights
from .limits import read_limits
from .login import login
from .oauth import consent
from .options import options
from .policy import policy
from .publish import publishing
from .rules import RULES, refine

LIMITS = "https://docs.bsky.app/docs/advanced-guides/rate-limits"

connector = Connector(
    key="bluesky",
    name="Bluesky",
    service=Service(
        base="https://bsky.social",
        errors=errors,
        read_limits=read_limits,
        user_host=True,
        timeout=(5.0, 20.0),
    ),
    logins=(consent, login),
    rules=RULES,
    options=options,
    publishing=publishing,
    inbox=inbox,
    insights=insights,
    # Points, of which writing a record by its key costs two.
    quotas=(
        Quota("points_hour", 5000, timedelta(hours=1), per_post=2, source=LIMITS),
        Quota("points_day", 35_000, timedelta(days=1), per_post=2, source=LIMITS),
    ),
    refine=refine,
    learn=learn,
    policy=policy,
    docs_url="https://docs.bsky.app/",
)
