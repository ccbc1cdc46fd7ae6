"""X, formerly Twitter."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota, Scope

from .errors import errors
from .inbox import inbox
from .insights import insights
from .limits import read_limits
from .login import learn, login
from .options import options
from .policy import policy
from .publish import publishing
from .rules import RULES, refine
from .webhooks import webhooks

RATE_LIMITS = "https://docs.x.com/x-api/fundamentals/rate-limits"

connector = Connector(
    key="x",
    name="X",
    service=Service(
        base="https://api.x.com",
        errors=errors,
        read_limits=read_limits,
        trace_header="x-transaction-id",
    ),
    logins=(login,),
    rules=RULES,
    options=options,
    publishing=publishing,
    webhooks=webhooks,
    inbox=inbox,
    insights=insights,
    quotas=(
        Quota("posts", 100, timedelta(minutes=15), source=RATE_LIMITS),
        Quota("posts_day", 10_000, timedelta(hours=24), Scope.APP, source=RATE_LIMITS),
    ),
    refine=refine,
    learn=learn,
    policy=policy,
    docs_url="https://docs.x.com/x-api/introduction",
)
